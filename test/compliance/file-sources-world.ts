/** What a provider of the FileSources port gives to the compliance suite. */
import * as Effect from 'effect/Effect'
import type { TransferError } from '../../src/domain/transfer-failures.ts'
import type { FileSources, Survey } from '../../src/services/file-sources.ts'
import type { SourceEntry } from '../../src/services/transfer-notes.ts'

/** A disk with one folder, empty at first, where relative paths begin. Paths here are relative to it. */
export interface SourcesDisk {
  readonly sources: FileSources['Service']
  /** The folder, absolute; `~` is `home` in it. */
  readonly root: string
  /** Makes a file where there is none. */
  readonly makeFile: (path: string, bytes: Uint8Array, executable?: boolean) => Effect.Effect<void>
  readonly makeFolder: (path: string) => Effect.Effect<void>
  readonly makeLink: (path: string, target: string) => Effect.Effect<void>
  /** Something that is neither a file nor a folder nor a link. */
  readonly makeSpecial: (path: string) => Effect.Effect<void>
  /** The same file has other bytes now, and another time. */
  readonly overwrite: (path: string, bytes: Uint8Array) => Effect.Effect<void>
  /** Another file is under the name now, with the time of the one before. */
  readonly replace: (path: string, bytes: Uint8Array) => Effect.Effect<void>
  readonly remove: (path: string) => Effect.Effect<void>
}

export interface SourcesProvider {
  readonly name: string
  readonly run: (
    scenario: (disk: SourcesDisk) => Effect.Effect<void, TransferError>
  ) => Promise<void>
}

/** Bytes that differ at every place of note. */
export const bytesOf = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8) + seed) & 0xff)

export const pathsOf = (survey: Survey): readonly string[] => survey.list.map(({ path }) => path)

/** The source of an entry that has to be there. */
export const sourceOf = (survey: Survey, path: string): SourceEntry => {
  const source = survey.sources[pathsOf(survey).indexOf(path)]
  if (source === undefined) throw new Error(`${path} was not found`)
  return source
}

/** The tag of the failure that this ends with. */
export const tagOf = <A>(work: Effect.Effect<A, TransferError>): Effect.Effect<string, A> =>
  Effect.map(Effect.flip(work), ({ reason }) => reason._tag)
