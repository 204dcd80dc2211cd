/** What the store on disk is opened with, and what it tells about its opening. */
import type * as Effect from 'effect/Effect'
import type { PeerId } from '../../domain/peer-id.ts'

/** Which store, and what opens it. */
export interface StoreFile {
  /** The database; `-wal` and `-shm` are beside it. Its folder is the user's alone (0700). */
  readonly path: string
  /** The identity that it belongs to. */
  readonly owner: PeerId
  /** 32 bytes (adapters/keyring.ts). */
  readonly masterKey: Uint8Array
  /** Where that key is kept, for the words of StoreSealed. */
  readonly keyPath: string
}

export interface StoreOptions extends StoreFile {
  /** Settled messages are kept where the conversation's own choice does not say otherwise. */
  readonly saveHistory: boolean
  readonly retention: Retention
  /** Told once the store is open, of what is worth a word; of a set-aside one before the new one. */
  readonly onOpened?: (opened: StoreOpened) => Effect.Effect<void>
}

/** How much of the settled messages is kept. */
export interface Retention {
  /** Older ones are deleted; 0: none is too old. */
  readonly days: number
  /** The oldest are deleted while the store takes more of the disk; 0: any size. */
  readonly bytes: number
}

export type StoreOpened =
  /** There was none. */
  | { readonly type: 'created'; readonly path: string }
  /** What was there is damaged: it is at `aside` now, whole, and a new store was begun. */
  | {
      readonly type: 'set-aside'
      readonly path: string
      readonly aside: string
      readonly detail: string
    }
