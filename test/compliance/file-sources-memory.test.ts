/**
 * Goal: files and folders of a simulated host are found, read and watched as the port promises.
 * Method: the compliance suite in virtual time.
 */
import * as Effect from 'effect/Effect'
import type { FileContent } from '../../src/simulation/memory-files-content.ts'
import { WrittenContent } from '../../src/simulation/memory-files-content.ts'
import type { MemoryFiles } from '../../src/simulation/memory-files.ts'
import { makeMemorySources } from '../../src/simulation/memory-files-sources.ts'
import { fileSourcesCompliance } from './file-sources-compliance.ts'
import type { SourcesDisk } from './file-sources-world.ts'
import { runsOnMemoryFiles } from './memory-files-world.ts'

const ROOT = '/root'

const contentOf = (bytes: Uint8Array): FileContent => {
  const content = new WrittenContent()
  content.write(0, bytes)
  return content
}

const diskOf = (files: MemoryFiles, sources: SourcesDisk['sources']): SourcesDisk => {
  const at = (path: string): string => `${ROOT}/${path}`
  const put = (path: string, bytes: Uint8Array, executable = false) =>
    Effect.sync(() => files.put(at(path), contentOf(bytes), executable))
  const remove = (path: string) => Effect.sync(() => files.remove(at(path)))
  return {
    sources,
    root: ROOT,
    makeFile: put,
    makeFolder: (path) => Effect.sync(() => files.putFolder(at(path))),
    makeLink: (path, target) => Effect.sync(() => files.putLink(at(path), target)),
    makeSpecial: (path) => Effect.sync(() => files.putSpecial(at(path))),
    overwrite: put,
    replace: (path, bytes) => Effect.andThen(remove(path), put(path, bytes)),
    remove
  }
}

fileSourcesCompliance({
  name: 'the simulation',
  run: (scenario) =>
    runsOnMemoryFiles(1, (files, run) =>
      Effect.gen(function* () {
        files.callMs = [0, 0]
        files.putFolder(ROOT)
        const roots = { folder: ROOT, home: `${ROOT}/home` }
        yield* scenario(diskOf(files, makeMemorySources(yield* run, roots)))
      }).pipe(Effect.scoped)
    )
})
