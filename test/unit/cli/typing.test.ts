// Goal: nothing that was typed before an offer could be read is an answer to it, and the Tab key knows
// what can be named. Method: events and lines over a clock of the test.
import { describe, expect, it } from '@effect/vitest'
import { makeTyping } from '../../../src/cli/typing.ts'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { TransferRef } from '../../../src/domain/transfer-events.ts'
import { bob } from '../views/view-fixture.ts'

const refOf = (number: number, direction: 'in' | 'out' = 'in'): TransferRef => ({
  id: `${number}`,
  number,
  peer: bob,
  direction,
  name: 'a',
  kind: 'file',
  bytes: 1,
  files: 1
})
const offered = (transfer: TransferRef): EarshotEvent => ({
  type: 'transfer.offered',
  transfer,
  online: true
})
const start = () => {
  const clock = { ms: 5_000 }
  return {
    clock,
    typing: makeTyping(
      () => clock.ms,
      (typed) => [`${typed}.txt`]
    )
  }
}

describe('an answer', () => {
  it.each(['/accept', '/accept anyway', '/accept bob', '/decline', '/decline bob'])(
    'that names no transfer counts a second after the last offer: %s',
    (line) => {
      const { clock, typing } = start()
      expect(typing.parse(line)).not.toMatchObject({ type: 'invalid' })
      typing.note([offered(refOf(2))])
      clock.ms += 999
      expect(typing.parse(line)).toMatchObject({
        type: 'invalid',
        suggestion: line.startsWith('/accept') ? '/accept t2' : '/decline t2'
      })
      clock.ms += 1
      expect(typing.parse(line)).not.toMatchObject({ type: 'invalid' })
    }
  )

  it('that names one counts at once, and so does all else', () => {
    const { typing } = start()
    typing.note([offered(refOf(2))])
    expect(typing.parse('/accept t2')).toEqual({ type: 'accept', who: 't2' })
    expect(typing.parse('/decline T2')).toEqual({ type: 'decline', who: 'T2' })
    expect(typing.parse('hello')).toEqual({ type: 'say', text: 'hello' })
    expect(typing.parse(' ')).toBeUndefined()
  })

  it('waits for nothing that we offer', () => {
    const { typing } = start()
    typing.note([offered(refOf(2, 'out'))])
    expect(typing.parse('/accept')).toEqual({ type: 'accept' })
  })
})

describe('the Tab key', () => {
  it('completes the transfers that commands may name, and paths', () => {
    const { typing } = start()
    typing.note([10, 2, 3].map((number) => offered(refOf(number))))
    typing.note([offered(refOf(4, 'out')), { type: 'listen.waiting' }])
    expect(typing.complete('/pause ')).toEqual([
      '/pause t2',
      '/pause t3',
      '/pause t4',
      '/pause t10',
      '/pause all'
    ])
    typing.note([
      { type: 'transfer.done', transfer: refOf(2) },
      { type: 'transfer.ended', transfer: refOf(3), by: 'us', why: 'declined' },
      { type: 'transfer.ended', transfer: refOf(4, 'out'), by: 'them', why: 'declined' }
    ])
    expect(typing.complete('/retry t')).toEqual(['/retry t4', '/retry t10'])
    expect(typing.complete('/send a')).toEqual(['/send a.txt'])
  })
})
