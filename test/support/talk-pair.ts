/** Two ends of a talk whose links are carried by hand, so that any frame of them can be lost. */
import type { Message } from '../../src/protocol/messages.ts'
import { type LinkEnd, TalkEnd } from './talk-end.ts'

/** A link between two ends; nothing passes until it is carried. */
export class PairLink {
  readonly fromAnn: LinkEnd
  readonly fromBen: LinkEnd
  readonly #ann: TalkEnd
  readonly #ben: TalkEnd
  #atBen = 0
  #atAnn = 0

  /** The ends greet each other. */
  constructor(ann: TalkEnd, ben: TalkEnd) {
    this.#ann = ann
    this.#ben = ben
    this.fromAnn = ann.greet()
    this.fromBen = ben.greet()
  }

  attachAnn(receipts = true): void {
    this.#ann.attach(this.fromAnn, this.fromBen, receipts)
  }

  attachBen(receipts = true): void {
    this.#ben.attach(this.fromBen, this.fromAnn, receipts)
  }

  /** What was sent and not carried yet; it counts as carried. */
  toBen(): readonly Message[] {
    const messages = this.fromAnn.sent.slice(this.#atBen)
    this.#atBen += messages.length
    return messages
  }

  toAnn(): readonly Message[] {
    const messages = this.fromBen.sent.slice(this.#atAnn)
    this.#atAnn += messages.length
    return messages
  }

  /** Brings what was sent to the other ends, until nothing is left. */
  carry(): void {
    for (;;) {
      const toBen = this.toBen()
      const toAnn = this.toAnn()
      if (toBen.length + toAnn.length === 0) return
      this.#ben.hear(toBen)
      this.#ann.hear(toAnn)
    }
  }

  lose(): void {
    this.#ann.talk.detach(this.fromAnn.writer)
    this.#ben.talk.detach(this.fromBen.writer)
  }
}

export interface Pair {
  readonly ann: TalkEnd
  readonly ben: TalkEnd
  /** The ends greet each other on a new link. */
  readonly greet: () => PairLink
  /** A new link that both ends take. */
  readonly link: () => PairLink
}

/** Two ends whose stores are done at once. */
export const talkPair = (): Pair => {
  const ann = new TalkEnd('a')
  const ben = new TalkEnd('b')
  ann.store.isPrompt = true
  ben.store.isPrompt = true
  const greet = (): PairLink => new PairLink(ann, ben)
  return {
    ann,
    ben,
    greet,
    link: () => {
      const link = greet()
      link.attachAnn()
      link.attachBen()
      return link
    }
  }
}
