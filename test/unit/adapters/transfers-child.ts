/**
 * A process of its own with notes of transfers: it makes, writes and removes them without an end, and prints a
 * line of JSON when each step is over.
 */
import * as fs from 'node:fs'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../../src/adapters/transfers/layer.ts'
import { TransferNotes } from '../../../src/services/transfer-notes.ts'
import { ACCEPTED, idOf, incoming, LIST } from '../../compliance/transfer-notes-world.ts'

const [, , directory = '', first = '0'] = process.argv

/** At once, so that nothing is told that is not out when the process is killed. */
const tell = (id: string, pieces: number): void => {
  fs.writeSync(1, `${JSON.stringify({ id, pieces })}\n`)
}

const goOn = Effect.gen(function* () {
  const built = yield* Layer.build(layer({ directory }))
  const notes = Context.get(built, TransferNotes)
  for (let number = Number(first); ; number += 1) {
    const id = idOf(number)
    yield* notes.create(incoming(number), undefined)
    tell(id, 0)
    yield* notes.putList(id, LIST)
    for (const pieces of [1, 2]) {
      yield* notes.progress(id, { ...ACCEPTED, pieces })
      tell(id, pieces)
    }
    // Every other one stays.
    if (number % 2 === 0) continue
    yield* notes.remove(id)
    tell(id, -1)
  }
})

await Effect.runPromise(Effect.scoped(goOn))
