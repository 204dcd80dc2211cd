/**
 * Goal: what is said reaches the peer once and in order over any number of links and processes, and what
 * the user is told of it is true.
 * Method: two conversations whose frames are handed to the other side by hand, so that any of them can be
 * lost, over stores that are done at once. How a link opens is in conversation-links.test.ts, the two sides
 * are in outbox.test.ts and inbox.test.ts, and random runs of all of it in test/property/runtime/.
 */
import { describe, expect, it } from '@effect/vitest'
import { talkPair } from '../../support/talk-pair.ts'

describe('a conversation', () => {
  it('tells that a message is queued, sent, has come, is delivered and read', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['hi'])
    expect(ann.told).toEqual(['queued hi', 'sent 1'])
    expect(ann.talk.waiting()).toBe(1)
    first.carry()
    expect(ben.told).toEqual(['received hi'])
    expect(ann.told.slice(2)).toEqual(['delivered 1', 'read 1'])
    expect(ann.talk.waiting()).toBe(0)
    expect([ann.talk.counts.messagesOut, ben.talk.counts.messagesIn]).toEqual([1, 1])
  })

  it('gives a message the same id at both ends, and both times', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['hi'])
    first.carry()
    const [queued, , delivered] = ann.events.map(({ event }) => event)
    if (queued?.type !== 'message.queued') throw new Error('not queued')
    expect(ben.events[0]?.event).toMatchObject({
      id: queued.id,
      seq: 1,
      sentAt: 1_001,
      receivedAt: 1_001
    })
    expect(delivered).toMatchObject({ ids: [queued.id] })
  })

  it('takes lines that were read together as so many messages, and tells of them together', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one', '', 'two'])
    expect(ann.told).toEqual(['queued one', 'queued two', 'sent 2'])
    first.carry()
    expect(ben.told).toEqual(['received one', 'received two'])
  })

  it('acknowledges all that came in one read with one number', () => {
    const { ann, link } = talkPair()
    const first = link()
    for (const text of ['one', 'two', 'three']) ann.talk.say([text])
    first.carry()
    expect(first.fromBen.acks()).toEqual([3])
    expect(ann.told.slice(-2)).toEqual(['delivered 3', 'read 3'])
  })

  it('sends what was said offline as soon as there is a link', () => {
    const { ann, ben, link } = talkPair()
    ann.talk.say(['early'])
    expect(ann.told).toEqual(['queued early offline'])
    link().carry()
    expect(ben.told).toEqual(['received early'])
  })

  it('sends again on the next link what the last one lost, and shows it once', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one'])
    first.carry()
    ann.talk.say(['lost on the way'])
    first.lose()
    ann.talk.say(['offline'])
    const second = link()
    second.carry()
    expect(second.fromAnn.items().map(({ seq }) => seq)).toEqual([2, 3])
    expect(ben.told).toEqual(['received one', 'received lost on the way', 'received offline'])
    expect(ann.talk.waiting()).toBe(0)
  })

  it('believes the number of the next link where an acknowledgement was lost', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['taken'])
    ben.hear(first.toBen())
    first.lose()
    expect(ann.told).toEqual(['queued taken', 'sent 1'])
    const second = link()
    expect(ann.told.slice(2)).toEqual(['delivered 1'])
    second.carry()
    expect(second.fromAnn.items()).toEqual([])
    expect(ben.told).toEqual(['received taken'])
  })

  it('moves to a new link while the old one lives, and forgets the old one', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    const second = link()
    ann.talk.say(['over the new one'])
    expect(first.fromAnn.items()).toEqual([])
    ann.talk.detach(first.fromAnn.writer)
    ann.talk.say(['still over the new one'])
    second.carry()
    expect(ben.told).toHaveLength(2)
  })

  it('carries long texts in parts, and counts them as one', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    const long = 'long 🙂 '.repeat(5_000)
    ann.talk.say([long])
    expect(first.fromAnn.items().length).toBeGreaterThan(1)
    first.carry()
    expect(ben.told).toEqual([`received ${long}`])
    expect(ann.told.at(-1)).toBe('read 1')
  })

  it('finishes a long text that a lost link has cut in half', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    const long = 'long '.repeat(10_000)
    ann.talk.say([long])
    ben.hear(first.toBen().slice(0, 2))
    first.lose()
    link().carry()
    expect(ben.told).toEqual([`received ${long}`])
  })

  it('tells another name in its place among the messages', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one'])
    ann.talk.rename('Annie')
    ann.talk.say(['two'])
    first.carry()
    expect(first.fromAnn.items().map(({ body }) => body.kind)).toEqual(['text', 'nick', 'text'])
    expect(ben.renamed).toEqual(['Annie'])
    expect(ben.told).toEqual(['received one', 'received two'])
    expect(ann.told.filter((line) => line.startsWith('delivered'))).toEqual(['delivered 2'])
  })
})

