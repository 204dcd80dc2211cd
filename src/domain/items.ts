/** What peers say to each other that must not be lost: the bodies of items and of whole messages. */

/** The body of one item on the wire (docs/PROTOCOL.md 4.7). */
export type ItemBody =
  | {
      readonly kind: 'text'
      /** At most TEXT_PART_BYTES_MAX bytes of UTF-8. */
      readonly text: string
      /** 1 to `parts`; a message that fits in one frame is part 1 of 1 (both left out on the wire). */
      readonly part: number
      readonly parts: number
    }
  | NickBody

/** A changed nickname. */
export interface NickBody {
  readonly kind: 'nick'
  readonly nickname: string
}

/** A whole message: what one or more items say together. Not empty. */
export type MessageBody = { readonly kind: 'text'; readonly text: string } | NickBody

/** A whole message of either end. */
export interface MessageOf<B extends MessageBody = MessageBody> {
  /** 128 random bits, base64url (22 characters); chosen by the sender. */
  readonly id: string
  /** The sender's clock, milliseconds since the epoch. Order never depends on it. */
  readonly at: number
  readonly body: B
}

/** A message of ours with its place in our log. */
export interface OwnMessage extends MessageOf {
  /** The number of its first item. */
  readonly first: number
  /** How many items it is sent as, from 1. The next message begins at `first + items`. */
  readonly items: number
}

/** A message of the peer, whole. Only texts are kept; a nickname is taken and done with. */
export interface PeerMessage extends MessageOf<{ readonly kind: 'text'; readonly text: string }> {
  /** The number of its last item in the peer's log. */
  readonly seq: number
  /** Our clock when it was taken, milliseconds since the epoch. */
  readonly receivedAt: number
}

/** How far a log of the peer was taken: every item up to and including `upTo`. */
export interface TakenLog {
  readonly epoch: string
  readonly upTo: number
  /** The id of the message that ends there; missing where nothing was taken. */
  readonly id?: string
}

/** A message of the history. */
export interface HistoryLine {
  readonly direction: 'in' | 'out'
  readonly id: string
  readonly text: string
  readonly sentAt: number
  /** Ours has none. */
  readonly receivedAt?: number
  /** waiting: ours, and not acknowledged. received: the peer's. */
  readonly state: 'received' | 'waiting' | 'delivered' | 'read'
}
