/**
 * Goal: what was taken under earlier epochs is known for as long as it may come again, in bounded memory;
 * so is what was delivered and may be read.
 * Method: more ids than there is room for.
 */
import { describe, expect, it } from '@effect/vitest'
import type { OwnMessage } from '../../../src/domain/items.ts'
import { OUTBOX_ITEMS_MAX, UNREAD_MESSAGES_MAX } from '../../../src/domain/limits.ts'
import { KnownIds } from '../../../src/runtime/known-ids.ts'
import { UnreadMessages } from '../../../src/runtime/unread-messages.ts'

const ids = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${from + at}`)

describe('known ids', () => {
  it('are those of the store, those on their way there, and those that came since', () => {
    const known = new KnownIds(new Set(['a']), ['b'])
    known.add('c')
    expect(['a', 'b', 'c', 'd'].map((id) => known.has(id))).toEqual([true, true, true, false])
  })

  it('are the last of them at least, and not all of them', () => {
    const known = new KnownIds(new Set(['a']), [])
    for (const id of ids(OUTBOX_ITEMS_MAX)) known.add(id)
    expect(known.has('a')).toBe(true)
    for (const id of ids(OUTBOX_ITEMS_MAX, OUTBOX_ITEMS_MAX)) known.add(id)
    expect([known.has('a'), known.has('0')]).toEqual([false, true])
    known.add('b')
    expect([known.has('0'), known.has(`${OUTBOX_ITEMS_MAX}`)]).toEqual([false, true])
  })
})

describe('unread messages', () => {
  const message = (first: number, items = 1): OwnMessage => ({
    id: `m${first}`,
    at: 0,
    body: { kind: 'text', text: 'x' },
    first,
    items
  })

  it('are read with their last item, each once', () => {
    const unread = new UnreadMessages()
    unread.push([message(1), message(2, 3), message(5)])
    expect(unread.take(3)).toEqual(['m1'])
    expect(unread.take(5)).toEqual(['m2', 'm5'])
    expect(unread.take(9)).toEqual([])
  })

  it('are forgotten from the front when they are too many, and altogether on demand', () => {
    const unread = new UnreadMessages()
    unread.push(ids(UNREAD_MESSAGES_MAX + 2, 1).map((first) => message(Number(first))))
    expect(unread.take(3)).toEqual(['m3'])
    unread.clear()
    expect(unread.take(UNREAD_MESSAGES_MAX + 2)).toEqual([])
  })
})