describe('another process', () => {
  it('sends what the last one left, under the same numbers', () => {
    const { ann, ben, link } = talkPair()
    ann.talk.say(['one', 'two'])
    const first = link()
    first.lose()
    ann.restart()
    expect(ann.talk.waiting()).toBe(2)
    const second = link()
    expect(second.fromAnn.items().map(({ seq, id }) => [seq, id])).toEqual(
      first.fromAnn.items().map(({ seq, id }) => [seq, id])
    )
    second.carry()
    expect(ben.told).toEqual(['received one', 'received two'])
  })

  it('knows what the last one took, and shows it no second time', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    ann.talk.say(['one'])
    ben.hear(first.toBen())
    first.lose()
    ben.restart()
    link().carry()
    expect(ben.told).toEqual([])
    expect(ann.told.slice(-2)).toEqual(['delivered 1', 'read 1'])
  })

  it('does not hand on what a cancellation took back', () => {
    const { ann, ben, link } = talkPair()
    ann.talk.say(['one', 'two'])
    const [one] = ann.talk.pending()
    ann.talk.cancel([one?.message.id ?? ''])
    ann.restart()
    link().carry()
    expect(ben.shown).toEqual(['two'])
  })
})

describe('the pump of a conversation', () => {
  it('does not put more in front of the socket than a little', () => {
    const { ann, link } = talkPair()
    const { fromAnn } = link()
    fromAnn.wait(256 * 1024)
    ann.talk.say(['waits'])
    expect(fromAnn.items()).toEqual([])
    fromAnn.wait(0)
    expect(fromAnn.items()).toHaveLength(1)
  })

  it('goes on when the peer has acknowledged', () => {
    const { ann, ben, link } = talkPair()
    const first = link()
    for (let at = 0; at < 5_000; at += 1) ann.talk.say([`${at}`])
    expect(first.fromAnn.items()).toHaveLength(4_096)
    first.carry()
    expect(first.fromAnn.items()).toHaveLength(5_000)
    expect(ben.talk.counts.messagesIn).toBe(5_000)
  })
})

describe('a peer that does not play by the rules', () => {
  const item = (seq: number, text: string) =>
    ({
      type: 'item',
      seq,
      id: `${seq}`.padStart(22, 'x'),
      at: 0,
      body: { kind: 'text', text, part: 1, parts: 1 }
    }) as const

  it('is found out by a gap, and what came before it is kept', () => {
    const { ann, link } = talkPair()
    const first = link()
    ann.hear([item(1, 'one'), item(3, 'three')])
    expect(ann.violations).toEqual([{ _tag: 'SequenceGap', expected: 2, actual: 3 }])
    expect(ann.told).toEqual(['received one'])
    expect(ann.talk.received()).toMatchObject([{ upTo: 1 }])
    ann.hear([item(2, 'two')])
    first.carry()
    expect(ann.told).toEqual(['received one'])
  })

  it('is found out by an acknowledgement of what was never sent', () => {
    const { ann, link } = talkPair()
    link()
    ann.hear([{ type: 'ack', upTo: 1 }])
    expect(ann.violations).toEqual([{ _tag: 'AckFromFuture', highest: 0, actual: 1 }])
  })

  it('is found out by reading what it has not acknowledged', () => {
    const { ann, link } = talkPair()
    link()
    ann.talk.say(['one'])
    ann.hear([{ type: 'read', upTo: 1 }])
    expect(ann.violations).toEqual([{ _tag: 'AckFromFuture', highest: 0, actual: 1 }])
  })

  it('is acknowledged again for what it repeats, and nothing is shown twice', () => {
    const { ann, link } = talkPair()
    const { fromAnn } = link()
    ann.hear([item(1, 'one')])
    ann.hear([item(1, 'one')])
    expect(ann.told).toEqual(['received one'])
    expect(fromAnn.acks()).toEqual([1, 1])
  })
})
