/**
 * Goal: long texts arrive whole, and parts that do not fit together are refused.
 * Method: texts around the size of a part, and hand-made parts in every wrong order.
 */
import { describe, expect, it } from '@effect/vitest'
import { MESSAGE_BYTES_MAX, TEXT_PART_BYTES_MAX } from '../../../src/domain/limits.ts'
import type { ItemBody } from '../../../src/domain/items.ts'
import type { Item } from '../../../src/protocol/messages.ts'
import { TEXT_PARTS_MAX } from '../../../src/protocol/payloads.ts'
import { joinPart, makeJoiner, resetJoiner, splitText } from '../../../src/protocol/text-parts.ts'

const item = (seq: number, id: string, body: ItemBody): Item => ({
  type: 'item',
  seq,
  id,
  at: 7,
  body
})
const part = (text: string, number: number, parts: number): ItemBody => ({
  kind: 'text',
  text,
  part: number,
  parts
})

describe('splitText', () => {
  it('leaves alone what fits', () => {
    expect(splitText('hi')).toEqual([part('hi', 1, 1)])
    expect(splitText('a'.repeat(TEXT_PART_BYTES_MAX))).toHaveLength(1)
  })

  it('cuts between code points', () => {
    const parts = splitText(`a${'👋'.repeat(TEXT_PART_BYTES_MAX / 4)}`)
    expect(parts).toHaveLength(2)
    expect(parts[1]).toEqual(part('👋', 2, 2))
  })

  it('needs at most as many parts as may be sent, for a message of the largest size', () => {
    expect(splitText('a'.repeat(MESSAGE_BYTES_MAX)).length).toBeLessThanOrEqual(TEXT_PARTS_MAX)
    // Three bytes of every part stay free: one for the odd letter, then whole emoji.
    const worst = `a${'👋'.repeat(MESSAGE_BYTES_MAX / 4)}`
    expect(splitText(worst).length).toBeLessThanOrEqual(TEXT_PARTS_MAX)
  })

  it('sends Unicode only', () => {
    expect(splitText('\udc00!')).toEqual([part('\ufffd!', 1, 1)])
  })
})

describe('joinPart', () => {
  it('gives a message with its last part', () => {
    const joiner = makeJoiner()
    expect(joinPart(joiner, item(1, 'A', part('he', 1, 3)), 100)).toBeUndefined()
    expect(joinPart(joiner, item(2, 'A', part('ll', 2, 3)), 100)).toBeUndefined()
    expect(joinPart(joiner, item(3, 'A', part('o', 3, 3)), 100)).toEqual({
      type: 'joined',
      id: 'A',
      at: 7,
      seq: 3,
      body: { kind: 'text', text: 'hello' }
    })
    expect(joiner).toEqual(makeJoiner())
  })

  it('gives a nickname as it is', () => {
    const body: ItemBody = { kind: 'nick', nickname: 'bob' }
    expect(joinPart(makeJoiner(), item(1, 'A', body), 1)).toMatchObject({ type: 'joined', body })
  })

  it('counts bytes, not characters, against the limit', () => {
    const limit = { _tag: 'MessageTooLarge', limit: 5 }
    expect(joinPart(makeJoiner(), item(1, 'A', part('ééé', 1, 1)), 5)).toEqual(limit)
    const joiner = makeJoiner()
    expect(joinPart(joiner, item(1, 'A', part('ab', 1, 9)), 5)).toBeUndefined()
    expect(joinPart(joiner, item(2, 'A', part('語', 2, 9)), 5)).toBeUndefined()
    expect(joinPart(joiner, item(3, 'A', part('x', 3, 9)), 5)).toEqual(limit)
  })

  it('forgets an unfinished message when its log ends', () => {
    const joiner = makeJoiner()
    joinPart(joiner, item(1, 'A', part('old', 1, 2)), 100)
    resetJoiner(joiner)
    expect(joinPart(joiner, item(1, 'B', part('new', 1, 1)), 100)).toMatchObject({
      body: { text: 'new' }
    })
  })

  const begun = () => {
    const joiner = makeJoiner()
    joinPart(joiner, item(1, 'A', part('x', 1, 3)), 100)
    return joiner
  }
  it.each([
    ['a middle part first', makeJoiner(), item(1, 'A', part('x', 2, 3))],
    ['another message in the middle', begun(), item(2, 'B', part('x', 1, 1))],
    ["another message's part in its place", begun(), item(2, 'B', part('x', 2, 3))],
    ['a nickname in the middle', begun(), item(2, 'A', { kind: 'nick', nickname: 'x' })],
    ['the same part again', begun(), item(2, 'A', part('x', 1, 3))],
    ['a part left out', begun(), item(2, 'A', part('x', 3, 3))],
    ['another count of parts', begun(), item(2, 'A', part('x', 2, 2))]
  ])('refuses %s', (_, joiner, next) => {
    expect(joinPart(joiner, next, 100)).toMatchObject({ _tag: 'FrameMalformed', type: 'item' })
  })
})
