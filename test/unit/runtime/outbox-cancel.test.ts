/**
 * Goal: what is taken back before it was sent is not sent, and what is told of it is true, in whatever order
 * commits end, the peer answers, links come and go and the user types on.
 * Method: one end whose commits are finished or fail by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import type { StoreFailure } from '../../../src/domain/failures.ts'
import type { TalkEnd } from '../../support/talk-end.ts'
import { talkPair } from '../../support/talk-pair.ts'

const FULL: StoreFailure = { _tag: 'StoreFull', path: '/x', code: 'ENOSPC' }

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

describe('a cancellation', () => {
  it('takes back what waits for a link, also what is not stored yet', () => {
    const { ann, ben, link } = talkPair()
    ann.store.isPrompt = false
    ann.talk.say(['one'])
    ann.store.finish()
    ann.talk.say(['two'])
    ann.talk.say(['three', 'four'])
    cancel(ann, 'one', 'four')
    ann.store.finishAll()
    expect(ann.told.filter((line) => line.startsWith('cancelled'))).toEqual([
      'cancelled 2, too late 0'
    ])
    link()
    ann.store.finishAll()
    expect(ann.talk.pending()).toHaveLength(2)
    expect(ben.violations).toEqual([])
  })

  it('after a process that ended with its link open is possible again', () => {
    const { ann, first } = online()
    ann.talk.say(['one'])
    ann.store.finishAll()
    expect(first.fromAnn.items()).toHaveLength(1)
    ann.restart()
    ann.talk.say(['two'])
    ann.store.finishAll()
    expect(ann.store.ledger.sentEver).toBe(1)
    cancel(ann, 'one', 'two')
    ann.store.finishAll()
    expect(ann.told.at(-1)).toBe('cancelled 1, too late 1')
    expect(ann.defects).toEqual([])
  })

  it('online takes back what waits for the socket, and the rest goes on', () => {
    const { ann, ben, first } = online()
    first.fromAnn.wait(1024 * 1024)
    ann.talk.say(['one', 'two', 'three'])
    ann.store.finishAll()
    cancel(ann, 'two')
    first.fromAnn.wait(0)
    expect(first.fromAnn.items()).toEqual([])
    ann.store.finishAll()
    first.carry()
    ann.store.finishAll()
    expect(ann.told).toContain('cancelled 1, too late 0')
    expect(ben.shown).toEqual(['one', 'three'])
    expect(ann.defects).toEqual([])
  })

  it('is overtaken by acknowledgements, and leaves what they left', () => {
    const { ann, ben, first } = online()
    ann.talk.say(['one', 'two'])
    ann.store.finishAll()
    first.fromAnn.wait(1024 * 1024)
    ann.talk.say(['three', 'four'])
    ann.store.finishAll()
    cancel(ann, 'one', 'three')
    first.carry()
    expect(ann.told).toContain('delivered 2')
    ann.store.finishAll()
    first.fromAnn.wait(0)
    first.carry()
    ann.store.finishAll()
    expect(ann.told).toContain('cancelled 1, too late 1')
    expect(ben.shown).toEqual(['one', 'two', 'four'])
    expect(ann.store.ledger).toMatchObject({ last: 3, acked: 3, outbox: [] })
  })

  it('that fails is tried again, keeps what was typed, and holds up nothing', () => {
    const { ann, ben, first } = online()
    first.fromAnn.wait(1024 * 1024)
    ann.talk.say(['one', 'two'])
    ann.store.finishAll()
    cancel(ann, 'two')
    ann.talk.say(['three'])
    first.fromAnn.wait(0)
    ann.store.fail(FULL)
    expect(first.fromAnn.items()).toHaveLength(2)
    ann.ring()
    ann.store.finishAll()
    first.carry()
    ann.store.finishAll()
    expect(ann.told).toContain('cancelled 0, too late 1')
    expect(ben.shown).toEqual(['one', 'two', 'three'])
    expect([ann.talk.waiting(), ann.talk.waitingBytes()]).toEqual([0, 0])
  })

  it('of a message that only waits to be numbered is told though a first try failed', () => {
    const { ann } = online()
    ann.talk.say(['one'])
    ann.talk.say(['two'])
    cancel(ann, 'two')
    ann.store.finish()
    ann.store.fail(FULL)
    ann.ring()
    ann.store.finishAll()
    expect(ann.told).toEqual(['queued one', 'sent 1', 'cancelled 1, too late 0'])
    expect(ann.talk.waitingBytes()).toBe(3)
  })

  it('is written before the link that is lost meanwhile, or comes', () => {
    const { ann, ben, first, link } = online()
    first.fromAnn.wait(1024 * 1024)
    ann.talk.say(['one', 'two'])
    ann.store.finishAll()
    cancel(ann, 'one')
    first.lose()
    const second = link()
    ann.store.finishAll()
    second.carry()
    ann.store.finishAll()
    expect(ben.shown).toEqual(['two'])
    expect(ann.defects).toEqual([])
  })

  it('of what is not there changes nothing', () => {
    const { ann } = online()
    ann.talk.cancel(['nothing'])
    ann.store.finishAll()
    expect(ann.told).toEqual(['cancelled 0, too late 0'])
  })
})
