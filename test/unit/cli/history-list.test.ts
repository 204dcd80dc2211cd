/**
 * Goal: the list says of each conversation what is stored and whether it is kept; a change does what was
 * asked for and says so; a name means one peer or is refused.
 * Method: the parts of the command over the model of the store, with what they write caught.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { eraseHistory, keepHistory, refuseErasure } from '../../../src/cli/history/change.ts'
import { listHistory } from '../../../src/cli/history/list.ts'
import { findPeer, nameAmong } from '../../../src/cli/history/peers-of-history.ts'
import { explainStart } from '../../../src/domain/explain.ts'
import { StoreError } from '../../../src/domain/failures.ts'
import { formatPeerId, peerIdFromPublicKey, shortPeerId } from '../../../src/domain/peer-id.ts'
import { emptyBook } from '../../../src/services/store-model.ts'
import type { Store, StoreChange } from '../../../src/services/store.ts'
import {
  BOB,
  bookOf,
  EVE,
  makeWorld,
  MINUTE,
  NOON,
  readerOf,
  type Said
} from './history-fixture.ts'

const TALK: readonly Said[] = [
  { by: 'us', text: 'a', at: NOON - 3 * 24 * 60 * MINUTE },
  { by: 'peer', text: 'b', at: NOON },
  { by: 'us', text: 'c', at: NOON, waits: true }
]
const BOTH = bookOf(TALK, BOB, bookOf([{ by: 'us', text: 'x', at: 1 }], EVE))

describe('the list', () => {
  it.effect('tells what is stored, what waits and whether it is kept', () =>
    Effect.gen(function* () {
      const { world, heard } = makeWorld()
      yield* listHistory(
        world,
        readerOf(() => BOTH)
      )
      expect(heard.out).toBe(
        [
          'eve',
          `  id        ${formatPeerId(EVE.id)}`,
          '  stored    1 message, 1970-01-01',
          '  history   kept, as you chose',
          '',
          'bob',
          `  id        ${formatPeerId(BOB.id)}`,
          '  stored    3 messages, 2026-11-19 to 2026-11-22',
          '  waiting   1 message, not delivered yet',
          '  history   kept, as you chose',
          ''
        ].join('\n')
      )
    })
  )

  it.effect('for programs, an object a line', () =>
    Effect.gen(function* () {
      const { world, heard } = makeWorld({ json: true, saveHistory: true, peers: [BOB] })
      yield* listHistory(
        world,
        readerOf(() => BOTH)
      )
      const lines = heard.out.trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({ peer: { id: EVE.id }, stored: 1, waiting: 0, kept: true }),
        {
          peer: BOB,
          stored: 3,
          waiting: 1,
          unshown: 0,
          firstAt: NOON - 3 * 24 * 60 * MINUTE,
          lastAt: NOON,
          kept: true,
          chosen: true
        }
      ])
    })
  )

  it.effect('of nothing says how to keep something', () =>
    Effect.gen(function* () {
      const off = makeWorld()
      yield* listHistory(
        off.world,
        readerOf(() => emptyBook)
      )
      expect(off.heard.out).toBe(
        'No messages are stored. To keep what is said: earshot --history, or save_history = true in the configuration.\n'
      )
      const on = makeWorld({ saveHistory: true })
      yield* listHistory(
        on.world,
        readerOf(() => emptyBook)
      )
      expect(on.heard.out).toBe('No messages are stored.\n')
      const json = makeWorld({ json: true })
      yield* listHistory(
        json.world,
        readerOf(() => emptyBook)
      )
      expect(json.heard.out).toBe('')
    })
  )
})

/** A store that remembers what was asked of it. */
const storeOf = (failing = false) => {
  const asked: (readonly StoreChange[] | 'erase')[] = []
  const full = new StoreError({ reason: { _tag: 'StoreFull', path: 'p', code: 'SQLITE_FULL' } })
  const act = <A>(what: readonly StoreChange[] | 'erase', result: A) =>
    Effect.suspend(() => {
      asked.push(what)
      return failing ? Effect.fail(full) : Effect.succeed(result)
    })
  const store: Store['Service'] = {
    ...readerOf(() => BOTH),
    ledger: () => Effect.die('nobody asks for it'),
    takenIds: () => Effect.die('nobody asks for it'),
    commit: (_peer, changes) => act(changes, undefined),
    erase: () => act('erase', 2)
  }
  return { store, asked }
}

