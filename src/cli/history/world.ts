/** What the parts of `earshot history` work with. */
import type { Effect } from 'effect/Effect'
import type { PeerRef } from '../../domain/peer-ref.ts'
import { type StoreError, StartError } from '../../domain/failures.ts'
import type { Store } from '../../services/store.ts'
import type { Style } from '../views/style.ts'
import { nameAmong } from './peers-of-history.ts'

/** What is only read of a store. */
export type HistoryReader = Pick<Store['Service'], 'conversations' | 'page' | 'search'>

/** Standard output. */
export interface Output {
  /** false: nobody reads it any more. */
  readonly write: (text: string) => Effect<boolean>
  /** true: a person looks at it. */
  readonly isScreen: boolean
  readonly style: Style
}

export interface HistoryWorld {
  /** Every peer that is known, or of whom something is stored. */
  readonly peers: readonly PeerRef[]
  /** Whether those are kept about which the user decided nothing. */
  readonly saveHistory: boolean
  readonly json: boolean
  readonly output: Output
  /** Something to tell beside the output. */
  readonly note: (text: string) => void
  /** Draws how far a search has come; nothing where nobody would see it. */
  readonly progress: (text: string) => void
  /** In which times are shown and read: a name of the IANA database; undefined: the system's. */
  readonly timeZone: string | undefined
}

/** A failure of the store ends the command. */
export const asStartError = ({ reason }: StoreError): StartError => new StartError({ reason })

export const nameOf = (world: HistoryWorld, peer: PeerRef): string => nameAmong(world.peers, peer)
