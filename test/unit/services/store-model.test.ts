/**
 * Goal: the model of the store says what the port's page says: what is pending and what is settled, what
 * is kept, which changes contradict what is there, and that no earlier book ever changes.
 * Method: short sequences of changes, and what the ledger and the pages hold after each.
 */
import { describe, expect, it } from '@effect/vitest'
import type { OwnMessage } from '../../../src/domain/items.ts'
import { OUTBOX_ITEMS_MAX } from '../../../src/domain/limits.ts'
import { RECEIVED_LOGS_MAX } from '../../../src/protocol/payloads.ts'
import type { StoreChange } from '../../../src/services/store.ts'
import { isContradiction, LOGS_MAX } from '../../../src/services/store-model/conversation.ts'
import { pageOf, searchIn, summaryOf } from '../../../src/services/store-model/pages.ts'
import {
  apply,
  type Book,
  conversationOf,
  emptyBook,
  erase,
  ledgerOf
} from '../../../src/services/store-model.ts'
import {
  acknowledged,
  BOB,
  EPOCH,
  linked,
  OTHER_EPOCH,
  own,
  PEER_EPOCH,
  peerOf,
  queued,
  taken,
  theirs,
  unlinked
} from './store-talk.ts'

/** The book after these, with history on where nothing else is said. */
const after = (changes: readonly StoreChange[], book = emptyBook, saveHistory = true): Book => {
  const next = apply(book, BOB, changes, saveHistory)
  if (isContradiction(next)) throw new Error(next.detail)
  return next
}

const detailOf = (changes: readonly StoreChange[], book = emptyBook): string => {
  const next = apply(book, BOB, changes, true)
  return isContradiction(next) ? next.detail : 'none'
}

const ledger = (book: Book) => ledgerOf(book, BOB)

const texts = (book: Book): readonly string[] =>
  pageOf(book, BOB, { limit: 100 }).map(({ text, state }) => `${text} ${state}`)

const restarted = (
  ...messages: readonly OwnMessage[]
): Extract<StoreChange, { readonly type: 'restarted' }> => ({
  type: 'restarted',
  epoch: OTHER_EPOCH,
  messages
})

describe('a peer of whom nothing is kept', () => {
  it('has an empty ledger', () => {
    expect(ledger(emptyBook)).toEqual({
      epoch: undefined,
      last: 0,
      acked: 0,
      read: 0,
      sentEver: 0,
      outbox: [],
      retired: [],
      taken: [],
      inbox: [],
      shown: 0,
      peerInstance: undefined,
      keep: undefined
    })
  })

  it('is not listed until something is', () => {
    expect([...after([]).keys()]).toEqual([])
    expect([...after([{ type: 'recovered' }]).keys()]).toEqual([])
    expect([...after([{ type: 'keep', keep: true }]).keys()]).toEqual([BOB])
  })

  it('knows as many logs as a READY names', () => {
    expect(LOGS_MAX).toBe(RECEIVED_LOGS_MAX)
  })
})

