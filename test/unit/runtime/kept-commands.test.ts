/**
 * Goal: what the user asks of the queue and of the history is answered, whatever was talked about in this run,
 * and what cannot be done is said.
 * Method: commands over real conversations and a store in memory; the peers and the focus are the test's.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { StoreError } from '../../../src/domain/failures.ts'
import type { OwnMessage } from '../../../src/domain/items.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import type { AppContext } from '../../../src/machines/app.types.ts'
import { makeConversations } from '../../../src/runtime/conversations.ts'
import type { Directory } from '../../../src/runtime/directory.ts'
import { KeptCommands } from '../../../src/runtime/kept-commands.ts'
import type { Store, StoreChange } from '../../../src/services/store.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { MemoryStore } from '../../../src/simulation/memory-store.ts'

const ANN = 'a'.repeat(52) as PeerId
const BEN = 'b'.repeat(52) as PeerId
const EPOCH = 'e'.repeat(16)
const NOBODY = { type: 'command.invalid', detail: 'name a peer first: /to NAME' }

const queued = (...texts: readonly string[]): StoreChange => ({
  type: 'queued',
  epoch: EPOCH,
  messages: texts.map(
    (text, at): OwnMessage => ({
      id: `${text}`.padStart(22, 'x'),
      at,
      body: { kind: 'text', text },
      first: at + 1,
      items: 1
    })
  )
})

const delivered = (upTo: number): readonly StoreChange[] => [
  { type: 'sending', epoch: EPOCH, upTo },
  { type: 'acknowledged', upTo, instance: 'first' }
]

/** The commands of a run that finds these ledgers. */
const commands = (
  ledgers: readonly (readonly [PeerId, readonly StoreChange[]])[],
  replaced: Partial<Store['Service']> = {}
) => {
  const clock = new SimulatedClock()
  const dice = makeDice(1)
  const disk = new MemoryStore({ clock, dice, path: '/messages.db', tell: () => undefined })
  const store = { ...disk.open(true), ...replaced }
  const events: EarshotEvent[] = []
  const focus: { peer: PeerId | undefined } = { peer: ANN }
  const run = (effect: Effect.Effect<void>): void => {
    clock.fork(effect)
  }
  const emit = (told: readonly EarshotEvent[]): void => {
    events.push(...told)
  }
  const refOf = (id: PeerId) => ({ id })
  const conversations = makeConversations({
    store,
    randomBytes: dice.bytes,
    emit,
    refOf,
    run,
    after: () => undefined,
    onRenamed: () => undefined,
    onWaiting: () => undefined,
    onBroken: () => undefined,
    messageBytesMax: 1_000,
    historyLines: 0,
    nickname: undefined,
    wallNow: () => 0
  })
  for (const [peer, changes] of ledgers) clock.fork(store.commit(peer, changes, 'written'))
  const names: Record<string, readonly PeerId[]> = { ann: [ANN], ben: [BEN], both: [ANN, BEN] }
  const kept = new KeptCommands({
    app: () => ({ focus: focus.peer }) as AppContext,
    store,
    conversations,
    directory: { refOf, matching: (who: string) => names[who] ?? [] } as unknown as Directory,
    emit,
    run,
    saveHistory: true
  })
  /** What a command is answered with. */
  const ask = (command: Parameters<typeof kept.handle>[0]): readonly EarshotEvent[] => {
    const before = events.length
    kept.handle(command)
    clock.advance(1_000)
    return events.slice(before)
  }
  return { ask, focus, conversations, clock }
}

