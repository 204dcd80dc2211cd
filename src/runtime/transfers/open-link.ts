/** What a desk knows of the link that is open: it is forgotten with it. */
import type { ProtocolViolation } from '../../domain/failures.ts'
import { OFFERS_WAITING_MAX } from '../../domain/limits.ts'
import type { TransferId, TransferOffer } from '../../domain/transfers.ts'
import { illegal } from './bodies.ts'
import { type FrameBudget, makeFrameBudget, spendFrame } from './frame-budget.ts'
import { ListReader } from './list-reader.ts'
import type { TransferLink } from './world.ts'

export class OpenLink {
  readonly link: TransferLink
  /** What the peer offered on it. */
  readonly offered = new Set<TransferId>()
  /** Lists that we asked for and that are not whole. */
  readonly lists = new Map<TransferId, ListReader>()
  readonly #listed = new Set<TransferId>()
  readonly #budget: FrameBudget
  #isAll = false
  #refusals = 0

  /** @param nowMs monotonic. */
  constructor(link: TransferLink, nowMs: number) {
    this.link = link
    this.#budget = makeFrameBudget(nowMs)
  }

  pay(nowMs: number): ProtocolViolation | undefined {
    return spendFrame(this.#budget, nowMs)
  }

  /** The peer told all its offers. */
  all(): ProtocolViolation | undefined {
    if (this.#isAll) return illegal('all offers again')
    this.#isAll = true
    return undefined
  }

  /** We ask for a list. false: it is on its way. */
  ask(offer: TransferOffer): boolean {
    if (this.lists.has(offer.id)) return false
    this.lists.set(offer.id, new ListReader(offer))
    return true
  }

  /** The peer asks for a list: once on a link is enough, and more would cost much. */
  asked(id: TransferId): ProtocolViolation | undefined {
    if (this.#listed.has(id)) return illegal('list asked for again')
    this.#listed.add(id)
    return undefined
  }

  /** An offer is turned away. true: few were so far, and the user is told. */
  refuse(): boolean {
    this.#refusals += 1
    return this.#refusals <= OFFERS_WAITING_MAX
  }
}
