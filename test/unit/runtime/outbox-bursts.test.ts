/**
 * Goal: what comes in bursts is told in bursts. The app machine hears how much waits once for all lines
 * of a read: told of every line, it took a third of the time that a burst of messages needs.
 * Method: an outbox over a log of its own, whose world counts what it is told.
 */
import { describe, expect, it } from '@effect/vitest'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { MESSAGE_BYTES_MAX } from '../../../src/domain/limits.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import { makeOutgoing } from '../../../src/protocol/delivery/outgoing.ts'
import { Outbox } from '../../../src/runtime/outbox.ts'

const LINES = 1024

const makeTold = () => {
  const counts: number[] = []
  const events: EarshotEvent[] = []
  let [kicks, ids] = [0, 0]
  const outbox: Outbox = new Outbox(
    {
      out: makeOutgoing('00000000000000aa'),
      newMessageId: () => String(ids++).padStart(22, '0'),
      emit: (more) => events.push(...more),
      refOf: () => ({ id: 'a'.repeat(52) as PeerId }),
      onWaiting: () => counts.push(outbox.waiting()),
      kick: () => {
        kicks += 1
      },
      messageBytesMax: MESSAGE_BYTES_MAX,
      wallNow: () => 0
    },
    false
  )
  return { outbox, counts, events, kicks: () => kicks }
}

const lines = Array.from({ length: LINES }, (_, index) => `line ${index}`)

describe('a burst of lines', () => {
  it('is counted once', () => {
    const { outbox, counts, kicks } = makeTold()
    outbox.say(lines)
    expect(counts).toEqual([LINES])
    expect(kicks()).toBe(1)
  })

  it('is counted where some of it is refused, and not where all of it is', () => {
    const { outbox, counts, events } = makeTold()
    const tooLong = 'x'.repeat(MESSAGE_BYTES_MAX + 1)
    outbox.say(['one', tooLong, 'two'])
    outbox.say([tooLong, ''])
    expect(counts).toEqual([2])
    expect(events.map((event) => event.type)).toEqual(['message.failed', 'message.failed'])
  })
})
