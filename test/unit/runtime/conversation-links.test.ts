/**
 * Goal: a link carries a conversation once the store knows that it may, whatever comes on it, ends it or takes
 * its place meanwhile.
 * Method: the commits and look-ups of one end are over when the test says so, and everything else happens
 * before, between and after them.
 */
import { describe, expect, it } from '@effect/vitest'
import type { StoreFailure } from '../../../src/domain/failures.ts'
import { WINDOW_BYTES_MAX, WINDOW_ITEMS_MAX } from '../../../src/domain/limits.ts'
import type { Item } from '../../../src/protocol/messages.ts'
import type { TalkEnd } from '../../support/talk-end.ts'
import { talkPair } from '../../support/talk-pair.ts'

const FULL: StoreFailure = { _tag: 'StoreFull', path: '/x', code: 'ENOSPC' }

const item = (seq: number, text = `${seq}`, id = `${seq}`): Item => ({
  type: 'item',
  seq,
  id: id.padStart(22, 'x'),
  at: 0,
  body: { kind: 'text', text, part: 1, parts: 1 }
})

/** A pair of which ann's store waits for the test. */
const slowAnn = () => {
  const pair = talkPair()
  pair.ann.store.isPrompt = false
  return pair
}

/** What the store thinks was sent at most. */
const sentEver = ({ store }: TalkEnd): number => store.ledger.sentEver

describe('a link that opens', () => {
  it('carries nothing before the store knows that it may', () => {
    const { ann, ben, link } = slowAnn()
    ann.talk.say(['hi'])
    ann.store.finishAll()
    const first = link()
    ben.talk.say(['hello'])
    first.carry()
    expect([first.fromAnn.sent, ann.told]).toEqual([[], ['queued hi offline']])
    expect(ann.store.busyWith).toMatchObject([{ type: 'sending' }])
    ann.store.finishAll()
    first.carry()
    ann.store.finishAll()
    expect(ben.told).toContain('received hi')
    expect(ann.told).toContain('received hello')
  })

  it('waits for a commit that is in flight, and opens in the next', () => {
    const { ann, link } = slowAnn()
    ann.talk.say(['hi'])
    const first = link()
    expect(ann.store.journal).toEqual(['queued: synced'])
    ann.store.finish()
    expect(ann.store.journal.slice(1)).toEqual(['sending: synced'])
    expect(first.fromAnn.items()).toEqual([])
    ann.store.finish()
    expect(first.fromAnn.items()).toHaveLength(1)
  })

  it('that is lost meanwhile leaves no trace in the store', () => {
    const { ann, link } = slowAnn()
    ann.talk.say(['hi'])
    ann.store.finishAll()
    const first = link()
    first.lose()
    ann.store.finishAll()
    expect(sentEver(ann)).toBe(0)
    expect(first.fromAnn.sent).toEqual([])
    const second = link()
    ann.store.finishAll()
    expect(second.fromAnn.items()).toHaveLength(1)
  })

  it('that another one replaces meanwhile is forgotten, with what came on it', () => {
    const { ann, ben, link } = slowAnn()
    const first = link()
    ben.talk.say(['one'])
    ann.hear(first.toAnn())
    const second = link()
    ann.store.finishAll()
    second.carry()
    ann.store.finishAll()
    second.carry()
    expect(ann.shown).toEqual(['one'])
    expect([first.fromAnn.sent, ben.talk.waiting()]).toEqual([[], 0])
  })

  it('is opened as soon as the store takes anything again', () => {
    const { ann, link } = slowAnn()
    const first = link()
    ann.store.fail(FULL)
    expect(ann.told).toEqual(['delivery.held'])
    ann.talk.say(['hi'])
    ann.store.fail(FULL)
    expect(ann.told.slice(1)).toEqual(['failed not-stored hi'])
    ann.ring()
    ann.store.finishAll()
    expect(ann.told.slice(2)).toEqual(['delivery.resumed'])
    ann.talk.say(['again'])
    ann.store.finishAll()
    expect(first.fromAnn.items()).toHaveLength(1)
  })
})

describe('what comes before a link is open', () => {
  it('is done in its order once it is', () => {
    const { ann, ben, link } = slowAnn()
    ann.talk.say(['hi'])
    ann.store.finishAll()
    link()
    ann.hear([item(1), { type: 'read', upTo: 0 }, item(2)])
    ann.hear([item(3)])
    expect(ann.told).toEqual(['queued hi offline'])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['1', '2', '3'])
    expect(ben.violations).toEqual([])
  })

  it('counts up to what is wrong, and nothing after it', () => {
    const { ann, link } = slowAnn()
    link()
    ann.hear([item(1)])
    ann.hear([item(3)])
    ann.hear([item(2)])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['1'])
    expect(ann.violations).toEqual([{ _tag: 'SequenceGap', expected: 2, actual: 3 }])
  })

  it('is no more than the window has items', () => {
    const { ann, link } = slowAnn()
    link()
    for (let seq = 1; seq <= WINDOW_ITEMS_MAX; seq += 1) ann.hear([item(seq)])
    expect(ann.violations).toEqual([])
    ann.hear([item(WINDOW_ITEMS_MAX + 1)])
    expect(ann.violations).toMatchObject([{ _tag: 'FrameIllegal' }])
  })

  it('is no more than the window has bytes', () => {
    const { ann, link } = slowAnn()
    link()
    const text = 'x'.repeat(10_000)
    const fit = Math.floor(WINDOW_BYTES_MAX / text.length)
    ann.hear(Array.from({ length: fit }, (_, at) => item(at + 1, text)))
    expect(ann.violations).toEqual([])
    ann.hear([item(fit + 1, text)])
    expect(ann.violations).toMatchObject([{ _tag: 'FrameIllegal' }])
  })

  it('is no flood of numbers either', () => {
    const { ann, link } = slowAnn()
    link()
    for (let at = 0; at <= WINDOW_ITEMS_MAX; at += 1) ann.hear([{ type: 'ack', upTo: 0 }])
    expect(ann.violations).toMatchObject([{ _tag: 'FrameIllegal' }])
  })
})
