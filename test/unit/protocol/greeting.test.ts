/**
 * Goal: versions are agreed on, and every message out of its turn is refused.
 * Method: the whole table of (phase, end, type) against the one in docs/PROTOCOL.md §5, written out
 * here once more.
 */
import { describe, expect, it } from '@effect/vitest'
import { chooseVersion, helloFault, isLegal, type Phase } from '../../../src/protocol/greeting.ts'
import { FRAME_TYPES } from '../../../src/protocol/frame-types.ts'
import type { Hello, MessageType } from '../../../src/protocol/messages.ts'

describe('chooseVersion', () => {
  it.each([
    [[1], [1], 1],
    [[1, 2, 3], [2, 3, 4], 3],
    [[1], [2], undefined],
    [[1], [], undefined]
  ])('of %j and %j is %j', (ours, theirs, version) => {
    expect(chooseVersion(ours, theirs)).toBe(version)
    expect(chooseVersion(theirs, ours)).toBe(version)
  })
})

describe('helloFault', () => {
  it('recognises our own nonce', () => {
    const hello: Hello = {
      type: 'hello',
      versions: [1],
      nonce: 'ours',
      instance: '0',
      features: [],
      messageBytesMax: 1
    }
    expect(helloFault('ours', hello)).toEqual({ _tag: 'NonceEchoed' })
    expect(helloFault('other', hello)).toBeUndefined()
  })
})

const TABLE: Record<
  Phase,
  { always: MessageType[]; dialer: MessageType[]; acceptor: MessageType[] }
> = {
  greeting: { always: ['hello', 'bye'], dialer: [], acceptor: [] },
  authorizing: { always: ['ping', 'pong', 'bye'], dialer: ['auth-ok'], acceptor: ['auth'] },
  settling: { always: ['ready', 'select', 'ping', 'pong', 'bye'], dialer: [], acceptor: [] },
  open: {
    always: [
      'item',
      'ack',
      'read',
      'log',
      'transfer',
      'data',
      'digest',
      'credit',
      'received',
      'ping',
      'pong',
      'bye'
    ],
    dialer: [],
    acceptor: []
  }
}
const TYPES = Object.keys(FRAME_TYPES) as MessageType[]

describe('isLegal', () => {
  const cases = (Object.keys(TABLE) as Phase[]).flatMap((phase) =>
    (['dialer', 'acceptor'] as const).flatMap((role) =>
      [true, false].map((decides) => ({ phase, role, decides }))
    )
  )
  it.each(cases)('in $phase, $role, decides: $decides', ({ phase, role, decides }) => {
    const legal = TYPES.filter((type) => isLegal(phase, type, { role, decides }))
    const dup: MessageType[] = phase === 'settling' && !decides ? ['dup'] : []
    expect(legal.sort()).toEqual([...TABLE[phase].always, ...TABLE[phase][role], ...dup].sort())
  })
})
