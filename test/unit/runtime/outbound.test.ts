/**
 * Goal: what is sent on a link leaves in order, in few writes, within its bound, and nobody waits for a
 * stream that is gone.
 * Method: a writer over a stream whose writes the test completes one by one, on the virtual clock.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import { StreamError } from '../../../src/domain/failures.ts'
import {
  CONTROL_QUEUE_BYTES_MAX,
  FRAME_HEADER_BYTES,
  WRITE_BATCH_BYTES_MAX
} from '../../../src/domain/limits.ts'
import { makeWriter, type Writer } from '../../../src/runtime/outbound.ts'
import type { ByteStream } from '../../../src/services/transport.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'

const ENDPOINT = { host: '192.0.2.7', port: 7_000 }

const frame = (fill: number, bytes = FRAME_HEADER_BYTES): Uint8Array =>
  new Uint8Array(bytes).fill(fill)

const open = () => {
  const clock = new SimulatedClock()
  const writes: Uint8Array[] = []
  let resume: ((outcome: Effect.Effect<void, StreamError>) => void) | undefined
  const stream: ByteStream = {
    remote: ENDPOINT,
    local: ENDPOINT,
    read: Effect.never,
    write: (bytes) =>
      Effect.callback<void, StreamError>((done) => {
        writes.push(bytes)
        resume = done
      }),
    end: Effect.void,
    close: Effect.void
  }
  const scope = Scope.makeUnsafe()
  const made = clock.finish(Scope.provide(makeWriter(stream), scope), 0)
  if (made === undefined || Exit.isFailure(made)) throw new Error('no writer')
  clock.drain()
  const finish = (outcome: Effect.Effect<void, StreamError>): void => {
    const waiting = resume
    if (waiting === undefined) throw new Error('nothing is being written')
    resume = undefined
    waiting(outcome)
    clock.drain()
  }
  return {
    clock,
    writer: made.value as Writer,
    /** The first byte of each frame, write by write. */
    written: () =>
      writes.map((bytes) => {
        const fills: number[] = []
        for (let at = 0; at < bytes.length; at += FRAME_HEADER_BYTES) fills.push(bytes[at] ?? -1)
        return fills
      }),
    writes,
    /** The operating system takes what is being written. */
    taken: () => finish(Effect.void),
    broken: () => finish(Effect.fail(new StreamError({ code: 'EPIPE' }))),
    close: () => {
      clock.finish(Scope.close(scope, Exit.void), 0)
    },
    /** Whether the flush that is waited for has completed. */
    flushing: (writer: Writer) => {
      const fiber = clock.fork(writer.flush)
      return () => fiber.pollUnsafe() !== undefined
    }
  }
}

describe('the writer of a link', () => {
  it('writes at once when the stream is idle', () => {
    const { clock, writer, written, taken } = open()
    expect(writer.send(frame(1))).toBe(true)
    clock.drain()
    expect(written()).toEqual([[1]])
    taken()
    writer.send(frame(2))
    clock.drain()
    expect(written()).toEqual([[1], [2]])
  })

  it('joins what is sent while the stream is busy into one write, in order', () => {
    const { clock, writer, written, taken } = open()
    writer.send(frame(1))
    clock.drain()
    for (const fill of [2, 3, 4]) writer.send(frame(fill))
    clock.drain()
    expect(written()).toEqual([[1]])
    expect(writer.queuedBytes()).toBe(3 * FRAME_HEADER_BYTES)
    taken()
    expect(written()).toEqual([[1], [2, 3, 4]])
    expect(writer.queuedBytes()).toBe(0)
  })

  it('joins what is sent together, also when the stream is idle, and gives what the work gave', () => {
    const { clock, writer, written, taken, flushing } = open()
    const sent = writer.together(() => {
      for (const fill of [1, 2, 3]) writer.send(frame(fill))
      return 'sent'
    })
    clock.drain()
    expect(sent).toBe('sent')
    expect(written()).toEqual([[1, 2, 3]])
    const isFlushed = flushing(writer)
    expect(isFlushed()).toBe(false)
    taken()
    expect(isFlushed()).toBe(true)
  })

  it('writes what was sent before the work broke, and leaves the breaking to others', () => {
    const { clock, writer, written } = open()
    const work = () =>
      writer.together(() => {
        writer.send(frame(1))
        throw new Error('a bug')
      })
    expect(work).toThrow('a bug')
    clock.drain()
    expect(written()).toEqual([[1]])
  })

  it('cuts what waits into writes of bounded size, between frames', () => {
    const { clock, writer, writes, taken } = open()
    writer.send(frame(1))
    clock.drain()
    const third = WRITE_BATCH_BYTES_MAX / 2 - FRAME_HEADER_BYTES
    for (const fill of [2, 3, 4]) writer.send(frame(fill, third))
    taken()
    taken()
    expect(writes.map(({ length }) => length)).toEqual([FRAME_HEADER_BYTES, 2 * third, third])
  })

  it('counts the bytes that the operating system has taken', () => {
    const { clock, writer, taken } = open()
    writer.send(frame(1, 100))
    clock.drain()
    expect(writer.bytesOut()).toBe(0)
    taken()
    expect(writer.bytesOut()).toBe(100)
  })

  it('refuses a frame beyond its bound, and keeps the others', () => {
    const { clock, writer, taken, writes } = open()
    writer.send(frame(1))
    clock.drain()
    const half = CONTROL_QUEUE_BYTES_MAX / 2
    expect(writer.send(frame(2, half))).toBe(true)
    expect(writer.send(frame(3, half))).toBe(true)
    expect(writer.send(frame(4))).toBe(false)
    expect(writer.queuedBytes()).toBe(CONTROL_QUEUE_BYTES_MAX)
    taken()
    taken()
    taken()
    expect(writes.map((bytes) => bytes[0])).toEqual([1, 2, 3])
  })

  it('asks for more whenever nothing waits, and writes what it is given', () => {
    const { clock, writer, written, taken } = open()
    const supply = [frame(2), frame(3)]
    let asked = 0
    writer.onIdle(() => {
      asked += 1
      const next = supply.shift()
      if (next !== undefined) writer.send(next)
    })
    writer.send(frame(1))
    clock.drain()
    expect(asked).toBe(0)
    taken()
    expect(asked).toBe(1)
    taken()
    taken()
    expect(written()).toEqual([[1], [2], [3]])
    expect(asked).toBe(3)
  })

  it('asks only the last that offered more', () => {
    const { clock, writer, taken } = open()
    const asked: string[] = []
    writer.onIdle(() => asked.push('first'))
    writer.onIdle(() => asked.push('last'))
    writer.send(frame(1))
    clock.drain()
    taken()
    expect(asked).toEqual(['last'])
  })
})

