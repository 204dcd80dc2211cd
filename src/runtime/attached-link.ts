/**
 * The link that is to carry a conversation, or carries it. What comes before the store knows that it is
 * open waits its turn here, within the window.
 */
import type { ProtocolViolation } from '../domain/failures.ts'
import { WINDOW_BYTES_MAX, WINDOW_ITEMS_MAX } from '../domain/limits.ts'
import type { Item } from '../protocol/messages.ts'
import { itemBytes } from '../protocol/payloads.ts'
import type { Carrier } from './carrier.ts'
import type { KnownIds } from './known-ids.ts'

/** What is to be done with something that came. */
export type Work = () => ProtocolViolation | undefined

const BEYOND_WINDOW = {
  _tag: 'FrameIllegal',
  type: 'item',
  state: 'beyond the window'
} as const satisfies ProtocolViolation

export class AttachedLink {
  readonly carrier: Carrier
  /** true: the store may be told that the link opens. */
  isReady = false
  /** Ids taken under earlier epochs of the peer; undefined: there was none. */
  known: KnownIds | undefined
  /** Whose loss our user was told of on this link. */
  readonly told = new Set<'ours' | 'theirs'>()
  /** What came and waits; undefined: nothing has to. */
  #held: Work[] | undefined = []
  #heldItems = 0
  #heldBytes = 0

  constructor(carrier: Carrier) {
    this.carrier = carrier
  }

  /** Items came, which `inTurn` is told of next. */
  count(items: readonly Item[]): void {
    if (this.#held === undefined) return
    this.#heldItems += items.length
    for (const { body } of items) this.#heldBytes += itemBytes(body)
  }

  /** Does it now, or once what waits is released. */
  inTurn(work: Work): ProtocolViolation | undefined {
    if (this.#held === undefined) return work()
    this.#held.push(work)
    const items = Math.max(this.#heldItems, this.#held.length)
    const isWithin = items <= WINDOW_ITEMS_MAX && this.#heldBytes <= WINDOW_BYTES_MAX
    return isWithin ? undefined : BEYOND_WINDOW
  }

  /** What comes from now on waits again. */
  hold(): void {
    this.#held ??= []
  }

  /** What waits, in order; nothing has to wait any more. */
  release(): readonly Work[] {
    const held = this.#held ?? []
    this.#held = undefined
    this.#heldItems = 0
    this.#heldBytes = 0
    return held
  }
}