describe('messages of ours', () => {
  it('are pending until they are acknowledged, as whole messages', () => {
    const book = after([linked, queued(own(1), own(2, 'long', 3), own(5))])
    expect(ledger(book)).toMatchObject({ epoch: EPOCH, last: 5, acked: 0, sentEver: 5 })
    expect(ledger(book).outbox.map(({ first }) => first)).toEqual([1, 2, 5])
    const settled = ledger(after([acknowledged(4)], book))
    expect(settled).toMatchObject({ last: 5, acked: 4, peerInstance: 'first' })
    expect(settled.outbox).toEqual([own(5)])
    expect(detailOf([acknowledged(3)], book)).toContain('ends no message')
  })

  it('count as sent as far as a link may have carried them', () => {
    const book = after([queued(own(1), own(2))])
    expect(ledger(book).sentEver).toBe(0)
    expect(ledger(after([unlinked(1)], book)).sentEver).toBe(1)
    const open = after([linked], book)
    expect(ledger(after([queued(own(3))], open)).sentEver).toBe(3)
    expect(ledger(after([unlinked(2), queued(own(3))], open)).sentEver).toBe(2)
  })

  it('are not settled by older news; the same number notes who tells it', () => {
    const book = after([linked, queued(own(1), own(2)), acknowledged(2)])
    expect(after([acknowledged(1, 'second')], book)).toBe(book)
    expect(ledger(after([acknowledged(2, 'second')], book)).peerInstance).toBe('second')
  })

  it('are read after they are acknowledged, and once', () => {
    const book = after([linked, queued(own(1), own(2)), acknowledged(1)])
    expect(detailOf([{ type: 'read', upTo: 2 }], book)).toContain('was not acknowledged')
    const read = after([{ type: 'read', upTo: 1 }], book)
    expect(texts(read)).toEqual(['out 1 read', 'out 2 waiting'])
    expect(after([{ type: 'read', upTo: 1 }], read)).toBe(read)
  })

  it('are taken back while they were never sent', () => {
    const book = after([queued(own(1), own(2, 'long', 2), own(4)), unlinked(1)])
    const left = after([{ type: 'requeued', messages: [own(1), { ...own(4), first: 2 }] }], book)
    expect(ledger(left)).toMatchObject({ last: 2, sentEver: 1 })
    expect(texts(left)).toEqual(['out 1 waiting', 'out 4 waiting'])
  })

  it('keep their place in the talk when they are renumbered', () => {
    const said = after([linked, queued(own(1), own(2))])
    const book = after([taken(1, theirs(1)), acknowledged(1), restarted(own(1, 'out 2'))], said)
    expect(texts(book)).toEqual(['out 1 delivered', 'out 2 waiting', 'in 1 received'])
  })

  it('go on under another epoch, and what was read before stays read', () => {
    const book = after([
      linked,
      queued(own(1), own(2), own(3)),
      acknowledged(2),
      { type: 'read', upTo: 1 },
      restarted(own(1, 'out 3'))
    ])
    expect(ledger(book)).toMatchObject({
      epoch: OTHER_EPOCH,
      last: 1,
      acked: 0,
      read: 0,
      sentEver: 0,
      retired: [EPOCH]
    })
    expect(texts(book)).toEqual(['out 1 read', 'out 2 delivered', 'out 3 waiting'])
  })

  it('may be nicknames, which wait and are no history', () => {
    const nick = { ...own(1), body: { kind: 'nick', nickname: 'Al' } } as const
    const book = after([linked, queued(nick)])
    expect(summaryOf(book, BOB)).toMatchObject({ waiting: 1, kept: 0 })
    expect(summaryOf(after([acknowledged(1)], book), BOB)).toMatchObject({ waiting: 0, kept: 0 })
  })
})

