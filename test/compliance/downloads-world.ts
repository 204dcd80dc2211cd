/** What a provider of the Downloads port gives to the compliance suite, and sample transfers. */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { TransferError } from '../../src/domain/transfer-failures.ts'
import type { TransferEntry, TransferOffer } from '../../src/domain/transfers.ts'
import type { Downloads, OpenDownload, PlaceNote } from '../../src/services/downloads.ts'

export type OpenDownloads = Downloads['Service']

/** A download folder, missing at first. Paths are relative to it. */
export interface DownloadsDisk {
  /** One run of the program, in order to its end, which is the end of the scope. */
  readonly open: Effect.Effect<OpenDownloads, never, Scope>
  /** Names in a folder, in order; of nothing: none. */
  readonly list: (path: string) => readonly string[]
  readonly read: (path: string) => Uint8Array | undefined
  /** Makes a file of somebody else, or writes it anew. */
  readonly put: (path: string, bytes: Uint8Array) => void
}

export interface DownloadsProvider {
  readonly name: string
  readonly run: (
    scenario: (disk: DownloadsDisk) => Effect.Effect<void, TransferError>
  ) => Promise<void>
}

/** A note that is always written, and that nobody reads. */
export const UNREAD: PlaceNote = { place: undefined, write: () => Effect.void }

/** One run of the program that does this. */
export const during = <A, E>(
  disk: DownloadsDisk,
  work: (downloads: OpenDownloads) => Effect.Effect<A, E, Scope>
): Effect.Effect<A, E> => Effect.scoped(Effect.flatMap(disk.open, work))

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && new TextDecoder().decode(bytes)

export const entry = (path: string, bytes: number, executable = false): TransferEntry => ({
  path,
  kind: 'file',
  bytes,
  executable
})

export const inner = (path: string): TransferEntry => ({
  path,
  kind: 'folder',
  bytes: 0,
  executable: false
})

export interface Sample {
  readonly offer: TransferOffer
  readonly list: readonly TransferEntry[]
}

export const sample = (
  kind: 'file' | 'folder',
  name: string,
  list: readonly TransferEntry[]
): Sample => ({
  offer: {
    id: 'A'.repeat(22),
    name,
    kind,
    bytes: list.reduce((sum, { bytes }) => sum + bytes, 0),
    files: list.filter((each) => each.kind === 'file').length,
    entries: list.length,
    pieceBytes: 4,
    executable: kind === 'file' && list[0]?.executable === true
  },
  list
})

export const FILE = sample('file', 'a.txt', [entry('a.txt', 10)])
export const EMPTY = sample('file', 'empty', [entry('empty', 0)])
export const FOLDER = sample('folder', 'f.d', [
  inner('deep'),
  inner('deep/er'),
  entry('deep/er/one', 6),
  entry('deep/empty', 0),
  entry('run', 4, true),
  inner('void'),
  entry('last', 0)
])

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'

/** Writes the bytes from `from` to `end` of the whole transfer, each entry in views of two bytes. */
export const receive = (
  open: OpenDownload,
  { list }: Sample,
  from = 0,
  end = Number.POSITIVE_INFINITY
): Effect.Effect<void, TransferError> =>
  Effect.gen(function* () {
    let before = 0
    for (const [index, { bytes }] of list.entries()) {
      const [first, last] = [Math.max(from, before), Math.min(end, before + bytes)]
      if (first < last) {
        const views = ALPHABET.slice(first, last).match(/../gu) ?? []
        const odd = (last - first) % 2 === 0 ? [] : [ALPHABET.slice(last - 1, last)]
        yield* open.write(index, first - before, [...views, ...odd].map(bytesOf))
      }
      before += bytes
    }
  })

/** All of a transfer in one go. @returns its path. */
export const receiveAll = (
  downloads: OpenDownloads,
  { offer, list }: Sample
): Effect.Effect<string, TransferError> =>
  Effect.gen(function* () {
    const place = yield* downloads.begin(offer, UNREAD)
    const open = yield* downloads.open(place, offer, list, 0)
    yield* receive(open, { offer, list })
    yield* open.sync
    return yield* open.publish
  }).pipe(Effect.scoped)

/** The tag of the failure that this ends with. */
export const tagOf = <A>(work: Effect.Effect<A, TransferError>): Effect.Effect<string, A> =>
  Effect.map(Effect.flip(work), ({ reason }) => reason._tag)
