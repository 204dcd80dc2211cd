/**
 * Goal: a store that was lost is told of, and what its numbers meant is neither shown twice nor skipped
 * (docs/PROTOCOL.md 6.9, 6.10).
 * Method: stores are deleted and set back between links; the commits and look-ups of one end are over when
 * the test says so, and links are lost, moved and typed on before, between and after them.
 */
import { describe, expect, it } from '@effect/vitest'
import type { Item } from '../../../src/protocol/messages.ts'
import { type Book, emptyBook } from '../../../src/services/store-model.ts'
import type { TalkEnd } from '../../support/talk-end.ts'
import { talkPair } from '../../support/talk-pair.ts'

const item = (seq: number, text = `${seq}`, id = `${seq}`): Item => ({
  type: 'item',
  seq,
  id: id.padStart(22, 'x'),
  at: 0,
  body: { kind: 'text', text, part: 1, parts: 1 }
})

const restarted = ({ told }: TalkEnd): readonly string[] =>
  told.filter((line) => /^(ours|theirs) /.test(line))

/** The process ends, and another one finds this store. */
const setBack = (end: TalkEnd, book: Book): void => {
  end.store.crash()
  end.store.replace(book)
  end.startAgain()
}

describe('a log that begins anew', () => {
  it('is said before its first item, and its messages have their ids', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one', 'two'])
    first.carry()
    ann.talk.say(['three'])
    const before = first.fromAnn.items().at(-1)?.id
    first.lose()
    setBack(ben, emptyBook)
    const second = link()
    expect(second.fromAnn.sent).toMatchObject([
      { type: 'log', epoch: ann.talk.epoch, lost: 'receiver' },
      { type: 'item', seq: 1, id: before }
    ])
    second.carry()
    expect(ben.told).toContain('received three')
    expect(restarted(ann)).toEqual(['theirs new'])
    expect(restarted(ben)).toEqual(['ours behind'])
  })

  it('ignores what was read of the log before, until the peer acknowledges', () => {
    const { ann, link } = talkPair()
    const first = link()
    const book = ann.store.written
    ann.talk.say(['one'])
    first.carry()
    first.lose()
    setBack(ann, book)
    ann.talk.say(['other one'])
    const second = link()
    ann.hear([{ type: 'read', upTo: 1 }])
    expect(ann.violations).toEqual([])
    expect(ann.told.some((line) => line.startsWith('read'))).toBe(false)
    second.carry()
    expect(ann.told.slice(-2)).toEqual(['delivered 1', 'read 1'])
  })

  it('is said as well on a link that was greeted before', () => {
    const { ann, ben, greet } = talkPair()
    const lost = greet()
    lost.attachAnn()
    lost.attachBen()
    ann.talk.say(['one'])
    lost.carry()
    ann.talk.say(['two'])
    lost.lose()
    setBack(ben, emptyBook)
    const first = greet()
    const second = greet()
    first.attachAnn()
    expect(first.fromAnn.sent[0]).toMatchObject({ type: 'log' })
    second.attachAnn()
    second.attachBen()
    expect(second.fromAnn.sent[0]).toMatchObject({ type: 'log', epoch: ann.talk.epoch })
    second.carry()
    expect(ben.told).toContain('received two')
    expect(ann.talk.waiting()).toBe(0)
  })

  it('is told to our user though its link is gone by then', () => {
    const { ann, ben, link } = talkPair()
    ann.store.isPrompt = false
    const first = link()
    ann.talk.say(['one'])
    for (let round = 0; round < 3; round += 1) {
      ann.store.finishAll()
      first.carry()
    }
    first.lose()
    setBack(ben, emptyBook)
    const second = link()
    ann.store.lookUp()
    while (ann.store.busyWith?.some(({ type }) => type === 'restarted') !== true) ann.store.finish()
    second.lose()
    ann.store.finishAll()
    expect(restarted(ann)).toEqual(['theirs new'])
    // Nothing of the new log was on it.
    ann.talk.say(['two'])
    ann.store.finishAll()
    expect(ann.store.ledger.sentEver).toBe(0)
  })

  it('takes what was typed meanwhile behind what waited', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one'])
    first.carry()
    ann.talk.say(['two'])
    first.lose()
    setBack(ben, emptyBook)
    ann.store.isPrompt = false
    const second = link()
    ann.talk.say(['three'])
    ann.talk.say(['four'])
    ann.store.finishAll()
    expect(second.fromAnn.items().map(({ seq }) => seq)).toEqual([1, 2, 3])
    second.carry()
    expect(ben.shown.slice(-3)).toEqual(['two', 'three', 'four'])
  })

  it('does not make a message unsent that an earlier log has sent', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one'])
    first.carry()
    ann.talk.say(['two'])
    first.lose()
    setBack(ben, emptyBook)
    ann.store.isPrompt = false
    const second = link()
    second.lose()
    ann.store.finishAll()
    const [two] = ann.talk.pending()
    expect(two).toMatchObject({ sent: true, message: { body: { text: 'two' } } })
    ann.talk.cancel([two?.message.id ?? ''])
    ann.store.finishAll()
    expect(ann.told.at(-1)).toBe('cancelled 0, too late 1')
  })
})