describe('messages of the peer', () => {
  it('are pending until they are shown, and their ids are known after', () => {
    const book = after([linked, taken(2, theirs(1), theirs(2)), taken(3, theirs(3))])
    expect(ledger(book).taken).toEqual([{ epoch: PEER_EPOCH, upTo: 3 }])
    const shown = after([{ type: 'shown', upTo: 2 }], book)
    expect(ledger(shown)).toMatchObject({ shown: 2, inbox: [theirs(3)] })
    expect(conversationOf(shown, BOB).takenIds.toArray()).toEqual(
      [1, 2, 3].map((seq) => theirs(seq).id)
    )
  })

  it('of another log are settled only by what was recovered', () => {
    const book = after([linked, taken(5, theirs(5)), { ...taken(1, theirs(1)), epoch: EPOCH }])
    expect(ledger(book)).toMatchObject({ shown: 0, inbox: [theirs(5), theirs(1)] })
    const shown = after([{ type: 'shown', upTo: 1 }], book)
    expect(ledger(shown).inbox).toEqual([theirs(5)])
    const recovered = after([{ type: 'recovered' }], shown)
    expect(ledger(recovered)).toMatchObject({ shown: 1, inbox: [] })
    expect(texts(recovered)).toEqual(['in 5 received', 'in 1 received'])
  })

  it('count again from nothing in another log, and go on in one that returns', () => {
    const twice = after([
      linked,
      taken(5, theirs(5)),
      { type: 'shown', upTo: 5 },
      { ...taken(0), epoch: EPOCH }
    ])
    expect(ledger(twice).shown).toBe(0)
    expect(ledger(twice).taken.map(({ upTo }) => upTo)).toEqual([5, 0])
    expect(detailOf([taken(5, theirs(5))], twice)).toContain('not behind 5')
    expect(ledger(after([taken(6, theirs(6))], twice)).taken.at(-1)?.upTo).toBe(6)
  })

  it('are of at most LOGS_MAX logs', () => {
    const logs = Array.from({ length: LOGS_MAX + 3 }, (_, at) => ({
      ...taken(at + 1),
      epoch: `log ${at}`
    }))
    const kept = ledger(after([linked, ...logs])).taken
    expect(kept).toHaveLength(LOGS_MAX)
    expect(kept[0]?.epoch).toBe('log 3')
  })

  it('are remembered by id as many as may be sent again', () => {
    let book = after([linked])
    for (let seq = 0; seq < OUTBOX_ITEMS_MAX + 5_000; seq += 5_000) {
      const messages = Array.from({ length: 5_000 }, (_, at) => theirs(seq + at + 1))
      book = after([taken(seq + 5_000, ...messages), { type: 'recovered' }], book, false)
    }
    const ids = conversationOf(book, BOB).takenIds
    expect(ids.length).toBe(OUTBOX_ITEMS_MAX)
    expect(ids.at(0)).toBe(theirs(5_001).id)
  })
})

describe('history', () => {
  const talk: readonly StoreChange[] = [
    linked,
    queued(own(1)),
    taken(1, theirs(1)),
    acknowledged(1),
    { type: 'shown', upTo: 1 }
  ]

  it('is what was settled while the conversation was kept', () => {
    expect(texts(after(talk))).toEqual(['out 1 delivered', 'in 1 received'])
    expect(texts(after(talk, emptyBook, false))).toEqual([])
    const own2 = [queued(own(2)), acknowledged(2)]
    const off: StoreChange = { type: 'keep', keep: false }
    expect(texts(after([off, ...own2], after(talk)))).toEqual(['out 1 delivered', 'in 1 received'])
    const on = after([{ type: 'keep', keep: true }, ...talk], emptyBook, false)
    expect(texts(on)).toHaveLength(2)
  })

  it('is read by pages, by cursor and by our own clock', () => {
    const book = after([linked, queued(own(1), own(2)), taken(3, theirs(1), theirs(2), theirs(3))])
    const page = (query: Partial<Parameters<typeof pageOf>[2]>) =>
      pageOf(book, BOB, { limit: 10, ...query }).map(({ text }) => text)
    expect(page({ limit: 2 })).toEqual(['in 2', 'in 3'])
    const [first] = pageOf(book, BOB, { limit: 2 })
    expect(page({ limit: 2, before: first?.n ?? 0 })).toEqual(['out 2', 'in 1'])
    expect(page({ since: 3_002 })).toEqual(['in 2', 'in 3'])
    expect(page({ since: 1_002, before: 3 })).toEqual(['out 2'])
    expect(page({ limit: 0 })).toEqual([])
  })

  it('finds all words in any order and case, also in other forms of the same letters', () => {
    const book = after([linked, queued(own(1, 'The Cafe\u0301 opens'), own(2, 'open cafés'))])
    const find = (...words: readonly string[]) =>
      searchIn(book, BOB, { limit: 9, words }).map(({ text }) => text)
    expect(find('OPEN', 'café')).toEqual(['The Cafe\u0301 opens', 'open cafés'])
    expect(find('ﬁ')).toEqual([])
    expect(find('cafés')).toEqual(['open cafés'])
  })

  it('is erased but for what is pending', () => {
    const book = after([...talk, queued(own(2)), taken(2, theirs(2))])
    const erased = erase(book, BOB)
    expect(erased.count).toBe(2)
    expect(texts(erased.book)).toEqual(['out 2 waiting', 'in 2 received'])
    expect(erase(erased.book, BOB)).toEqual({ book: erased.book, count: 0 })
    expect(ledger(erased.book)).toEqual(ledger(book))
  })

  it('is counted, with the times of its ends', () => {
    expect(summaryOf(after([...talk, taken(2, theirs(2))]), BOB)).toEqual({
      peer: BOB,
      waiting: 0,
      unshown: 1,
      kept: 3,
      firstAt: 1_001,
      lastAt: 3_002,
      keep: undefined
    })
  })
})

