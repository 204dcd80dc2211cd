/**
 * Goal: files and folders of a real disk are found, read and watched as the port promises.
 * Method: the compliance suite over a folder of its own for each case.
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../src/adapters/files/layer.ts'
import { FileSources } from '../../src/services/file-sources.ts'
import { temporaryDirectory } from '../unit/adapters/temporary-directory.ts'
import { fileSourcesCompliance } from './file-sources-compliance.ts'
import type { SourcesDisk } from './file-sources-world.ts'

/** A later time than the file has: a clock of the disk may stand still for milliseconds. */
const touchLater = (path: string): void => {
  const { atime, mtimeMs } = fs.statSync(path)
  fs.utimesSync(path, atime, mtimeMs / 1_000 + 1)
}

const diskIn = (root: string, sources: SourcesDisk['sources']): SourcesDisk => {
  const at = (path: string): string => join(root, path)
  return {
    sources,
    root,
    makeFile: (path, bytes, executable = false) =>
      Effect.sync(() =>
        fs.writeFileSync(at(path), bytes, { mode: executable ? 0o755 : 0o644, flag: 'wx' })
      ),
    makeFolder: (path) => Effect.sync(() => fs.mkdirSync(at(path))),
    makeLink: (path, target) => Effect.sync(() => fs.symlinkSync(target, at(path))),
    makeSpecial: (path) => Effect.sync(() => void execFileSync('mkfifo', [at(path)])),
    overwrite: (path, bytes) =>
      Effect.sync(() => {
        fs.writeFileSync(at(path), bytes)
        touchLater(at(path))
      }),
    replace: (path, bytes) =>
      Effect.sync(() => {
        const { atime, mtime } = fs.statSync(at(path))
        fs.writeFileSync(at(`${path}.new`), bytes)
        fs.utimesSync(at(`${path}.new`), atime, mtime)
        fs.renameSync(at(`${path}.new`), at(path))
      }),
    remove: (path) => Effect.sync(() => fs.rmSync(at(path)))
  }
}

fileSourcesCompliance({
  name: 'the disk',
  run: (scenario) =>
    Effect.gen(function* () {
      const root = yield* Effect.map(temporaryDirectory, (path) => fs.realpathSync(path))
      const roots = { folder: root, userHome: join(root, 'home') }
      const built = yield* Layer.build(layer(roots))
      yield* scenario(diskIn(root, Context.get(built, FileSources)))
    }).pipe(Effect.scoped, Effect.runPromise)
})
