/**
 * Goal: the sender never sends what it was not allowed, and the receiver allows all of it in time.
 * Method: both ends by hand, and together over random steps.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { TRANSFER_WINDOW_BYTES } from '../../../src/domain/limits.ts'
import { ReceiveCredit, SendCredit } from '../../../src/protocol/credit.ts'

describe('credit', () => {
  it('of the sender only grows', () => {
    const credit = new SendCredit(100)
    credit.spend(60)
    expect(credit.room).toBe(40)
    expect(credit.raise(100)).toBeUndefined()
    expect(credit.raise(150)).toBeUndefined()
    expect(credit.room).toBe(90)
    expect(credit.raise(149)).toEqual({
      _tag: 'FrameIllegal',
      type: 'credit',
      state: 'less than before'
    })
    expect(credit.room).toBe(90)
  })

  it('of the receiver takes no byte beyond it', () => {
    const credit = new ReceiveCredit(1_000)
    expect(credit.allowed).toBe(1_000)
    expect(credit.take(1_000)).toBeUndefined()
    expect(credit.take(1)).toEqual({
      _tag: 'FrameIllegal',
      type: 'data',
      state: 'beyond its credit'
    })
  })

  it('is told in steps, and at once where it is the last', () => {
    const credit = new ReceiveCredit(TRANSFER_WINDOW_BYTES + 10)
    expect(credit.allowed).toBe(TRANSFER_WINDOW_BYTES)
    expect(credit.done(9)).toBeUndefined()
    expect(credit.done(1)).toBe(TRANSFER_WINDOW_BYTES + 10)
    expect(credit.done(500)).toBeUndefined()
  })

  it('moves everything, and never more than the window is untaken', () => {
    const total = fc.integer({ min: 1, max: 5 * TRANSFER_WINDOW_BYTES })
    const steps = fc.array(fc.integer({ min: 60_000, max: 300_000 }), {
      minLength: 1,
      maxLength: 50
    })
    fc.assert(
      fc.property(total, steps, (bytes, sizes) => {
        const receiver = new ReceiveCredit(bytes)
        const sender = new SendCredit(receiver.allowed)
        let sent = 0
        let done = 0
        for (let turn = 0; done < bytes; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          const sending = Math.min(size, sender.room, bytes - sent)
          sender.spend(sending)
          sent += sending
          expect(receiver.take(sending)).toBeUndefined()
          expect(sent - done).toBeLessThanOrEqual(TRANSFER_WINDOW_BYTES)
          // The disk is slower now and then.
          const written = turn % 3 === 0 && sender.room > 0 ? 0 : Math.min(sent - done, size)
          done += written
          const upTo = receiver.done(written)
          if (upTo !== undefined) expect(sender.raise(upTo)).toBeUndefined()
        }
        expect(sent).toBe(bytes)
      })
    )
  })
})