describe('changes that contradict what is there', () => {
  const book = after([
    linked,
    queued(own(1), own(2), own(3)),
    acknowledged(1),
    unlinked(2),
    taken(2, theirs(1))
  ])
  const requeued = (...messages: readonly OwnMessage[]): StoreChange => ({
    type: 'requeued',
    messages
  })
  it.each<readonly [string, StoreChange, string]>([
    ['another epoch', { ...queued(own(4)), epoch: OTHER_EPOCH }, 'our log is'],
    ['a gap', queued(own(5)), 'is 5, not 4'],
    ['a message of no items', queued(own(4, 'none', 0)), 'no items'],
    ['an acknowledgement of what was never sent', acknowledged(3), 'never sent'],
    ['one of what was never there', acknowledged(9), 'never sent'],
    ['sending below what is acknowledged', unlinked(0), '1 is acknowledged'],
    ['a sent number given away', requeued(own(2, 'out 3')), 'given away'],
    ['a sent message left out', requeued(), 'given away'],
    ['an outbox of others', requeued(own(2), own(3, 'x')), 'not pending'],
    ['an outbox with a gap', requeued(own(3)), 'is 3, not 2'],
    ['an epoch twice', { ...restarted(), epoch: EPOCH }, 'was there before'],
    ['a restart with gaps', restarted(own(2)), 'is 2, not 1'],
    ['a restart in another order', restarted(own(1, 'out 3'), own(2)), 'out of order'],
    ['our own epoch disowned', { type: 'disowned', epochs: [EPOCH] }, 'epoch of our log'],
    ['a taken log going back', taken(1), 'and it was 2'],
    ['a message taken twice', taken(3, theirs(2)), 'not behind 2'],
    ['a message beyond the log', taken(3, theirs(4)), 'and it was 4'],
    ['shown what was not taken', { type: 'shown', upTo: 3 }, 'not taken']
  ])('%s', (_, change, detail) => {
    expect(detailOf([change], book)).toContain(detail)
  })

  it('are all that needs a log of ours, without one', () => {
    const changes: readonly StoreChange[] = [
      acknowledged(0),
      { type: 'requeued', messages: [] },
      restarted(),
      { type: 'disowned', epochs: [OTHER_EPOCH] },
      taken(0)
    ]
    for (const change of changes) expect(detailOf([change])).toContain('log of ours')
  })

  it('leave nothing of the changes before them', () => {
    expect(detailOf([queued(own(4)), acknowledged(9)], book)).toBe(
      'acknowledged: 9 is acknowledged and was never sent'
    )
    expect(ledger(book).last).toBe(3)
  })

  it('are those of one peer only', () => {
    expect(ledgerOf(book, peerOf(2))).toEqual(ledger(emptyBook))
  })
})

describe('books', () => {
  it('stay as they were, whatever comes after', () => {
    const books: Book[] = [emptyBook]
    const seen: string[] = []
    const photo = (book: Book) =>
      JSON.stringify([ledger(book), texts(book), conversationOf(book, BOB).takenIds.toArray()])
    let base = after([linked])
    for (let at = 1; at <= 40; at++) {
      base = after([queued(own(at)), taken(at, theirs(at))], base)
      if (at % 3 === 0) base = after([acknowledged(at - 1), { type: 'shown', upTo: at }], base)
      // A second future of the same past, which must not be seen in the first.
      after([queued(own(at + 1, 'elsewhere')), taken(at + 1, theirs(at + 1, 'elsewhere'))], base)
      books.push(base)
      seen.push(photo(base))
    }
    expect(books.slice(1).map(photo)).toEqual(seen)
  })
})
