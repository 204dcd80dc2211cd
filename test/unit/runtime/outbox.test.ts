/**
 * Goal: nothing is told as queued or sent before it is stored, and what cannot be is told, in whatever order
 * commits end, the peer answers and the user types on.
 * Method: one end whose commits are finished or fail by hand, and a peer whose frames the test makes up.
 */
import { describe, expect, it } from '@effect/vitest'
import type { StoreFailure } from '../../../src/domain/failures.ts'
import { OUTBOX_ITEMS_MAX } from '../../../src/domain/limits.ts'
import { MESSAGE_BYTES_MAX, type TalkEnd } from '../../support/talk-end.ts'
import { talkPair } from '../../support/talk-pair.ts'

const FULL: StoreFailure = { _tag: 'StoreFull', path: '/x', code: 'ENOSPC' }
const DAMAGED: StoreFailure = { _tag: 'StoreDamaged', path: '/x', detail: 'page 3' }

/** An open link, and a store of ann's that waits for the test from then on. */
const online = () => {
  const pair = talkPair()
  const first = pair.link()
  pair.ann.store.isPrompt = false
  return { ...pair, first }
}

const idOf = ({ talk }: TalkEnd, text: string): string =>
  talk.pending().find(({ message }) => message.body.kind === 'text' && message.body.text === text)
    ?.message.id ?? 'none'

const cancel = (end: TalkEnd, ...texts: readonly string[]): void =>
  end.talk.cancel(texts.map((text) => idOf(end, text)))

const isSettled = ({ talk, clock }: TalkEnd): boolean => clock.finish(talk.settled, 0) !== undefined

describe('what is said', () => {
  it('is told and sent once it is stored', () => {
    const { ann, first } = online()
    ann.talk.say(['hi'])
    expect([ann.told, first.fromAnn.items(), ann.talk.waiting()]).toEqual([[], [], 1])
    ann.store.finish()
    expect(ann.told).toEqual(['queued hi', 'sent 1'])
    expect(first.fromAnn.items()).toHaveLength(1)
  })

  it('while a commit is in flight goes together into the next', () => {
    const { ann } = online()
    for (const text of ['one', 'two', 'three']) ann.talk.say([text])
    expect(ann.talk.pending().map(({ sent }) => sent)).toEqual([false, false, false])
    ann.store.finish()
    expect(ann.told).toEqual(['queued one', 'sent 1'])
    ann.store.finish()
    expect(ann.told.slice(2)).toEqual(['queued two', 'queued three', 'sent 2'])
    expect(ann.store.journal.slice(-2)).toEqual(['queued: synced', 'queued: synced'])
  })

  it('is told as lost where it cannot be stored, and its number goes to the next', () => {
    const { ann, first } = online()
    ann.talk.say(['one'])
    ann.talk.say(['two'])
    ann.store.fail(FULL)
    expect(ann.told).toEqual(['failed not-stored one'])
    ann.ring()
    ann.store.finish()
    expect(first.fromAnn.items()).toMatchObject([{ seq: 1, body: { text: 'two' } }])
    expect(ann.talk.waiting()).toBe(1)
  })

  it('is told as lost to the last line once the store is broken', () => {
    const { ann, first } = online()
    ann.talk.say(['one'])
    ann.talk.say(['two'])
    ann.store.fail(DAMAGED)
    ann.talk.say(['three'])
    expect(ann.told).toEqual([
      'failed not-stored one',
      'failed not-stored two',
      'failed not-stored three'
    ])
    expect(ann.broken).toEqual([DAMAGED])
    expect([ann.talk.waiting(), ann.talk.waitingBytes(), first.fromAnn.items()]).toEqual([0, 0, []])
  })

  it('on a link that is lost before it is stored goes out on the next', () => {
    const { ann, ben, first, link } = online()
    ann.talk.say(['hi'])
    first.lose()
    ann.store.finish()
    expect(ann.told).toEqual(['queued hi offline'])
    ann.store.finishAll()
    const second = link()
    ann.store.finishAll()
    second.carry()
    expect(ben.shown).toEqual(['hi'])
  })

  it('is refused when it is empty, or longer than we take, in bytes', () => {
    const { ann } = talkPair()
    ann.talk.say(['', 'ä'.repeat(MESSAGE_BYTES_MAX / 2), 'ä'.repeat(MESSAGE_BYTES_MAX / 2 + 1)])
    expect(ann.events.map(({ event }) => event.type)).toEqual(['message.failed', 'message.queued'])
    expect(ann.told[0]).toMatch(/^failed too-long/)
  })

  it('is refused when it is longer than the peer of this link takes', () => {
    const { ann, first } = online()
    first.fromAnn.writer.messageBytesMax = 10
    ann.talk.say(['just ten..', 'eleven, now'])
    ann.store.finish()
    expect(ann.told).toEqual(['failed too-long eleven, now', 'queued just ten..', 'sent 1'])
  })

  it('is refused when the outbox is full, with what is not stored yet, and the others stay', () => {
    const { ann } = talkPair()
    ann.store.isPrompt = false
    ann.talk.say(['first'])
    ann.talk.say(Array.from({ length: OUTBOX_ITEMS_MAX - 1 }, () => 'x'))
    ann.talk.say(['one more'])
    expect(ann.told).toEqual(['failed outbox-full one more'])
    ann.store.finishAll()
    expect(ann.talk.waiting()).toBe(OUTBOX_ITEMS_MAX)
    expect(ann.talk.counts.messagesOut).toBe(OUTBOX_ITEMS_MAX)
  })
})

