/** The FileSources port of a simulated host, over its disk in memory. */
import * as Effect from 'effect/Effect'
import type { FileSources } from '../services/file-sources.ts'
import type { SourceEntry } from '../services/transfer-notes.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { FileStat, SystemFault } from './memory-files-handle.ts'
import { failed, surveyOf, unreadable } from './memory-files-survey.ts'
import { namesOf } from './memory-files-tree.ts'

/** Where paths begin that are not absolute. */
export interface SourceRoots {
  /** The folder of the program. */
  readonly folder: string
  /** For `~`. */
  readonly home: string
}

const absolute = (typed: string, { folder, home }: SourceRoots): string => {
  const isAtHome = typed === '~' || typed.startsWith('~/')
  const from = isAtHome ? `${home}/${typed.slice(1)}` : `${folder}/${typed}`
  return `/${namesOf(typed.startsWith('/') ? typed : from).join('/')}`
}

const isAsSurveyed = (stat: FileStat, source: SourceEntry): boolean =>
  stat.inode === source.inode &&
  stat.bytes === source.bytes &&
  stat.modifiedMs === source.modifiedMs

export const makeMemorySources = (
  calls: FileCalls,
  roots: SourceRoots
): FileSources['Service'] => ({
  survey: (path, onFound = () => undefined) => surveyOf(calls, absolute(path, roots), onFound),
  open: (source) =>
    Effect.gen(function* () {
      const { path } = source
      const changed = failed({ _tag: 'SourceChanged', path })
      // There is something, but nothing to be read: it was a file.
      const refused = (fault: SystemFault) =>
        ['EISDIR', 'ELOOP', 'ENXIO'].includes(fault.code) ? changed : unreadable(fault)
      const file = yield* calls.open(path).pipe(Effect.catch(refused))
      const look = file.stat.pipe(
        Effect.catch(refused),
        Effect.flatMap((stat) => (isAsSurveyed(stat, source) ? Effect.void : changed))
      )
      yield* look
      const read = (at: number, target: Uint8Array) =>
        Effect.gen(function* () {
          const bytes = yield* file.read(at, target).pipe(Effect.catch(refused))
          if (bytes < target.length) return yield* changed
          yield* look
        })
      return { read }
    }),
  // Nobody completes a path by Tab there: the person in front of a simulated host types whole commands.
  complete: () => []
})
