/**
 * Goal: ids are the base64url that the protocol asks for, of all their bits.
 * Method: random bytes, anywhere in a longer draw, against Node's own encoding.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { MESSAGE_ID_BYTES, messageIdAt } from '../../../src/protocol/message-id.ts'

describe('the id of a message', () => {
  it('is the base64url of its bytes, and of no others', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: MESSAGE_ID_BYTES, maxLength: 64 }),
        fc.nat(),
        (bytes, seed) => {
          const at = seed % (bytes.length - MESSAGE_ID_BYTES + 1)
          const own = Buffer.from(bytes.subarray(at, at + MESSAGE_ID_BYTES))
          expect(messageIdAt(bytes, at)).toBe(own.toString('base64url'))
        }
      )
    )
  })
})
