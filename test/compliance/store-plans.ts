/**
 * Random sequences of commits, erasures and runs for a store, each drawn so that most changes fit what
 * is there: the numbers of a step pick among what the model says is possible.
 */
import fc from 'fast-check'
import type { OwnMessage, PeerMessage } from '../../src/domain/items.ts'
import type { StoreChange } from '../../src/services/store.ts'
import type { Conversation } from '../../src/services/store-model/conversation.ts'
import { endOf, sentEverOf } from '../../src/services/store-model/conversation.ts'

/** What a step asks for; `a` and `b`, from 0 to 999, say how much of it. */
export interface Step {
  readonly type: StoreChange['type'] | 'bad'
  readonly a: number
  readonly b: number
}

export type Act =
  | { readonly type: 'commit'; readonly peer: number; readonly steps: readonly Step[] }
  | { readonly type: 'erase'; readonly peer: number }
  | { readonly type: 'reopen'; readonly saveHistory: boolean }

const permille = fc.integer({ min: 0, max: 999 })

const step: fc.Arbitrary<Step> = fc.record({
  type: fc.constantFrom<Step['type'][]>(
    'queued',
    'queued',
    'acknowledged',
    'acknowledged',
    'read',
    'sending',
    'sending',
    'requeued',
    'restarted',
    'disowned',
    'taken',
    'taken',
    'shown',
    'shown',
    'recovered',
    'keep',
    'bad'
  ),
  a: permille,
  b: permille
})

const peer = fc.integer({ min: 1, max: 2 })

export const plans: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        type: fc.constant('commit' as const),
        peer,
        steps: fc.array(step, { minLength: 1, maxLength: 4 })
      })
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('erase' as const), peer }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('reopen' as const), saveHistory: fc.boolean() })
    }
  ),
  { minLength: 1, maxLength: 40, size: 'max' }
)

/** A number from 0 to `most`. */
const pick = (share: number, most: number): number => Math.floor((share * (most + 1)) / 1000)

/** Names things, each another. */
export class Names {
  #count = 0

  next(prefix: string): string {
    return `${prefix}${this.#count++}`.padEnd(22, '_')
  }
}

const numbered = (messages: readonly OwnMessage[], first: number): readonly OwnMessage[] => {
  let next = first
  return messages.map((message) => {
    const placed = { ...message, first: next }
    next += message.items
    return placed
  })
}

const ownBody = (name: string, kind: number): OwnMessage['body'] =>
  kind % 7 === 3 ? { kind: 'nick', nickname: name } : { kind: 'text', text: `said ${name}` }

const fresh = (names: Names, { a, b }: Step): readonly OwnMessage[] =>
  Array.from({ length: 1 + pick(a, 4) }, (_, at) => {
    const id = names.next('out')
    return { id, at: b * 10 + at, body: ownBody(id, b + at), first: 0, items: 1 + ((b + at) % 3) }
  })

const arriving = (names: Names, { a, b }: Step, from: number): readonly PeerMessage[] =>
  Array.from({ length: pick(a, 4) }, (_, at) => {
    const id = names.next('in')
    const body = { kind: 'text', text: `heard ${id}` } as const
    return { id, at: b, body, seq: from + 1 + at * (1 + (b % 2)), receivedAt: b * 9 + at }
  })

const outboxOf = ({ outbox }: Conversation): readonly OwnMessage[] =>
  outbox.toArray().map(({ message }) => message)

const acknowledging = (at: Conversation, { a, b }: Step): StoreChange => {
  const ends = outboxOf(at)
    .map(endOf)
    .filter((end) => end <= sentEverOf(at))
  const upToEnd = [at.acked, ...ends][pick(a, ends.length)] ?? at.acked
  return { type: 'acknowledged', upTo: upToEnd, instance: `instance ${b % 3}` }
}

const requeueing = (at: Conversation, { a }: Step): StoreChange => {
  const sent = sentEverOf(at)
  const left = outboxOf(at).filter(
    ({ first }, index) => first <= sent || (a >> (index % 9)) % 2 === 0
  )
  return { type: 'requeued', messages: numbered(left, at.acked + 1) }
}

const restarting = (at: Conversation, names: Names, { a }: Step): StoreChange => {
  const left = outboxOf(at).filter((_, index) => (a >> (index % 9)) % 4 !== 1)
  return { type: 'restarted', epoch: names.next('epoch'), messages: numbered(left, 1) }
}

const taking = (at: Conversation, names: Names, wish: Step): StoreChange => {
  const logs = at.taken.map(({ epoch }) => epoch)
  const isOther = wish.b % 5 === 0
  const epoch = (isOther ? logs[pick(wish.a, logs.length)] : logs.at(-1)) ?? names.next('log')
  const before = at.taken.find((log) => log.epoch === epoch)?.upTo ?? 0
  const messages = arriving(names, wish, before)
  const last = messages.at(-1)
  const upTo = (last?.seq ?? before) + (wish.b % 3)
  return { type: 'taken', epoch, upTo, ...(last && { id: last.id }), messages }
}

/** A change that cannot follow on anything. */
const BAD: readonly StoreChange[] = [
  { type: 'acknowledged', upTo: 1_000_000, instance: 'bad' },
  { type: 'read', upTo: 1_000_000 },
  { type: 'shown', upTo: 1_000_000 },
  { type: 'queued', epoch: 'of nobody', messages: [] },
  {
    type: 'requeued',
    messages: [{ id: 'x', at: 0, body: { kind: 'text', text: '' }, first: 1_000_000, items: 1 }]
  }
]

/** The change that a step comes to where this is what there is. */
export const changeOf = (at: Conversation, names: Names, wish: Step): StoreChange => {
  const { a, b } = wish
  const epoch = at.epoch ?? names.next('epoch')
  switch (wish.type) {
    case 'queued':
      return { type: 'queued', epoch, messages: numbered(fresh(names, wish), at.last + 1) }
    case 'acknowledged':
      return acknowledging(at, wish)
    case 'read':
      return { type: 'read', upTo: pick(a, at.acked) }
    case 'sending': {
      const real = at.acked + pick(a, at.last - at.acked + 2)
      return { type: 'sending', epoch, upTo: b < 600 ? Number.MAX_SAFE_INTEGER : real }
    }
    case 'requeued':
      return requeueing(at, wish)
    case 'restarted':
      return restarting(at, names, wish)
    case 'disowned':
      return { type: 'disowned', epochs: [names.next('epoch')] }
    case 'taken':
      return taking(at, names, wish)
    case 'shown':
      return { type: 'shown', upTo: pick(a, at.taken.at(-1)?.upTo ?? 0) }
    case 'recovered':
      return { type: 'recovered' }
    case 'keep':
      return { type: 'keep', keep: [true, false, undefined][a % 3] }
    case 'bad':
      return BAD[a % BAD.length] ?? { type: 'recovered' }
  }
}
