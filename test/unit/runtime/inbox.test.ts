/**
 * Goal: what comes is shown and acknowledged once it is in the store, in order and once, and where the store
 * takes nothing it waits at the peer.
 * Method: one end whose commits are finished or fail by hand, and a peer whose frames the test makes up.
 */
import { describe, expect, it } from '@effect/vitest'
import type { StoreFailure } from '../../../src/domain/failures.ts'
import { TEXT_PART_BYTES_MAX } from '../../../src/domain/limits.ts'
import type { Item } from '../../../src/protocol/messages.ts'
import { splitText } from '../../../src/protocol/text-parts.ts'
import type { TalkEnd } from '../../support/talk-end.ts'
import { talkPair } from '../../support/talk-pair.ts'

const FULL: StoreFailure = { _tag: 'StoreFull', path: '/x', code: 'ENOSPC' }

const item = (seq: number, text = `${seq}`): Item => ({
  type: 'item',
  seq,
  id: `${seq}`.padStart(22, 'x'),
  at: 0,
  body: { kind: 'text', text, part: 1, parts: 1 }
})

const nick = (seq: number, nickname: string): Item => ({
  ...item(seq),
  body: { kind: 'nick', nickname }
})

/** A message of so many items. */
const long = (first: number, parts: number): readonly Item[] =>
  splitText('x'.repeat(TEXT_PART_BYTES_MAX * parts)).map((body, at) => ({
    ...item(first + at),
    id: `${first}`.padStart(22, 'x'),
    body
  }))

/** An open link, and a store of ann's that waits for the test from then on. */
const online = (receipts = true) => {
  const pair = talkPair()
  const first = pair.greet()
  first.attachAnn(receipts)
  first.attachBen(receipts)
  pair.ann.store.isPrompt = false
  return { ...pair, first }
}

const isSettled = ({ talk, clock }: TalkEnd): boolean => clock.finish(talk.settled, 0) !== undefined

describe('what comes', () => {
  it('is shown, acknowledged and read once it is stored, and noted as shown', () => {
    const { ann, first } = online()
    ann.hear([item(1), item(2)])
    expect([ann.told, first.fromAnn.sent]).toEqual([[], []])
    ann.store.finish()
    expect(ann.told).toEqual(['received 1', 'received 2'])
    expect(first.fromAnn.sent).toEqual([
      { type: 'ack', upTo: 2 },
      { type: 'read', upTo: 2 }
    ])
    expect(ann.store.ledger.inbox).toHaveLength(0)
    expect(ann.store.journal.slice(-2)).toEqual(['taken: synced', 'shown: written'])
    ann.store.finish()
    expect(ann.store.busyWith).toBeUndefined()
  })

  it('while a commit is in flight is one change of the next, behind what was shown', () => {
    const { ann, first } = online()
    ann.hear([item(1)])
    ann.hear([item(2)])
    ann.hear([item(3)])
    ann.store.finish()
    expect(first.fromAnn.acks()).toEqual([1])
    expect(ann.store.busyWith).toMatchObject([
      { type: 'shown', upTo: 1 },
      { type: 'taken', upTo: 3, messages: [{ seq: 2 }, { seq: 3 }] }
    ])
    ann.store.finish()
    expect(first.fromAnn.acks()).toEqual([1, 3])
    expect(ann.shown).toEqual(['1', '2', '3'])
  })

  it('is not read aloud to a peer that does not want to know', () => {
    const { ann, first } = online(false)
    ann.hear([item(1)])
    ann.store.finishAll()
    expect([first.fromAnn.acks(), first.fromAnn.reads()]).toEqual([[1], []])
  })

  it('shows a new name in its place', () => {
    const { ann } = online()
    ann.hear([item(1), nick(2, 'Benny'), item(3)])
    ann.store.finishAll()
    expect([ann.renamed, ann.shown]).toEqual([['Benny'], ['1', '3']])
    expect(ann.talk.received()).toMatchObject([{ upTo: 3 }])
    expect(ann.talk.counts.messagesIn).toBe(2)
  })

  it('is stored and acknowledged as whole messages', () => {
    const { ann, first } = online()
    const [one, ...rest] = long(2, 3)
    ann.hear([item(1), ...(one === undefined ? [] : [one])])
    ann.store.finishAll()
    expect(first.fromAnn.acks()).toEqual([1])
    ann.hear(rest.slice(0, 1))
    expect(ann.store.busyWith).toBeUndefined()
    expect(first.fromAnn.acks()).toEqual([1, 1])
    ann.hear(rest.slice(1))
    ann.store.finishAll()
    expect(first.fromAnn.acks()).toEqual([1, 1, 4])
    expect(ann.shown).toHaveLength(2)
  })

  it('in halves begins again on the next link, and counts no byte twice', () => {
    const { ann, first, link } = online()
    for (let round = 0; round < 10; round += 1) {
      ann.hear(long(1, 60).slice(0, 50))
      ann.talk.detach(first.fromAnn.writer)
      ann.store.finishAll()
      link()
      ann.store.finishAll()
    }
    ann.hear(long(1, 60))
    ann.store.finishAll()
    expect(ann.violations).toEqual([])
    expect(ann.shown).toHaveLength(1)
  })

  it('a second time while the first is on its way to the store is shown once', () => {
    const { ann, first, link } = online()
    ann.hear([item(1)])
    first.lose()
    const second = link()
    ann.store.finish()
    ann.store.finish()
    ann.hear([item(1), item(2)])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['1', '2'])
    expect(second.fromAnn.acks()).toEqual([2])
  })

  it('on a link that is gone is shown all the same, and not acknowledged there', () => {
    const { ann, first } = online()
    ann.hear([item(1)])
    first.lose()
    ann.store.finishAll()
    expect(ann.shown).toEqual(['1'])
    expect(first.fromAnn.sent).toEqual([])
  })
})