describe('what the peer answers', () => {
  it('is noted in the store, the newest number for all', () => {
    const { ann, first } = online()
    ann.talk.say(['one', 'two', 'three'])
    ann.store.finishAll()
    ann.talk.say(['four'])
    ann.hear([{ type: 'ack', upTo: 1 }])
    ann.hear([{ type: 'read', upTo: 1 }])
    ann.hear([{ type: 'ack', upTo: 3 }])
    expect(ann.told.slice(-3)).toEqual(['delivered 1', 'read 1', 'delivered 2'])
    ann.store.finish()
    expect(ann.store.busyWith).toEqual([
      { type: 'acknowledged', upTo: 3, instance: first.fromBen.instance },
      { type: 'read', upTo: 1 }
    ])
  })

  it('is noted after a failure as well, and then once', () => {
    const { ann } = online()
    ann.talk.say(['one', 'two'])
    ann.store.finishAll()
    ann.hear([{ type: 'ack', upTo: 1 }])
    ann.store.fail(FULL)
    ann.hear([{ type: 'ack', upTo: 2 }])
    ann.store.finish()
    expect(ann.store.ledger).toMatchObject({ acked: 2, outbox: [] })
    expect(ann.store.busyWith).toBeUndefined()
    expect(ann.told.filter((line) => line.startsWith('delivered'))).toEqual([
      'delivered 1',
      'delivered 1'
    ])
  })

  it('counts as read once, and only where both ends want it', () => {
    const { ann, link } = talkPair()
    const first = link()
    ann.talk.say(['one', 'two'])
    ann.hear([
      { type: 'ack', upTo: 2 },
      { type: 'read', upTo: 1 },
      { type: 'read', upTo: 1 },
      { type: 'read', upTo: 2 }
    ])
    expect(ann.told.slice(-3)).toEqual(['delivered 2', 'read 1', 'read 1'])
    first.lose()
    const second = talkPair()
    const silent = second.greet()
    silent.attachAnn(false)
    second.ann.talk.say(['three'])
    second.ann.hear([
      { type: 'ack', upTo: 1 },
      { type: 'read', upTo: 1 }
    ])
    expect(second.ann.told.at(-1)).toBe('delivered 1')
    expect(second.ann.store.ledger.read).toBe(0)
  })
})

describe('a new name', () => {
  it('is told with the link that was greeted under the old one', () => {
    const { ann, ben, greet } = talkPair()
    const first = greet()
    ann.talk.rename('Annie')
    first.attachAnn()
    first.attachBen()
    first.carry()
    expect(ben.renamed).toEqual(['Annie'])
  })

  it('is no message where there is no link', () => {
    const { ann } = talkPair()
    ann.talk.rename('Annie')
    expect(ann.talk.waiting()).toBe(0)
  })
})

describe('the end of a run', () => {
  it('waits for what the peer has not acknowledged, as long as there is a link', () => {
    const { ann, first } = online()
    expect(isSettled(ann)).toBe(true)
    ann.talk.say(['one'])
    expect(isSettled(ann)).toBe(false)
    ann.store.finishAll()
    expect(isSettled(ann)).toBe(false)
    first.carry()
    expect(isSettled(ann)).toBe(true)
    ann.talk.say(['two'])
    const waiting = ann.clock.fork(ann.talk.settled)
    first.lose()
    ann.clock.drain()
    expect(waiting.pollUnsafe()).toBeDefined()
    ann.talk.say(['three'])
    expect(isSettled(ann)).toBe(true)
  })

  it('tries once more to store what was typed while a commit failed', () => {
    const { ann } = online()
    ann.talk.say(['one'])
    ann.talk.say(['two'])
    ann.store.fail(FULL)
    expect([ann.store.busyWith, ann.talk.waiting()]).toEqual([undefined, 1])
    ann.talk.flush()
    ann.store.fail(FULL)
    expect(ann.told).toEqual(['failed not-stored one', 'failed not-stored two'])
    ann.talk.flush()
    expect([ann.store.busyWith, ann.talk.waiting()]).toEqual([undefined, 0])
  })

  it('does not wait for what was taken back or could not be stored', () => {
    const { ann } = online()
    ann.talk.say(['one'])
    ann.store.fail(FULL)
    expect(isSettled(ann)).toBe(true)
    ann.talk.say(['two'])
    ann.talk.say(['three'])
    cancel(ann, 'three')
    ann.store.finish()
    ann.store.finish()
    ann.hear([{ type: 'ack', upTo: 1 }])
    expect(isSettled(ann)).toBe(true)
  })
})