describe('a change', () => {
  it('that deletes says first what would go, and what to type', () => {
    const { text, next } = explainStart(refuseErasure(makeWorld().world, BOB).reason)
    expect(text).toBe('This deletes what is kept of the conversation with bob, for ever.')
    expect(next).toBe(`To do it: earshot history ${shortPeerId(BOB.id)} --erase --yes`)
  })

  it.effect('deletes, and says how much', () =>
    Effect.gen(function* () {
      const { store, asked } = storeOf()
      const { world, heard } = makeWorld()
      yield* eraseHistory(world, store, BOB)
      expect(heard.out).toBe('Deleted: 2 messages of the conversation with bob.\n')
      const json = makeWorld({ json: true })
      yield* eraseHistory(json.world, store, BOB)
      expect(JSON.parse(json.heard.out)).toEqual({ peer: BOB, erased: 2 })
      expect(asked).toEqual(['erase', 'erase'])
    })
  )

  it.effect.each([
    ['on', true, false, 'The conversation with bob is kept from now on.'],
    [
      'default',
      undefined,
      true,
      'The conversation with bob is kept from now on, as save_history says.'
    ],
    [
      'off',
      false,
      true,
      `The conversation with bob is not kept from now on. What was kept so far stays: 3 messages. To delete it: earshot history ${shortPeerId(BOB.id)} --erase --yes`
    ]
  ] as const)('keeps: %s', ([choice, keep, saveHistory, said]) =>
    Effect.gen(function* () {
      const { store, asked } = storeOf()
      const { world, heard } = makeWorld({ saveHistory })
      yield* keepHistory(world, store, BOB, choice)
      expect(heard.out).toBe(`${said}\n`)
      expect(asked).toEqual([[{ type: 'keep', keep }]])
      const json = makeWorld({ json: true, saveHistory })
      yield* keepHistory(json.world, store, BOB, choice)
      expect(JSON.parse(json.heard.out)).toEqual({
        peer: BOB,
        kept: keep ?? saveHistory,
        stored: 3
      })
    })
  )

  it.effect('that cannot be stored fails as the store does', () =>
    Effect.gen(function* () {
      const { store } = storeOf(true)
      const { world, heard } = makeWorld()
      const failures = [
        yield* Effect.flip(eraseHistory(world, store, BOB)),
        yield* Effect.flip(keepHistory(world, store, BOB, 'on'))
      ]
      for (const { reason } of failures) expect(reason._tag).toBe('StoreFull')
      expect(heard.out).toBe('')
    })
  )
})

describe('a name', () => {
  const other = { id: peerIdFromPublicKey(new Uint8Array(32).fill(11)), nickname: 'ВOB' }
  const third = { id: peerIdFromPublicKey(new Uint8Array(32).fill(12)) }
  const impostor = {
    id: peerIdFromPublicKey(new Uint8Array(32).fill(13)),
    nickname: shortPeerId(EVE.id)
  }
  const meant = (who: string, peers = [BOB, EVE, third]) => {
    const found = findPeer(peers, who)
    return Result.isSuccess(found) ? found.success : explainStart(found.failure)
  }

  it('may be a nickname as it looks, a short id or a whole id as it is shown', () => {
    expect(meant('bob')).toBe(BOB)
    expect(meant('BOB ')).toBe(BOB)
    expect(meant(shortPeerId(third.id))).toBe(third)
    expect(meant(formatPeerId(EVE.id).toUpperCase())).toBe(EVE)
  })

  it('that nobody has is refused, and shown harmless', () => {
    expect(meant('carol')).toMatchObject({ text: "No peer called 'carol' is known." })
    expect(meant('')).toHaveProperty('next')
    expect(meant('\u200b')).toHaveProperty('next')
    expect(JSON.stringify(meant('\u001b[2J'))).not.toContain('u001b')
  })

  it('that several have is refused with all of them', () => {
    const { text, next } = meant('bob', [BOB, other]) as { text: string; next: string }
    expect(text).toContain('may be 2 peers')
    for (const { id } of [BOB, other]) expect(text).toContain(shortPeerId(id))
    expect(next).toContain('whole id')
  })

  it('cannot be stolen from a whole id', () => {
    expect(meant(shortPeerId(EVE.id), [EVE, impostor])).toHaveProperty('next')
    expect(meant(EVE.id, [EVE, { ...impostor, nickname: EVE.id }])).toBe(EVE)
  })

  it('of whom there are many, some are named', () => {
    const crowd = Array.from({ length: 12 }, (_, at) => ({
      id: peerIdFromPublicKey(new Uint8Array(32).fill(100 + at)),
      nickname: 'bob'
    }))
    expect(meant('bob', crowd)).toMatchObject({ text: expect.stringMatching(/ 12 peers: .* …\.$/) })
  })

  it('is shown with its id where it could be taken for another one', () => {
    expect(nameAmong([BOB, EVE], BOB)).toBe('bob')
    expect(nameAmong([BOB, other], BOB)).toBe(`bob (${shortPeerId(BOB.id)})`)
    expect(nameAmong([third], third)).toBe(`Peer (${shortPeerId(third.id)})`)
  })
})
