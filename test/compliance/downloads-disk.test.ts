/**
 * Goal: the download folder on disk keeps the promises of the port.
 * Method: the compliance suite over a folder of its own for each case, held by descriptors and watched without them.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../src/adapters/downloads/layer.ts'
import { Downloads } from '../../src/services/downloads.ts'
import { temporaryDirectory } from '../unit/adapters/temporary-directory.ts'
import { downloadsCompliance } from './downloads-compliance.ts'
import type { DownloadsDisk } from './downloads-world.ts'

const diskIn = (folder: string, open: DownloadsDisk['open']): DownloadsDisk => ({
  open,
  list: (path) => (fs.existsSync(folder) ? fs.readdirSync(join(folder, path)).toSorted() : []),
  read: (path) => new Uint8Array(fs.readFileSync(join(folder, path))),
  put: (path, bytes) => fs.writeFileSync(join(folder, path), bytes)
})

for (const [name, held] of [
  ['held', {}],
  ['watched', { isHeld: false }]
] as const)
  downloadsCompliance({
    name: `the disk, ${name}`,
    run: (scenario) =>
      Effect.gen(function* () {
        const folder = join(yield* temporaryDirectory, 'a', 'downloads')
        const open = Effect.map(Layer.build(layer({ folder, ...held })), Context.get(Downloads))
        yield* scenario(diskIn(folder, open))
      }).pipe(Effect.scoped, Effect.runPromise)
  })