describe('the queue', () => {
  it('shows what waits for whom, also of earlier runs, and numbers it', () => {
    const { ask } = commands([
      [ANN, [queued('one', 'two')]],
      [BEN, [queued('three')]]
    ])
    expect(ask({ type: 'queue' })).toMatchObject([
      {
        type: 'queue.shown',
        entries: [
          { number: 1, text: 'one', state: 'queued', peer: { id: ANN } },
          { number: 2, text: 'two', state: 'queued', peer: { id: ANN } },
          { number: 3, text: 'three', state: 'queued', peer: { id: BEN } }
        ]
      }
    ])
  })

  it('marks what was on a link', () => {
    const { ask } = commands([[ANN, [queued('one'), { type: 'sending', epoch: EPOCH, upTo: 1 }]]])
    expect(ask({ type: 'queue' })).toMatchObject([{ entries: [{ state: 'sent' }] }])
  })

  it('says why it cannot be shown', () => {
    const failed = new StoreError({ reason: { _tag: 'StoreBusy', path: '/messages.db', pid: 7 } })
    const { ask } = commands([], { conversations: Effect.fail(failed) })
    expect(ask({ type: 'queue' })).toMatchObject([
      { type: 'command.unavailable', command: '/queue' }
    ])
  })
})

describe('taking back', () => {
  it('means the numbers as they were shown last', () => {
    const { ask } = commands([[ANN, [queued('one', 'two', 'three')]]])
    ask({ type: 'queue' })
    expect(ask({ type: 'cancel', which: 2 })).toMatchObject([
      { type: 'message.cancelled', ids: ['two'.padStart(22, 'x')], tooLate: 0 }
    ])
    expect(ask({ type: 'cancel', which: 3 })).toMatchObject([
      { type: 'message.cancelled', ids: ['three'.padStart(22, 'x')] }
    ])
    expect(ask({ type: 'queue' })).toMatchObject([{ entries: [{ number: 1, text: 'one' }] }])
  })

  it('is refused for numbers that were never shown, or wait no more', () => {
    const { ask } = commands([[ANN, [queued('one')]]])
    const unknown = {
      type: 'command.invalid',
      detail: 'there is no such number: /queue shows what waits'
    }
    expect(ask({ type: 'cancel', which: 1 })).toMatchObject([unknown])
    ask({ type: 'queue' })
    for (const which of [0, 2]) expect(ask({ type: 'cancel', which })).toMatchObject([unknown])
    ask({ type: 'cancel', which: 1 })
    expect(ask({ type: 'cancel', which: 1 })).toMatchObject([
      { type: 'command.invalid', detail: 'that message does not wait any more' }
    ])
  })

  it('of all means the peer that is talked to', () => {
    const { ask, conversations, clock, focus } = commands([
      [ANN, [queued('one', 'two')]],
      [BEN, [queued('three')]]
    ])
    expect(ask({ type: 'cancel', which: 'all' })).toMatchObject([
      { type: 'command.invalid', detail: 'nothing waits for this peer' }
    ])
    clock.fork(conversations.open(ANN))
    expect(ask({ type: 'cancel', which: 'all' })).toMatchObject([
      { type: 'message.cancelled', ids: [expect.anything(), expect.anything()] }
    ])
    expect(ask({ type: 'queue' })).toMatchObject([{ entries: [{ text: 'three' }] }])
    expect(ask({ type: 'cancel', which: 'all' })).toMatchObject([
      { type: 'command.invalid', detail: 'nothing waits for this peer' }
    ])
    focus.peer = undefined
    expect(ask({ type: 'cancel', which: 'all' })).toMatchObject([NOBODY])
  })
})

