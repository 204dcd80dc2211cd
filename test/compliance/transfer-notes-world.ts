/** What a provider of the notes of transfers gives to the compliance suite, and sample notes. */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { TransferError } from '../../src/domain/transfer-failures.ts'
import type { TransferEntry } from '../../src/domain/transfers.ts'
import type {
  TransferNote,
  TransferNotes,
  TransferProgress
} from '../../src/services/transfer-notes.ts'
import { BOB } from '../unit/services/store-talk.ts'

export type OpenNotes = TransferNotes['Service']

/** A disk, empty at first. */
export interface NotesDisk {
  /** One run of the program, in order to its end, which is the end of the scope. */
  readonly open: Effect.Effect<OpenNotes, never, Scope>
}

export interface NotesProvider {
  readonly name: string
  readonly run: (scenario: (disk: NotesDisk) => Effect.Effect<void, TransferError>) => Promise<void>
}

/** One run of the program that does this. */
export const during = <A, E>(
  disk: NotesDisk,
  work: (notes: OpenNotes) => Effect.Effect<A, E>
): Effect.Effect<A, E> => Effect.scoped(Effect.flatMap(disk.open, work))

/** The n-th id: 22 characters that differ by case only where `n` says so. */
export const idOf = (n: number | string): string => String(n).padStart(22, 'A')

export const OFFERED: TransferProgress = { state: 'offered', paused: false, pieces: 0, told: false }

export const ACCEPTED: TransferProgress = {
  state: 'accepted',
  paused: true,
  pieces: 17,
  place: { root: '/downloads', rootInode: '1:2', part: 'a.txt.x.part', partInode: '1:3' },
  told: false
}

export const DONE: TransferProgress = {
  state: 'done',
  paused: false,
  pieces: 18,
  path: '/downloads/a (1).txt',
  told: true
}

export const ENDED: TransferProgress = {
  state: 'ended',
  paused: false,
  end: 'source-changed',
  endedBy: 'us',
  pieces: 2,
  told: true
}

/** A folder on its way out, with its sources. */
export const outgoing = (n: number | string): TransferNote => ({
  peer: BOB,
  direction: 'out',
  offer: {
    id: idOf(n),
    name: 'photos – 日本 💬',
    kind: 'folder',
    bytes: 8_000_000_000_000,
    files: 1,
    entries: 2,
    pieceBytes: 244_140_625,
    executable: false
  },
  at: 1_764_000_000_000,
  sources: [
    { path: '/home/ann/photos/new', bytes: 0, modifiedMs: 1_700_000_000_000.25, inode: '66:1' },
    {
      path: '/home/ann/photos/new/"a" \\ ü.jpg',
      bytes: 8_000_000_000_000,
      modifiedMs: 0.5,
      inode: '18446744073709551615:18446744073709551615'
    }
  ],
  progress: OFFERED
})

export const incoming = (n: number | string): TransferNote => ({
  ...outgoing(n),
  direction: 'in',
  sources: []
})

export const LIST: readonly TransferEntry[] = [
  { path: 'new', kind: 'folder', bytes: 0, executable: false },
  { path: 'new/ü.jpg', kind: 'file', bytes: 8_000_000_000_000, executable: true }
]