describe('file data', () => {
  const source = (fills: number[]) => {
    const done: number[] = []
    const take = () => {
      const fill = fills.shift()
      return fill === undefined
        ? undefined
        : { bytes: frame(fill), written: () => void done.push(fill) }
    }
    return { take, done }
  }

  it('is written when it wakes the writer, one write at a time, and told when it is', () => {
    const { clock, writer, written, taken } = open()
    const { take, done } = source([8, 9])
    writer.feed(take)
    writer.wake()
    clock.drain()
    expect(written()).toEqual([[8]])
    expect(done).toEqual([])
    taken()
    expect(done).toEqual([8])
    expect(written()).toEqual([[8], [9]])
  })

  it('has control frames in front of it, and no more than one write of it in front of them', () => {
    const { clock, writer, written, taken } = open()
    writer.feed(source([8, 9]).take)
    writer.wake()
    clock.drain()
    writer.send(frame(1))
    taken()
    taken()
    expect(written()).toEqual([[8], [1], [9]])
  })

  it('gets its turn though control frames never end', () => {
    const { clock, writer, written, taken } = open()
    writer.feed(source([8, 9]).take)
    writer.onIdle(() => void writer.send(frame(1)))
    writer.wake()
    clock.drain()
    for (let write = 0; write < 9; write += 1) taken()
    expect(written().flat()).toEqual([1, 1, 1, 1, 8, 1, 1, 1, 1, 9])
  })

  it('is not lost where it wakes the writer among things that leave together', () => {
    const { clock, writer, written } = open()
    writer.feed(source([8]).take)
    writer.together(() => writer.wake())
    clock.drain()
    expect(written()).toEqual([[8]])
  })

  it('does not hold back a flush, which is of control frames', () => {
    const { clock, writer, taken, flushing } = open()
    writer.send(frame(1))
    clock.drain()
    writer.feed(source([8]).take)
    const isFlushed = flushing(writer)
    taken()
    expect(isFlushed()).toBe(true)
  })
})

describe('a flush', () => {
  it('completes at once when nothing was sent', () => {
    const { writer, flushing } = open()
    expect(flushing(writer)()).toBe(true)
  })

  it('completes when everything sent before is with the operating system', () => {
    const { clock, writer, flushing, taken } = open()
    writer.send(frame(1))
    clock.drain()
    writer.send(frame(2))
    const isFlushed = flushing(writer)
    expect(isFlushed()).toBe(false)
    taken()
    expect(isFlushed()).toBe(false)
    taken()
    expect(isFlushed()).toBe(true)
  })

  it('may be followed by more at once: that is written, too', () => {
    const { clock, writer, taken, written } = open()
    writer.send(frame(1))
    clock.fork(
      Effect.andThen(
        writer.flush,
        Effect.sync(() => writer.send(frame(2)))
      )
    )
    clock.drain()
    taken()
    expect(written()).toEqual([[1], [2]])
  })
})

describe('a stream that is gone', () => {
  it('takes everything that is sent, so that nobody sees an overflow of a closed link', () => {
    const { clock, writer, writes, broken, flushing } = open()
    writer.send(frame(1))
    clock.drain()
    const isFlushed = flushing(writer)
    broken()
    expect(isFlushed()).toBe(true)
    for (let at = 0; at < 4; at += 1)
      expect(writer.send(frame(2, CONTROL_QUEUE_BYTES_MAX / 2))).toBe(true)
    clock.drain()
    expect(writes).toHaveLength(1)
    expect(writer.queuedBytes()).toBe(0)
    expect(flushing(writer)()).toBe(true)
  })

  it('is the same when its scope was closed', () => {
    const { clock, writer, writes, close, flushing } = open()
    writer.send(frame(1))
    clock.drain()
    const isFlushed = flushing(writer)
    close()
    expect(isFlushed()).toBe(true)
    expect(writer.send(frame(2))).toBe(true)
    expect(writes).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})
