import type { PeerId } from './peer-id.ts'

/** A peer as events name it. `alias` is what we show: the nickname it claims, else its short id. */
export interface PeerRef {
  readonly id: PeerId
  readonly nickname?: string
}
