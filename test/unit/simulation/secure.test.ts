/**
 * Goal: securing a simulated stream takes the time, and fails in the ways, of the real thing.
 * Method: one end secures; the other secures too, says something else, or nothing.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { ByteStream } from '../../../src/services/transport.ts'
import { bytesOf, connect, finish, type Lan, type LanEnd, makeLan, textOf } from './lan.ts'

const secure = (end: LanEnd, stream: ByteStream, role: 'dialer' | 'acceptor') =>
  end.transport.secure(stream, { role, expect: undefined })

const failureOf = (lan: Lan, end: LanEnd, stream: ByteStream) =>
  finish(
    lan,
    Effect.scoped(Effect.map(Effect.flip(secure(end, stream, 'acceptor')), (e) => e.reason))
  )

describe('securing', () => {
  it('takes the dialler one round trip, the acceptor one and a half', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const start = lan.clock.now
    const times: Record<string, number> = {}
    const note = (who: string) =>
      Effect.sync(() => {
        times[who] = lan.clock.now - start
      })
    const ready = (end: LanEnd, stream: ByteStream, role: 'dialer' | 'acceptor') =>
      Effect.tap(secure(end, stream, role), note(role))
    lan.clock.fork(Effect.scoped(Effect.andThen(ready(lan.a, near, 'dialer'), Effect.never)))
    lan.clock.fork(Effect.scoped(Effect.andThen(ready(lan.b, far, 'acceptor'), Effect.never)))
    lan.clock.advance(1_000)
    expect(times['dialer']).toBeCloseTo(20)
    expect(times['acceptor']).toBeCloseTo(30)
  })

  it('keeps what came right behind the greeting', () => {
    const lan = makeLan({ fragments: true, latencyMs: [1, 5] })
    const { near, far } = connect(lan)
    const talk = Effect.gen(function* () {
      const link = yield* secure(lan.a, near, 'dialer')
      yield* link.write(bytesOf('hello'))
      yield* link.end
      return yield* Effect.never
    })
    lan.clock.fork(Effect.scoped(talk))
    const got = finish(
      lan,
      Effect.scoped(
        Effect.gen(function* () {
          const link = yield* secure(lan.b, far, 'acceptor')
          let text = ''
          for (let piece = yield* link.read; piece !== undefined; piece = yield* link.read)
            text += textOf(piece)
          return text
        })
      )
    )
    expect(got).toBe('hello')
  })

  for (const [says, looksLike] of [
    ['GET / HTTP/1.1\r\n\r\n', 'http'],
    ['SSH-2.0-x\r\n', 'ssh'],
    ['hello?\n', 'plain-text'],
    ['\x16\x03\x01\x02', 'tls'],
    ['\x00\x01\x02', 'unknown']
  ] as const)
    it(`names a stranger that speaks ${looksLike}, and hangs up`, () => {
      const lan = makeLan({ fragments: true })
      const { near, far } = connect(lan)
      finish(lan, near.write(bytesOf(says)))
      lan.clock.advance(100)
      expect(failureOf(lan, lan.b, far)).toMatchObject({ _tag: 'NotEarshot' })
      expect(finish(lan, Effect.exit(far.write(bytesOf('x'))))._tag).toBe('Failure')

      const whole = makeLan()
      const pair = connect(whole)
      finish(whole, pair.near.write(bytesOf(says)))
      expect(failureOf(whole, whole.b, pair.far)).toEqual({ _tag: 'NotEarshot', looksLike })
    })

  it('gives up on one who says nothing', () => {
    const lan = makeLan()
    const { far } = connect(lan)
    expect(failureOf(lan, lan.b, far)).toEqual({ _tag: 'SecureTimeout', afterMs: 10_000 })
  })

  it('is lost with the stream', () => {
    const lan = makeLan()
    const { far } = connect(lan)
    const [link] = lan.network.links()
    if (link !== undefined) lan.network.cut(link)
    expect(failureOf(lan, lan.b, far)).toEqual({ _tag: 'StreamLost', code: 'ECONNRESET' })
  })
})