describe('the history', () => {
  const talked = [[ANN, [queued('one', 'two'), ...delivered(1)]]] as const

  it('shows the last lines of the peer that is talked to, or of another', () => {
    const { ask } = commands([...talked, [BEN, [queued('three'), ...delivered(1)]]])
    expect(ask({ type: 'history' })).toMatchObject([
      {
        type: 'history.shown',
        peer: { id: ANN },
        why: 'asked',
        kept: true,
        entries: [
          { text: 'one', state: 'delivered' },
          { text: 'two', state: 'waiting' }
        ]
      }
    ])
    const [shown] = ask({ type: 'history', count: 1 })
    expect(shown).toMatchObject({ entries: [{ text: 'two' }] })
    // What docs/EVENTS.md names, and nothing of the store's own.
    expect(shown?.type === 'history.shown' && Object.keys(shown.entries[0] ?? {}).sort()).toEqual([
      'direction',
      'id',
      'sentAt',
      'state',
      'text'
    ])
    expect(ask({ type: 'history', count: 0 })).toMatchObject([{ entries: [{ text: 'two' }] }])
    expect(ask({ type: 'history', who: 'ben' })).toMatchObject([
      { peer: { id: BEN }, entries: [{ text: 'three' }] }
    ])
  })

  it('asks whom it means', () => {
    const { ask, focus } = commands(talked)
    expect(ask({ type: 'history', who: 'carl' })).toMatchObject([
      { type: 'command.invalid', detail: 'nobody is known by the name carl' }
    ])
    expect(ask({ type: 'history', who: 'both' })).toMatchObject([
      { type: 'command.invalid', detail: /more than one peer/ }
    ])
    focus.peer = undefined
    expect(ask({ type: 'history' })).toMatchObject([NOBODY])
    expect(ask({ type: 'history-keep', keep: 'off' })).toMatchObject([NOBODY])
    expect(ask({ type: 'history-erase', confirm: true })).toMatchObject([NOBODY])
    expect(ask({ type: 'search', words: 'one' })).toMatchObject([NOBODY])
  })

  it('is kept or not as the user says, and the open conversation knows', () => {
    const { ask, conversations, clock } = commands(talked)
    clock.fork(conversations.open(ANN))
    expect(ask({ type: 'history-keep', keep: 'off' })).toMatchObject([
      { type: 'history.changed', kept: false, earlier: 1 }
    ])
    expect(conversations.find(ANN)?.keep).toBe(false)
    expect(ask({ type: 'history' })).toMatchObject([{ kept: false }])
    expect(ask({ type: 'history-keep', keep: 'on' })).toMatchObject([{ kept: true }])
    expect(ask({ type: 'history-keep', keep: 'default' })).toMatchObject([{ kept: true }])
    expect(conversations.find(ANN)?.keep).toBeUndefined()
  })

  it('is erased when that is confirmed, but for what waits', () => {
    const { ask } = commands(talked)
    expect(ask({ type: 'history-erase', confirm: false })).toMatchObject([
      { type: 'history.counted', count: 1 }
    ])
    expect(ask({ type: 'history-erase', confirm: true })).toMatchObject([
      { type: 'history.erased', count: 1 }
    ])
    expect(ask({ type: 'history' })).toMatchObject([{ entries: [{ text: 'two' }] }])
  })

  it('is searched for all words, in any order', () => {
    const { ask } = commands([[ANN, [queued('red fox', 'red dog', 'a fox, red')]]])
    expect(ask({ type: 'search', words: ' fox  RED ' })).toMatchObject([
      {
        type: 'history.found',
        words: ['fox', 'RED'],
        entries: [{ text: 'red fox' }, { text: 'a fox, red' }],
        more: false
      }
    ])
    expect(ask({ type: 'search', words: '  ' })).toMatchObject([{ type: 'command.invalid' }])
  })

  it('says that there may be more than it found', () => {
    const many = Array.from({ length: 101 }, (_, at) => `fox ${at}`)
    const { ask } = commands([[ANN, [queued(...many)]]])
    const [found] = ask({ type: 'search', words: 'fox' })
    if (found?.type !== 'history.found') throw new Error('nothing found')
    expect([found.entries.length, found.entries[0]?.text, found.more]).toEqual([100, 'fox 1', true])
  })

  it('says why it cannot be read', () => {
    const failure = { _tag: 'StoreDamaged', path: '/messages.db', detail: 'page 3' } as const
    const failed = new StoreError({ reason: failure })
    const { ask } = commands([], { page: () => Effect.fail(failed) })
    expect(ask({ type: 'history' })).toEqual([
      { type: 'history.failed', peer: { id: ANN }, failure }
    ])
  })
})
