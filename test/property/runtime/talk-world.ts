/**
 * Two ends of a talk and the links between them, where every frame, commit and look-up is a step of its
 * own, and links are lost, processes and machines end, and stores are replaced at any of them.
 */
import type { StoreFailure } from '../../../src/domain/failures.ts'
import { TEXT_PART_BYTES_MAX } from '../../../src/domain/limits.ts'
import { type Book, emptyBook } from '../../../src/services/store-model.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'
import { type LinkEnd, TalkEnd } from '../../support/talk-end.ts'
import { type Origin, other, type Side, TalkChecks } from './talk-checks.ts'

const FULL: StoreFailure = { _tag: 'StoreFull', path: '/messages.db', code: 'SQLITE_FULL' }

/** Far more than any plan needs. */
const ROUNDS_MAX = 200

interface Half extends Origin {
  readonly end: LinkEnd
  /** Frames of this half that the other end has read. */
  read: number
  isAttached: boolean
}

interface Link {
  readonly a: Half
  readonly b: Half
  isCut: boolean
}

export class TalkWorld {
  readonly #clock = new SimulatedClock()
  readonly #ends = { a: new TalkEnd('a', this.#clock), b: new TalkEnd('b', this.#clock) }
  readonly checks = new TalkChecks(this.#ends)
  readonly #links: Link[] = []
  readonly #current: Record<Side, Link | undefined> = { a: undefined, b: undefined }
  readonly #copies: Record<Side, Book[]> = { a: [], b: [] }
  #texts = 0

  constructor() {
    for (const side of ['a', 'b'] as const)
      this.#ends[side].onAbandoned = (end) => this.#abandoned(side, end)
  }

  say(side: Side, parts: number): void {
    this.#texts += 1
    const text = `${this.#texts}${' '.repeat((parts - 1) * TEXT_PART_BYTES_MAX)}`
    this.checks.texts[side].say(this.#texts, text)
    this.#ends[side].talk.say([text])
  }

  rename(side: Side): void {
    this.#texts += 1
    this.#ends[side].talk.rename(`nick ${this.#texts}`)
  }

  /** Takes back some of what waits: every one whose place is a multiple of `step`. */
  cancel(side: Side, step: number): void {
    const { talk } = this.#ends[side]
    const asked = talk.pending().filter((_, at) => at % step === 0)
    for (const { message } of asked)
      if (message.body.kind === 'text') this.checks.texts[side].asked(message.body.text)
    talk.cancel(asked.map(({ message }) => message.id))
  }

  /** Both ends greet each other on a new link, which carries nothing yet. */
  greet(): void {
    const half = (side: Side): Half => {
      const end = this.#ends[side].greet()
      const { epoch } = end.ready
      return { end, read: 0, epoch, isAttached: false, life: this.checks.lives[side] }
    }
    this.#links.push({ a: half('a'), b: half('b'), isCut: false })
  }

  /** This end hands its talk to the newest link. */
  attach(side: Side): void {
    const link = this.#links.at(-1)
    if (link === undefined || link.isCut || link[side].isAttached) return
    link[side].isAttached = true
    this.#current[side] = link
    this.#ends[side].attach(link[side].end, link[other(side)].end)
  }

  /** A new link that both ends take. */
  meet(): void {
    this.greet()
    this.attach('a')
    this.attach('b')
  }

  /** So many frames reach this end at once. */
  carry(side: Side, count: number): number {
    const link = this.#current[side]
    if (link === undefined || link.isCut) return 0
    const from = link[other(side)]
    const frames = from.end.sent.slice(from.read, from.read + count)
    from.read += frames.length
    for (const frame of frames) this.checks.comes(side, from, frame)
    if (frames.length > 0) this.#ends[side].hear(frames)
    return frames.length
  }

  /** The link is cut; this end knows it now, the other one later. */
  cut(side: Side): void {
    const link = this.#current[side]
    if (link === undefined) return
    link.isCut = true
    this.#current[side] = undefined
    this.#ends[side].talk.detach(link[side].end.writer)
  }

  /** The socket of this end takes nothing for a while, or again. */
  block(side: Side, isBlocked: boolean): void {
    this.#current[side]?.[side].end.wait(isBlocked ? 1024 * 1024 : 0)
  }

  /** The commit in flight is over. */
  finish(side: Side): void {
    const { store } = this.#ends[side]
    if (store.busyWith !== undefined) store.finish()
    this.checks.noteTaken(side)
  }

  fail(side: Side): void {
    const { store } = this.#ends[side]
    if (store.busyWith !== undefined) store.fail(FULL)
  }

  lookUp(side: Side): void {
    this.#ends[side].store.lookUp()
  }

  ring(side: Side): void {
    this.#ends[side].ring()
  }

  /** The process ends, or with it the machine. @param left of a power cut: commits that survive. */
  crash(side: Side, left?: number): void {
    this.#end(side)
    this.checks.texts[side].crashed()
    this.#ends[side].restart(left)
  }

  copy(side: Side): void {
    this.#copies[side].push(this.#ends[side].store.written)
  }

  /** A copy of the store is put in its place, or an empty one. */
  lose(side: Side, which: number | undefined): void {
    const copies = this.#copies[side]
    const copy = which === undefined ? emptyBook : copies[which % copies.length]
    if (copy === undefined) return
    const { store } = this.#ends[side]
    this.#end(side)
    store.crash()
    store.replace(copy)
    this.checks.lives[side] += 1
    this.checks.texts[side].lost(store.ledger.outbox.map(({ id }) => id))
    this.#ends[side].startAgain()
  }

  /** All that can happen happens, until nothing waits any more. */
  settle(): void {
    this.meet()
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const moved = this.#settleEnd('a') + this.#settleEnd('b')
      if (this.#links.at(-1)?.isCut === true) this.meet()
      else if (moved === 0) return
    }
    throw new Error('it goes on and on')
  }

  /** How much happened. */
  #settleEnd(side: Side): number {
    const end = this.#ends[side]
    end.ring()
    let moved = 0
    while (end.store.busyWith !== undefined || end.store.lookUps > 0) {
      this.lookUp(side)
      this.finish(side)
      moved += 1
    }
    this.block(side, false)
    return moved + this.carry(side, Number.POSITIVE_INFINITY)
  }

  /** The conversation has left the link already. */
  #abandoned(side: Side, end: LinkEnd): void {
    for (const link of this.#links) if (link[side].end === end) link.isCut = true
    this.#current[side] = undefined
  }

  /** The process of this end is gone, and what it said on links that were only greeted. */
  #end(side: Side): void {
    this.checks.noteTaken(side)
    for (const link of this.#links) link.isCut = true
    this.#current[side] = undefined
  }
}
