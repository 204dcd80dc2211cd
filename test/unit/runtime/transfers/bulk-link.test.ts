/**
 * Goal: every frame that a peer may not send ends the link with its name, and what comes too late is dropped.
 * Method: one end of a link by hand, with a writer that keeps what it is given.
 */
import { describe, expect, it } from '@effect/vitest'
import type * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import { LINK_WINDOW_BYTES_MIN, TRANSFER_WINDOW_BYTES } from '../../../../src/domain/limits.ts'
import type { Message } from '../../../../src/protocol/messages.ts'
import type { BulkWrite } from '../../../../src/runtime/outbound.ts'
import { makeBulkLink } from '../../../../src/runtime/transfers/bulk-link.ts'
import { SimulatedClock } from '../../../../src/simulation/clock.ts'

const DIGEST = new Uint8Array(32)

const makeLink = () => {
  const clock = new SimulatedClock()
  const said: Message[] = []
  let source: (() => BulkWrite | undefined) | undefined
  const link = makeBulkLink({
    say: (message) => void said.push(message),
    violate: () => undefined,
    after: (ms, work) => void clock.schedule(work, ms),
    now: () => clock.now,
    writer: {
      feed: (next) => {
        source = next
      },
      wake: () => undefined
    }
  })
  const scope = Scope.makeUnsafe()
  const run = <A>(effect: Effect.Effect<A, never, Scope.Scope>): A => {
    const exit = clock.finish(Scope.provide(effect, scope), 1_000)
    if (exit === undefined || Exit.isFailure(exit)) throw new Error('not done')
    return exit.value
  }
  const close = (): void => void clock.finish(Scope.close(scope, Exit.void), 0)
  return { clock, said, link, run, close, take: () => source?.() }
}

const illegal = (type: string, state: string) => ({ _tag: 'FrameIllegal', type, state })

describe('what comes on a link', () => {
  it('is a violation on a stream that was not fetched', () => {
    const { link } = makeLink()
    expect(link.onData(1, DIGEST)).toEqual(illegal('data', 'a stream that was not fetched'))
    expect(link.onDigest(1, DIGEST)).toEqual(illegal('digest', 'no piece in front of it'))
  })

  it('is a violation beyond its credit, also of a stream that was given up', () => {
    const { link, run, close } = makeLink()
    const stream = run(link.receive(100))
    expect([stream?.stream, stream?.credit]).toEqual([1, 100])
    expect(link.onData(1, new Uint8Array(60))).toBeUndefined()
    close()
    expect(link.onData(1, new Uint8Array(40))).toBeUndefined()
    expect(link.onData(1, new Uint8Array(1))).toEqual(illegal('data', 'beyond its credit'))
  })

  it('is a violation where digests follow each other', () => {
    const { link, run } = makeLink()
    run(link.receive(100))
    link.onData(1, new Uint8Array(60))
    expect(link.onDigest(1, DIGEST)).toBeUndefined()
    expect(link.onDigest(1, DIGEST)).toEqual(illegal('digest', 'no piece in front of it'))
  })

  it('is handed out in order, short parts together', () => {
    const { link, run } = makeLink()
    const stream = run(link.receive(10_000))
    for (const byte of [1, 2, 3]) link.onData(1, new Uint8Array(10).fill(byte))
    link.onDigest(1, DIGEST)
    link.onData(1, new Uint8Array(5_000).fill(4))
    const parts = stream === undefined ? [] : run(stream.take)
    expect(parts.map((part) => (part._tag === 'Bytes' ? part.bytes.length : 'digest'))).toEqual([
      30,
      'digest',
      5_000
    ])
  })

  it('is told as received, once in a while', () => {
    const { clock, link, run, said } = makeLink()
    run(link.receive(1_000))
    for (let part = 0; part < 5; part += 1) link.onData(1, new Uint8Array(100))
    expect(said).toEqual([])
    clock.advance(5)
    expect(said).toEqual([{ type: 'received', upTo: 500 }])
  })

  it('is followed by more credit when it is written', () => {
    const { link, run, said } = makeLink()
    const stream = run(link.receive(2 * TRANSFER_WINDOW_BYTES))
    stream?.done(TRANSFER_WINDOW_BYTES)
    expect(said).toEqual([{ type: 'credit', stream: 1, upTo: 2 * TRANSFER_WINDOW_BYTES }])
  })
})

describe('what is sent on a link', () => {
  const ignored = (): void => undefined
  const fill = (
    link: ReturnType<typeof makeLink>,
    number: number,
    onSent: (bytes: number) => void = ignored
  ) => {
    const stream = link.run(link.link.sendOn(number, onSent))
    if (stream === undefined) throw new Error('not open')
    const buffer = link.run(stream.buffer)
    buffer.framed(buffer.target(buffer.room).length)
    stream.send(buffer)
    return stream
  }

  it('is a violation where a number is used again, or none was fetched', () => {
    const { link, run } = makeLink()
    const used = illegal('transfer', 'a stream that was used before')
    expect(link.onFetch(0, 1)).toEqual(used)
    expect(link.onFetch(7, 1)).toBeUndefined()
    expect(link.onFetch(7, 1)).toEqual(used)
    expect(link.onCredit(8, 1)).toEqual(illegal('credit', 'a stream that was not fetched'))
    expect(link.onCredit(7, 0)).toEqual(illegal('credit', 'less than before'))
    expect(run(link.sendOn(8, ignored))).toBeUndefined()
    expect(run(link.sendOn(7, ignored))).toBeDefined()
    expect(run(link.sendOn(7, ignored))).toBeUndefined()
  })

  it('stays within credit and window, and says which of them it waits for', () => {
    const made = makeLink()
    made.link.onFetch(1, 10_000)
    const stream = fill(made, 1)
    const first = made.take()
    expect(first?.bytes.length).toBe(10_008)
    expect(stream.waitsFor()).toBe('network')
    first?.written()
    expect(made.take()).toBeUndefined()
    expect(stream.waitsFor()).toBe('peer-disk')
    made.link.onCredit(1, 1_000_000)
    let sent = 10_000
    for (let next = made.take(); next !== undefined; next = made.take()) {
      sent += next.bytes.length - 8
      next.written()
    }
    expect(sent).toBeLessThanOrEqual(LINK_WINDOW_BYTES_MIN)
    expect(stream.waitsFor()).toBe('network')
  })

  it('counts as sent when it is with the operating system, not when it was read', () => {
    const made = makeLink()
    const sent: number[] = []
    made.link.onFetch(1, 10_000)
    fill(made, 1, (bytes) => sent.push(bytes))
    const first = made.take()
    expect(sent).toEqual([])
    first?.written()
    expect(sent).toEqual([10_000])
    made.link.onCredit(1, 15_000)
    made.take()?.written()
    expect(sent).toEqual([10_000, 15_000])
  })

  it('takes turns among streams', () => {
    const made = makeLink()
    for (const number of [1, 2]) made.link.onFetch(number, 8_000)
    for (const number of [1, 2]) fill(made, number)
    const streams = [made.take(), made.take()].map((write) => write?.bytes[7])
    expect(streams).toEqual([1, 2])
  })

  it('is a violation where more is told to be received than was sent, or less than before', () => {
    const made = makeLink()
    made.link.onFetch(1, 8_000)
    fill(made, 1)
    made.take()?.written()
    const wrong = illegal('received', 'not what was sent')
    expect(made.link.onReceived(8_001)).toEqual(wrong)
    expect(made.link.onReceived(8_000)).toBeUndefined()
    expect(made.link.onReceived(7_999)).toEqual(wrong)
  })
})
