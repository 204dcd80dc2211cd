/**
 * Goal: every message is delivered exactly once and in order over links that are lost and moved, whatever
 * the stores of both ends have noted when; windows hold, and no number ever means two messages.
 * Method: model-based runs: a log and its reader, without a runtime, joined by a pipe of items and one of
 * acknowledgements. Each end keeps its state in a store that is the model of the port, and is made from
 * it again when its process ends. Commands say, store, take back, send, move, commit, acknowledge, cut,
 * resume and kill in any order. The whole conversation runs so in test/property/runtime/.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import type { MessageOf } from '../../../src/domain/items.ts'
import { TEXT_PART_BYTES_MAX, WINDOW_BYTES_MAX } from '../../../src/domain/limits.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import * as incomingLog from '../../../src/protocol/delivery/incoming.ts'
import * as outgoingLog from '../../../src/protocol/delivery/outgoing.ts'
import { hold, planCancel, replace } from '../../../src/protocol/delivery/renumbering.ts'
import type { Item } from '../../../src/protocol/messages.ts'
import { joinPart, makeJoiner } from '../../../src/protocol/text-parts.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import { isContradiction } from '../../../src/services/store-model/conversation.ts'
import { apply, emptyBook, ledgerOf } from '../../../src/services/store-model.ts'
import type { StoreChange } from '../../../src/services/store.ts'

const EPOCH = '0123456789abcdef'
const PEER = 'peer' as PeerId
const OPEN = { type: 'sending', epoch: EPOCH, upTo: Number.MAX_SAFE_INTEGER } as const

/** The model of the port, for one peer. */
class Kept {
  #book = emptyBook

