/**
 * Goal: a message and a heartbeat never wait behind a file, and the file still gets the line.
 * Method: two ends of a link over a simulated line of 10 Mbit/s and 20 ms each way; one sends without an end, and
 * both say something now and then.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { BULK_AHEAD_BYTES_MAX } from '../../src/domain/limits.ts'
import type { Message } from '../../src/protocol/messages.ts'
import type { OutboundStream } from '../../src/runtime/transfers/ports.ts'
import { type FileLink, openFileLink } from '../support/file-link.ts'
import { connect, makeLan } from '../unit/simulation/lan.ts'

const BYTES_PER_SECOND = 1_250_000
const ONE_WAY_MS = 20
const PINGS_EVERY_MS = 50
const CHAT_MS_MAX = 2 * ONE_WAY_MS + 50

/** Fills one buffer after the other. */
const sendForEver = (stream: OutboundStream): Effect.Effect<never> =>
  Effect.forever(
    Effect.map(stream.buffer, (buffer) => {
      buffer.framed(buffer.target(buffer.room).length)
      stream.send(buffer)
    })
  )

/** Takes one part after the other, as a disk does that is fast enough. */
const receiveForEver = (link: FileLink) =>
  Effect.gen(function* () {
    const stream = yield* link.bulk.receive(Number.MAX_SAFE_INTEGER)
    if (stream === undefined) throw new Error('no number is left')
    return stream
  })

const world = () => {
  const lan = makeLan({
    bytesPerSecond: BYTES_PER_SECOND,
    latencyMs: [ONE_WAY_MS, ONE_WAY_MS],
    // More than any window: only pacing keeps the queue short.
    bufferBytes: 64 * 1024 * 1024
  })
  const { near, far } = connect(lan)
  const shared = {
    after: (ms: number, work: () => void) => void lan.clock.schedule(work, ms),
    now: () => lan.clock.now
  }
  const delays: number[] = []
  const waiting = new Map<number, number>()
  const open = (stream: typeof near, onMessage: (link: FileLink, message: Message) => void) => {
    let link: FileLink | undefined
    const options = {
      stream,
      onMessage: (message: Message) => link !== undefined && onMessage(link, message),
      ...shared
    }
    const opening = Effect.tap(openFileLink(options), (made) => Effect.sync(() => (link = made)))
    lan.clock.fork(Effect.scoped(Effect.andThen(opening, Effect.never)))
    lan.clock.drain()
    if (link === undefined) throw new Error('no link')
    return link
  }
  const answer = (link: FileLink, message: Message): void => {
    if (message.type === 'ping') link.say({ type: 'pong', nonce: message.nonce })
    if (message.type === 'pong')
      delays.push(lan.clock.now - (waiting.get(message.nonce) ?? Number.NaN))
  }
  const sender = open(near, answer)
  const receiver = open(far, answer)
  let nonce = 0
  const ping = (from: FileLink): void => {
    nonce += 1
    waiting.set(nonce, lan.clock.now)
    from.say({ type: 'ping', nonce })
  }
  /** One more file on the way; what came of it so far. */
  const startFile = (): (() => number) => {
    let received = 0
    const file = Effect.gen(function* () {
      const incoming = yield* receiveForEver(receiver)
      sender.bulk.onFetch(incoming.stream, incoming.credit)
      const outgoing = yield* sender.bulk.sendOn(incoming.stream, () => undefined)
      if (outgoing === undefined) throw new Error('the stream is not open')
      yield* Effect.forkChild(sendForEver(outgoing))
      while (true) {
        for (const part of yield* incoming.take) {
          if (part._tag === 'Digest') continue
          received += part.bytes.length
          incoming.done(part.bytes.length)
        }
      }
    })
    lan.clock.fork(Effect.scoped(file))
    return () => received
  }
  const talk = (from: FileLink, forMs: number): void => {
    for (let at = 0; at < forMs; at += PINGS_EVERY_MS) {
      ping(from)
      lan.clock.advance(PINGS_EVERY_MS)
    }
  }
  return { lan, sender, receiver, delays, startFile, talk }
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * share) - 1] ?? Number.NaN

describe('beside a file that fills the line', () => {
  it('a message of its sender is answered within the round trip and 50 ms', () => {
    const { sender, receiver, delays, startFile, talk } = world()
    const received = startFile()
    talk(sender, 20_000)
    expect(delays.length).toBeGreaterThan(390)
    expect(percentile(delays, 0.99)).toBeLessThanOrEqual(CHAT_MS_MAX)
    expect(received()).toBeGreaterThan(0.9 * 20 * BYTES_PER_SECOND)
    expect([...sender.violations, ...receiver.violations]).toEqual([])
  })

  it('so is one of its receiver', () => {
    const { receiver, delays, startFile, talk } = world()
    startFile()
    talk(receiver, 20_000)
    expect(percentile(delays, 0.99)).toBeLessThanOrEqual(CHAT_MS_MAX)
  })

  it('four files share the line, and a message waits no longer', () => {
    const { sender, delays, startFile, talk } = world()
    const files = [startFile(), startFile(), startFile(), startFile()]
    talk(sender, 20_000)
    const received = files.map((file) => file())
    expect(Math.min(...received)).toBeGreaterThan(0.2 * 20 * BYTES_PER_SECOND)
    expect(Math.max(...received) - Math.min(...received)).toBeLessThan(4 * BULK_AHEAD_BYTES_MAX)
    expect(percentile(delays, 0.99)).toBeLessThanOrEqual(CHAT_MS_MAX)
  })

  it('no message at all waits as long as a heartbeat', () => {
    const { sender, delays, startFile, talk } = world()
    startFile()
    talk(sender, 20_000)
    expect(Math.max(...delays)).toBeLessThan(1_000)
  })
})