describe("a peer's log that begins anew", () => {
  /** ben has one message in ann's store and another one on its way, and begins anew. */
  const anew = () => {
    const pair = talkPair()
    const { ben, link } = pair
    const first = link()
    ben.talk.say(['one'])
    first.carry()
    return { ...pair, first, epoch: ben.talk.epoch, ids: first.fromBen.items().map(({ id }) => id) }
  }

  it('shows no message twice whose acknowledgement was lost', () => {
    const { ann, link, first, ids } = anew()
    ann.hear([item(2, 'two')])
    first.lose()
    link()
    ann.hear([
      { type: 'log', epoch: 'f'.repeat(16), lost: 'sender' },
      item(1, 'two', '2'),
      item(2, 'three', '3')
    ])
    expect(ids).toHaveLength(1)
    expect(ann.shown).toEqual(['one', 'two', 'three'])
    expect(restarted(ann)).toEqual(['theirs behind'])
    expect(ann.talk.received().at(-1)).toMatchObject({ epoch: 'f'.repeat(16), upTo: 2 })
  })

  it('shows none twice that was not even in the store', () => {
    const { ann, link, first } = anew()
    ann.store.isPrompt = false
    ann.hear([item(2, 'two')])
    ann.hear([item(3, 'three')])
    first.lose()
    link()
    ann.store.lookUp()
    ann.store.finish()
    ann.store.finishAll()
    ann.hear([{ type: 'log', epoch: 'f'.repeat(16), lost: 'sender' }, item(1, 'three', '3')])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['one', 'two', 'three'])
  })

  it('keeps what comes behind it waiting for the ids of the store, in order', () => {
    const { ann } = anew()
    ann.store.isPrompt = false
    ann.hear([{ type: 'log', epoch: 'f'.repeat(16), lost: 'sender' }, item(1, 'two', '2')])
    ann.hear([item(2, 'three', '3')])
    expect([ann.store.lookUps, ann.store.busyWith]).toEqual([1, undefined])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['one', 'two', 'three'])
  })

  it('may do so while it waits for the link itself', () => {
    const { ann, link, first } = anew()
    first.lose()
    ann.store.isPrompt = false
    link()
    ann.hear([{ type: 'log', epoch: 'f'.repeat(16), lost: 'sender' }, item(1, 'two', '2')])
    ann.hear([item(2, 'three', '3')])
    ann.store.finishAll()
    expect(ann.shown).toEqual(['one', 'two', 'three'])
  })

  it('on a link that is lost before the ids are there changes nothing', () => {
    const { ann, ben, link, first, epoch } = anew()
    ann.store.isPrompt = false
    ann.hear([{ type: 'log', epoch: 'f'.repeat(16), lost: 'sender' }, item(1, 'two', '2')])
    first.lose()
    ann.store.finishAll()
    expect(ann.talk.received()).toMatchObject([{ epoch, upTo: 1 }])
    const second = link()
    ben.talk.say(['two'])
    ann.store.finishAll()
    second.carry()
    ann.store.finishAll()
    expect(ann.shown).toEqual(['one', 'two'])
  })
})

describe('a link to another process of the peer', () => {
  it('begins anew where our READY did not say yet what the last one brought', () => {
    const { ann, ben, greet } = talkPair()
    const first = greet()
    first.attachAnn()
    first.attachBen()
    const copy = ben.store.written
    ben.talk.say(['from the first'])
    setBack(ben, copy)
    ben.talk.say(['from the second'])
    const abandoned: unknown[] = []
    ann.onAbandoned = (link) => abandoned.push(link)
    const second = greet()
    ann.hear(first.toAnn())
    second.attachAnn()
    second.attachBen()
    expect(abandoned).toEqual([second.fromAnn])
    expect(second.fromAnn.sent).toEqual([])
    const third = greet()
    third.attachAnn()
    third.attachBen()
    third.carry()
    expect(ann.shown).toEqual(['from the first', 'from the second'])
    expect(restarted(ben)).toEqual(['ours behind'])
  })

  it('goes on where READY said everything', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ben.talk.say(['one'])
    first.carry()
    first.lose()
    ben.restart()
    ann.onAbandoned = () => expect.unreachable()
    ben.talk.say(['two'])
    link().carry()
    expect(ann.shown).toEqual(['one', 'two'])
  })
})
