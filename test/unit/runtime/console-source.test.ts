/**
 * Goal: a pipe is read only while there is somebody to deliver to and room for more; a person at the
 * keyboard is always listened to.
 * Method: a console that counts how often it is read, and the gates opened and closed by hand.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { OUTBOX_BYTES_MAX } from '../../../src/domain/limits.ts'
import { makeConsoleSource } from '../../../src/runtime/console-source.ts'
import type { Input } from '../../../src/services/console.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'

const HIGH = 8_192
const LOW = 2_048

/** A reader of a console that always has one more line. */
const reading = (paced: boolean, inputs?: readonly Input[]) => {
  const clock = new SimulatedClock()
  const left = [...(inputs ?? [])]
  let reads = 0
  const read = Effect.sync((): Input => {
    reads += 1
    return left.shift() ?? { _tag: 'Commands', commands: [{ type: 'say', text: `${reads}` }] }
  })
  const source = makeConsoleSource({ interactive: !paced, paced, read })
  return {
    clock,
    source,
    reads: () => reads,
    /** Asks for the next commands; gives whether they came. */
    ask: () => {
      const fiber = clock.fork(source.read)
      clock.drain()
      return () => {
        clock.drain()
        return fiber.pollUnsafe() !== undefined
      }
    }
  }
}

describe('a pipe', () => {
  it('is not read before somebody is there', () => {
    const { ask, reads, source } = reading(true)
    const came = ask()
    expect(came()).toBe(false)
    expect(reads()).toBe(0)
    source.peerCame()
    expect(came()).toBe(true)
    expect(reads()).toBe(1)
  })

  it('is not acted on in the midst of what let it in', () => {
    const { ask, reads, source } = reading(true)
    ask()
    source.peerCame()
    expect(reads()).toBe(0)
  })

  it('waits while too much waits for the peer, until little does', () => {
    const { ask, source } = reading(true)
    source.peerCame()
    source.noteWaiting(HIGH - 1, 0)
    expect(ask()()).toBe(true)
    source.noteWaiting(HIGH, 0)
    const came = ask()
    expect(came()).toBe(false)
    source.noteWaiting(LOW + 1, 0)
    expect(came()).toBe(false)
    source.noteWaiting(LOW, 0)
    expect(came()).toBe(true)
  })

  it('counts long texts by their bytes', () => {
    const { ask, source } = reading(true)
    source.peerCame()
    source.noteWaiting(1, OUTBOX_BYTES_MAX / 2)
    const came = ask()
    expect(came()).toBe(false)
    source.noteWaiting(1, OUTBOX_BYTES_MAX / 32)
    expect(came()).toBe(true)
  })

  it('goes on after a peer left: what is read then waits for its return', () => {
    const { ask, source } = reading(true)
    source.peerCame()
    expect(ask()()).toBe(true)
    expect(ask()()).toBe(true)
  })
})

describe('a person at the keyboard', () => {
  it('is heard before anybody is there, and however much waits', () => {
    const { ask, source } = reading(false)
    expect(ask()()).toBe(true)
    source.noteWaiting(HIGH * 2, 0)
    expect(ask()()).toBe(true)
  })
})

describe('what is read', () => {
  it('is the commands, and undefined at the end of the input', () => {
    const { clock, source } = reading(false, [
      { _tag: 'Commands', commands: [{ type: 'help' }, { type: 'quit' }] },
      { _tag: 'End' }
    ])
    expect(clock.finish(source.read, 0)).toMatchObject({
      value: [{ type: 'help' }, { type: 'quit' }]
    })
    expect(clock.finish(source.read, 0)).toMatchObject({ value: undefined })
  })
})