  get ledger() {
    return ledgerOf(this.#book, PEER)
  }

  commit(...changes: readonly StoreChange[]): void {
    const book = apply(this.#book, PEER, changes, false)
    if (isContradiction(book)) throw new Error(book.detail)
    this.#book = book
  }
}

/** Both ends and the wire between them. */
class World {
  readonly #sender = new Kept()
  readonly #reader = new Kept()
  #out = outgoingLog.makeOutgoing(EPOCH)
  #incoming = incomingLog.makeIncoming()
  #joiner = makeJoiner()
  #items: Item[] = []
  #acks: number[] = []
  /** Taken whole and not committed: the end of each, its id and its bytes. */
  #arrived: { upTo: number; id: string; bytes: number }[] = []
  #bytes = 0
  #said = 0
  readonly #meant = new Map<number, string>()
  readonly cancelled = new Set<string>()
  /** Ids in the order in which they were committed, and told as delivered. */
  readonly taken: string[] = []
  readonly delivered: string[] = []

  constructor() {
    this.#reader.commit(OPEN)
  }

  get rest() {
    return { waiting: this.#out.entries.length, bytes: this.#out.bytes, said: this.#said }
  }

  get out(): outgoingLog.Outgoing {
    return this.#out
  }

  /** Messages of so many parts, together in one commit that fails or not. */
  say(parts: readonly number[], isStored: boolean): void {
    const messages = parts.map((count): MessageOf => {
      this.#said += 1
      const text = 'x'.repeat((count - 1) * TEXT_PART_BYTES_MAX + 1)
      return { id: `${this.#said}`, at: 0, body: { kind: 'text', text } }
    })
    const numbered = outgoingLog.enqueue(this.#out, messages)
    if (isStored) {
      this.#sender.commit({ type: 'queued', epoch: EPOCH, messages: numbered })
      outgoingLog.stored(this.#out)
      return
    }
    outgoingLog.withdraw(this.#out)
    for (const { id } of messages) this.cancelled.add(id)
  }

  /** Takes back every so manieth message, while so many frames move. */
  cancel(every: number, meanwhile: number): void {
    const ids = outgoingLog.pending(this.#out).filter((_, at) => at % every === 0)
    const plan = planCancel(this.#out, new Set(ids.map(({ id }) => id)))
    const { sentEver, online } = this.#out
    hold(this.#out)
    this.#sender.commit(
      { type: 'sending', epoch: EPOCH, upTo: sentEver },
      { type: 'requeued', messages: plan.messages },
      ...(online ? [OPEN] : [])
    )
    this.send(meanwhile)
    this.hear(meanwhile)
    replace(this.#out, plan.messages)
    const { outbox, last, acked } = this.#sender.ledger
    expect(outgoingLog.pending(this.#out)).toEqual(outbox)
    expect(this.#out).toMatchObject({ last, acked, stored: last })
    for (const { id } of plan.cancelled) this.cancelled.add(id)
  }

  /** A new link. READY may be old: the reader goes on taking what the old link still holds. */
  resume(stillArriving: number): void {
    const ready = incomingLog.readyNumbers(this.#incoming)
    this.arrive(stillArriving)
    this.commit()
    this.lose()
    incomingLog.bindEpoch(this.#incoming, EPOCH)
    this.#sender.commit(OPEN)
    const upTo = ready.find(({ epoch }) => epoch === EPOCH)?.upTo
    this.#tell(outgoingLog.resume(this.#out, upTo))
  }

  lose(): void {
    this.#items = []
    this.#acks = []
    outgoingLog.linkLost(this.#out)
    this.#sender.commit({ type: 'sending', epoch: EPOCH, upTo: this.#out.sentEver })
    this.#joiner = makeJoiner()
    this.#incoming.uncommittedBytes -= this.#bytes
    this.#bytes = 0
  }

  /** The sender's process ends while the link is open, and another one goes on. */
  killSender(): void {
    this.#items = []
    this.#acks = []
    const { ledger } = this.#sender
    this.#out = outgoingLog.makeOutgoing(EPOCH, { ...ledger, epoch: EPOCH })
    this.lose()
  }

  killReader(): void {
    this.lose()
    this.#arrived = []
    this.#incoming = incomingLog.makeIncoming(this.#reader.ledger.taken)
  }

  send(count: number): void {
    for (const item of outgoingLog.takeSendable(this.#out, count).items) {
      const before = this.#meant.get(item.seq) ?? item.id
      expect(item.id).toBe(before)
      this.#meant.set(item.seq, item.id)
      this.#items.push(item)
    }
    expect(this.#out.inFlightBytes).toBeGreaterThanOrEqual(0)
    expect(this.#out.inFlightBytes).toBeLessThanOrEqual(WINDOW_BYTES_MAX)
  }

  arrive(count: number): void {
    for (const item of this.#items.splice(0, count)) {
      const bytes = item.body.kind === 'text' ? item.body.text.length : 1
      const verdict = incomingLog.receive(this.#incoming, item, bytes)
      if (verdict === 'duplicate') continue
      expect(verdict).toBe('deliver')
      this.#bytes += bytes
      const joined = joinPart(this.#joiner, item, 1_000_000)
      if (joined === undefined) continue
      if (isViolation(joined)) throw new Error(JSON.stringify(joined))
      incomingLog.completed(this.#incoming, joined.id)
      this.#arrived.push({ upTo: joined.seq, id: joined.id, bytes: this.#bytes })
      this.#bytes = 0
    }
  }

  /** The reader writes what came, and acknowledges it. */
  commit(): void {
    for (const { upTo, id, bytes } of this.#arrived.splice(0)) {
      this.#reader.commit({ type: 'taken', epoch: EPOCH, upTo, id, messages: [] })
      incomingLog.committed(this.#incoming, { epoch: EPOCH, upTo, id }, bytes)
      this.taken.push(id)
    }
    if (this.#out.online) this.#acks.push(incomingLog.ackOf(this.#incoming))
  }

  hear(count: number): void {
    for (const upTo of this.#acks.splice(0, count)) this.#tell(outgoingLog.acked(this.#out, upTo))
  }

  /** A link that stays up; it must not need more rounds than there are messages. */
  settle(): void {
    this.resume(0)
    for (let round = 0; this.#out.entries.length > 0 && round < 1_000; round += 1) {
      this.send(1_000)
      this.arrive(1_000)
      this.commit()
      this.hear(1_000)
    }
  }

  #tell(outcome: ReturnType<typeof outgoingLog.acked>): void {
    if (isViolation(outcome)) throw new Error(JSON.stringify(outcome))
    if (outcome.length === 0) return
    const { acked } = this.#out
    this.#sender.commit({ type: 'acknowledged', upTo: acked, instance: 'reader' })
    this.delivered.push(...outcome.map(({ id }) => id))
  }
}

type Step = (world: World) => void

/** A step that a failure prints by its name. */
const step = (name: string, run: Step): Step => Object.assign(run, { toString: () => name })

const along = (name: string, run: (world: World, count: number) => void, max = 8) =>
  fc.nat({ max }).map((count) => step(`${name} ${count}`, (world) => run(world, count + 1)))

const parts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
const say = fc
  .tuple(parts, fc.boolean())
  .map(([counts, isStored]) =>
    step(`say ${counts.join()} ${isStored}`, (world) => world.say(counts, isStored))
  )
const cancel = fc
  .tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 }))
  .map(([every, meanwhile]) =>
    step(`cancel ${every} ${meanwhile}`, (world) => world.cancel(every + 1, meanwhile))
  )
const steps: fc.Arbitrary<Step>[] = [
  say,
  cancel,
  along('send', (world, count) => world.send(count)),
  along('send', (world, count) => world.send(count)),
  along('arrive', (world, count) => world.arrive(count)),
  along('arrive', (world, count) => world.arrive(count)),
  along('hear', (world, count) => world.hear(count)),
  along('resume', (world, count) => world.resume(count - 1)),
  fc.constant(step('commit', (world) => world.commit())),
  fc.constant(step('lose', (world) => world.lose())),
  fc.constant(step('kill the sender', (world) => world.killSender())),
  fc.constant(step('kill the reader', (world) => world.killReader()))
]

describe('delivery', () => {
  it('is exactly once and in order over links and processes that end at any point', () => {
    const plans = fc.array(fc.oneof(...steps), { maxLength: 120, size: 'max' })
    fc.assert(
      fc.property(plans, (plan) => {
        const world = new World()
        for (const step of plan) step(world)
        world.settle()
        const { said, ...rest } = world.rest
        const ids = Array.from({ length: said }, (_, index) => `${index + 1}`)
        const stayed = ids.filter((id) => !world.cancelled.has(id))
        expect(world.taken).toEqual(stayed)
        expect(world.delivered).toEqual(stayed)
        expect(rest).toEqual({ waiting: 0, bytes: 0 })
        expect(world.out.inFlightBytes).toBe(0)
      }),
      { numRuns: 500 }
    )
  })
})
