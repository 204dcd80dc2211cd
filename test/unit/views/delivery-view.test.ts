// Goal: a person reads in a sentence or two what became of messages, and what to do about it. Method:
// the sentences of every combination.
import { describe, expect, it } from '@effect/vitest'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { bob, carol, context, linesOf } from './view-fixture.ts'

const restarted = (
  whose: 'ours' | 'theirs',
  why: 'new' | 'behind',
  waiting: number
): EarshotEvent => ({ type: 'delivery.restarted', peer: bob, whose, why, waiting })

describe('a lost state', () => {
  it.each<[EarshotEvent, readonly string[]]>([
    [
      restarted('theirs', 'new', 3),
      [
        "* The peer's store of messages is new: bob",
        '  What was not shown there yet may be lost.',
        '  Your 3 messages that wait are sent again.',
        '  Ask what arrived last, and say the rest again.'
      ]
    ],
    [
      restarted('theirs', 'behind', 1),
      [
        "* The peer's store is an older copy, or in use on two machines: bob",
        '  What the other copy has taken is not sent to this one.',
        '  Your message that waits is sent to this one.',
        '  Ask which one your peer reads: one identity belongs on one machine.'
      ]
    ],
    [
      restarted('ours', 'new', 1),
      [
        '! Your store of messages is new, but the peer knows an older one: bob',
        '  What waited in that, and what it had not shown you yet, may be lost.',
        '  Your message that waits is sent.',
        '  Look through the last lines with your peer, and say again what is missing.'
      ]
    ],
    [
      restarted('ours', 'behind', 0),
      [
        '! Your store is an older copy, or this identity runs on two machines: noticed with bob',
        '  The peer has messages of yours that are not here.',
        '  If it runs elsewhere, quit it there: one identity belongs on one machine.'
      ]
    ]
  ])('%j', (event, expected) => {
    expect(linesOf(event)).toEqual(expected)
  })

  it('speaks of one message, of several, and of none where there is none', () => {
    for (const whose of ['ours', 'theirs'] as const)
      for (const why of ['new', 'behind'] as const) {
        expect(linesOf(restarted(whose, why, 0)).join(' ')).not.toMatch(/that waits?/)
        expect(linesOf(restarted(whose, why, 1)).join(' ')).toContain('Your message that waits is')
        expect(linesOf(restarted(whose, why, 2)).join(' ')).toContain(
          'Your 2 messages that wait are'
        )
      }
  })
})

const waiting = (
  when: 'start' | 'end',
  ...counts: readonly (readonly [typeof bob, number])[]
): EarshotEvent => ({
  type: 'outbox.waiting',
  when,
  peers: counts.map(([peer, count]) => ({ peer, count }))
})

describe('what waits', () => {
  it('is told at the start and at the end, with what becomes of it', () => {
    expect(linesOf(waiting('start', [bob, 2]))).toEqual([
      '* Waiting to be delivered: 2 messages for bob',
      '  What waits goes out when you are connected; /queue shows it.'
    ])
    expect(linesOf(waiting('end', [bob, 1], [carol, 2]))).toEqual([
      '* Not delivered yet: 3 messages for 2 peers',
      '    1 message for bob',
      '    2 messages for carol',
      '  Nothing is lost: it is kept, and goes out when you are connected again.'
    ])
    expect(linesOf(waiting('end'))).toEqual([])
  })

  it('for many peers names a few', () => {
    const many = Array.from({ length: 12 }, () => [bob, 1] as const)
    const lines = linesOf(waiting('start', ...many))
    expect(lines).toHaveLength(8)
    expect(lines[6]).toBe('    and for 7 more')
  })

  it('is taken back, as far as it is not too late', () => {
    const cancelled = (ids: readonly string[], tooLate: number) =>
      linesOf({ type: 'message.cancelled', peer: bob, ids, tooLate })
    expect(cancelled(['a', 'b'], 0)).toEqual(['* Taken back: 2 messages for bob'])
    expect(cancelled(['a'], 2)).toEqual([
      '* Taken back: 1 message for bob',
      '  2 messages were on the way already, so the peer may have them.'
    ])
    expect(cancelled([], 1)).toEqual([
      '! Too late: 1 message was on the way already, so the peer may have it: bob'
    ])
    expect(cancelled([], 0)).toEqual(['* Nothing waits for bob'])
  })
})

describe('a store', () => {
  it('that is new says where it is, and what its key is worth', () => {
    const created = (locked: boolean, keyPath = '/d/store.key') =>
      linesOf({ type: 'store.created', path: '/d/messages.db', keyPath, locked })
    expect(created(false)).toEqual([
      '* Messages are stored, encrypted, in /d/messages.db',
      '  Their key lies there as it is (store.key); earshot passphrase set protects it.'
    ])
    expect(created(false, '/e/store.key')[1]).toContain('(/e/store.key)')
    expect(created(true)[1]).toBe('  Your passphrase protects their key.')
  })

  it('that takes nothing says so, and the message is not lost silently', () => {
    const failure = { _tag: 'StoreFull', path: '/d/messages.db', code: 'ENOSPC' } as const
    const failed = linesOf({
      type: 'message.failed',
      peer: bob,
      text: 'hello',
      why: 'not-stored',
      failure
    })
    expect(failed[0]).toBe('! This message could not be stored, so it was not sent.')
    expect(failed[1]).toContain('There is no room for messages in /d/messages.db')
    expect(failed.at(-1)).toBe('  hello')
    const held = linesOf({ type: 'delivery.held', peer: bob, failure })
    expect(held[0]).toContain('waits at the peer: bob')
    expect(held[1]).toBe(failed[1])
  })
})

describe('a message that was taken before the last run broke off', () => {
  const again = (text: string, nickname = 'bob'): EarshotEvent => ({
    type: 'message.received',
    peer: { ...bob, nickname },
    id: 'x',
    seq: 1,
    text,
    sentAt: 0,
    receivedAt: 0,
    again: true
  })

  it('is marked by what no peer can begin a line with', () => {
    expect(linesOf(again('one\ntwo'))).toEqual(['* (maybe shown before) bob: one', '│ two'])
    const forged = linesOf({
      ...again('x', '* (maybe shown before) bob'),
      again: undefined
    } as never)
    expect(forged[0]).toBe('_ (maybe shown before) bob: x')
  })

  it('is the same in colour, with the words of ours in that of status', () => {
    expect(linesOf(again('one'), context({ color: true }))[0]).toBe(
      '\u001b[33m* (maybe shown before)\u001b[39m \u001b[36mbob:\u001b[39m one'
    )
  })
})
