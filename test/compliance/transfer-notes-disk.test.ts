/**
 * Goal: notes of transfers on disk keep the promises of the port.
 * Method: the compliance suite over a folder of its own for each case.
 */
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../src/adapters/transfers/layer.ts'
import { TransferNotes } from '../../src/services/transfer-notes.ts'
import { temporaryDirectory } from '../unit/adapters/temporary-directory.ts'
import { transferNotesCompliance } from './transfer-notes-compliance.ts'

transferNotesCompliance({
  name: 'the disk',
  run: (scenario) =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const open = Effect.map(Layer.build(layer({ directory })), Context.get(TransferNotes))
      yield* scenario({ open: Effect.orDie(open) })
    }).pipe(Effect.scoped, Effect.runPromise)
})