describe('a new link', () => {
  it('hears no acknowledgement before an item, but what was read', () => {
    const { ann, first, link } = online()
    ann.hear([item(1)])
    ann.store.finishAll()
    first.lose()
    const second = link()
    ann.store.finishAll()
    expect(second.fromAnn.sent).toEqual([{ type: 'read', upTo: 1 }])
  })

  it('is not told of a commit that its READY did not know, before an item comes', () => {
    const { ann, first, greet } = online()
    ann.hear([item(1)])
    const second = greet()
    first.lose()
    second.attachAnn()
    ann.store.finishAll()
    expect(second.fromAnn.sent).toEqual([])
    ann.hear([item(1)])
    expect(second.fromAnn.sent).toEqual([
      { type: 'ack', upTo: 1 },
      { type: 'read', upTo: 1 }
    ])
  })
})

describe('a new link to a store that took nothing', () => {
  it('hears no acknowledgement of what an earlier one brought, before an item comes', () => {
    const { ann, first, link } = online()
    ann.hear([item(1)])
    ann.store.fail(FULL)
    first.lose()
    const second = link()
    ann.store.finishAll()
    expect([ann.shown, second.fromAnn.sent]).toEqual([['1'], []])
    ann.hear([item(1)])
    expect(second.fromAnn.acks()).toEqual([1])
  })
})

describe('a store that takes nothing', () => {
  it('is told once, and what came is shown when it takes it', () => {
    const { ann, first } = online()
    ann.hear([item(1)])
    ann.store.fail(FULL)
    ann.hear([item(2)])
    expect([ann.told, first.fromAnn.sent]).toEqual([['delivery.held'], []])
    ann.ring()
    ann.store.fail(FULL)
    expect(ann.told).toEqual(['delivery.held'])
    ann.ring()
    ann.store.finish()
    expect(ann.told.slice(1)).toEqual(['delivery.resumed', 'received 1', 'received 2'])
    expect(first.fromAnn.acks()).toEqual([2])
  })

  it('is left alone until it is time, though the user types', () => {
    const { ann } = online()
    ann.hear([item(1)])
    ann.store.fail(FULL)
    ann.talk.say(['hi'])
    expect(ann.store.busyWith).toMatchObject([{ type: 'queued' }])
    ann.ring()
    ann.store.finish()
    expect(ann.store.busyWith).toMatchObject([{ type: 'taken' }])
  })

  it('is left with nothing where a note could not be written: it is written later', () => {
    const { ann } = online()
    ann.hear([item(1)])
    ann.store.finish()
    ann.store.fail(FULL)
    ann.hear([item(2)])
    ann.store.finishAll()
    expect(ann.store.ledger).toMatchObject({ inbox: [], shown: 2 })
  })
})

describe('another process', () => {
  it('shows what the last one took and may not have shown, before anything else', () => {
    const { ann, link, first } = online()
    ann.hear([item(1), item(2)])
    first.lose()
    ann.restart()
    expect(ann.told).toEqual(['received 1 again', 'received 2 again'])
    expect(ann.store.ledger.inbox).toHaveLength(0)
    ann.store.finishAll()
    link()
    ann.store.finishAll()
    ann.hear([item(3)])
    ann.store.finishAll()
    expect(ann.told.slice(2)).toEqual(['received 3'])
    expect(ann.store.ledger).toMatchObject({ inbox: [], shown: 3 })
  })

  it('notes that it has, so that a third one does not', () => {
    const { ann, first } = online()
    ann.hear([item(1)])
    first.lose()
    ann.restart()
    ann.store.finishAll()
    ann.restart()
    expect([ann.told, ann.shown]).toEqual([[], ['1']])
  })
})

describe('two logs in one commit', () => {
  it('leave nothing unshown', () => {
    const { ann } = online()
    const epoch = 'f'.repeat(16)
    ann.hear([item(1)])
    ann.hear([item(2)])
    ann.hear([
      { type: 'log', epoch, lost: 'sender' },
      { ...item(1, 'other'), id: 'y'.repeat(22) }
    ])
    ann.store.lookUp()
    ann.store.finish()
    expect(ann.store.busyWith).toMatchObject([
      { type: 'shown', upTo: 1 },
      { type: 'taken', upTo: 2 },
      { type: 'taken', epoch, upTo: 1, messages: [{ body: { text: 'other' } }] }
    ])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['1', '2', 'other'])
    expect(ann.store.ledger).toMatchObject({ inbox: [], shown: 1 })
  })
})

describe('the end of a run', () => {
  it('waits for what came and is not stored, as long as there is a link', () => {
    const { ann, first } = online()
    ann.hear([item(1)])
    expect(isSettled(ann)).toBe(false)
    ann.hear([item(2)])
    ann.store.finish()
    expect(isSettled(ann)).toBe(false)
    ann.store.finish()
    expect(isSettled(ann)).toBe(true)
    ann.hear([item(3)])
    ann.store.finish()
    ann.store.fail(FULL)
    expect(isSettled(ann)).toBe(false)
    first.lose()
    expect(isSettled(ann)).toBe(true)
    ann.ring()
    expect(isSettled(ann)).toBe(true)
    ann.store.finishAll()
    expect(isSettled(ann)).toBe(true)
  })
})
