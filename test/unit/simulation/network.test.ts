/**
 * Goal: the virtual network takes its time, and every fault does what it says and nothing else.
 * Method: two hosts with a steady 10 ms between them; each test inflicts one fault and looks at what
 * both ends see, and when.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { StreamError } from '../../../src/domain/failures.ts'
import type { ByteStream } from '../../../src/services/transport.ts'
import { B_ADDRESS, bytesOf, connect, finish, type Lan, makeLan, PORT, textOf } from './lan.ts'

const codeOf = (effect: Effect.Effect<unknown, StreamError>) =>
  Effect.map(Effect.flip(effect), ({ code }) => code)

const dialFrom = (lan: Lan, host: string, port = PORT) =>
  lan.a.transport.dial({ host, port }).pipe(
    Effect.map((stream) => stream.remote.host),
    Effect.mapError(({ reason }) => reason),
    Effect.flip,
    Effect.map((reason) => ({ reason, atMs: lan.clock.now })),
    Effect.scoped
  )

const onlyLink = (lan: Lan) => {
  const [link] = lan.network.links()
  if (link === undefined) throw new Error('no link')
  return link
}

/** Starts reading; `got` tells what came: texts, `end`, or the code of a failure. */
const collect = (lan: Lan, stream: ByteStream): { readonly got: string[] } => {
  const got: string[] = []
  const loop: Effect.Effect<void, StreamError> = Effect.flatMap(stream.read, (bytes) => {
    got.push(textOf(bytes) ?? 'end')
    return bytes === undefined ? Effect.void : loop
  })
  lan.clock.fork(loop.pipe(Effect.catch(({ code }) => Effect.sync(() => got.push(code)))))
  return { got }
}

/** Writes 1 KiB at a time until stopped by backpressure or a failure. @returns bytes accepted so far. */
const flood = (lan: Lan, stream: ByteStream): (() => number) => {
  let written = 0
  const write = Effect.andThen(
    stream.write(new Uint8Array(1024)),
    Effect.sync(() => {
      written += 1024
    })
  )
  lan.clock.fork(Effect.ignore(Effect.forever(write)))
  return () => written
}

describe('time and room', () => {
  it('delivers after the latency, in order', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const seen = collect(lan, far)
    const sentAt = lan.clock.now
    finish(lan, Effect.andThen(near.write(bytesOf('one')), near.write(bytesOf('two'))))
    expect(lan.clock.now).toBe(sentAt)
    lan.clock.advance(9.5)
    expect(seen.got).toEqual([])
    lan.clock.advance(1)
    expect(seen.got).toEqual(['one', 'two'])
  })

  it('keeps to the bandwidth of the path', () => {
    const lan = makeLan({ bytesPerSecond: 1_000 })
    const { near, far } = connect(lan)
    const seen = collect(lan, far)
    finish(lan, Effect.andThen(near.write(new Uint8Array(500)), near.write(bytesOf('last'))))
    lan.clock.advance(509)
    expect(seen.got).toHaveLength(0)
    lan.clock.advance(2)
    expect(seen.got).toHaveLength(1)
    lan.clock.advance(10)
    expect(seen.got[1]).toBe('last')
  })

  it('stops a writer whose reader does not read, at the buffer, and lets it go on', () => {
    const lan = makeLan({ bufferBytes: 16 * 1024 })
    const { near, far } = connect(lan)
    const written = flood(lan, near)
    lan.clock.advance(60_000)
    expect(written()).toBe(16 * 1024)
    collect(lan, far)
    lan.clock.advance(1_000)
    expect(written()).toBeGreaterThan(100 * 1024)
  })

  it('cuts and joins bytes by the dice, the same for one seed', () => {
    const pieces = (seed: string): string[] => {
      const lan = makeLan({ fragments: true, latencyMs: [1, 20] }, seed)
      const { near, far } = connect(lan)
      const seen = collect(lan, far)
      for (const text of ['one fine day', 'two', 'three']) finish(lan, near.write(bytesOf(text)))
      lan.clock.advance(100)
      return seen.got
    }
    const seeds = Array.from({ length: 20 }, (_, at) => `s${at}`)
    for (const seed of seeds) expect(pieces(seed).join('')).toBe('one fine daytwothree')
    expect(pieces('s1')).toEqual(pieces('s1'))
    expect(new Set(seeds.map((seed) => pieces(seed).join('|'))).size).toBeGreaterThan(10)
  })

  it('copies what it is given: the writer may use its buffer again', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const buffer = bytesOf('first')
    finish(lan, near.write(buffer))
    buffer.fill(0)
    expect(textOf(finish(lan, far.read))).toBe('first')
  })
})

describe('faults of a link', () => {
  it('cut: both ends see a reset at once, after what had arrived', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    finish(lan, near.write(bytesOf('arrived')))
    lan.clock.advance(10)
    finish(lan, near.write(bytesOf('lost')))
    lan.network.cut(onlyLink(lan))
    expect(textOf(finish(lan, far.read))).toBe('arrived')
    expect(finish(lan, codeOf(far.read))).toBe('ECONNRESET')
    expect(finish(lan, codeOf(near.read))).toBe('ECONNRESET')
    expect(finish(lan, codeOf(near.write(bytesOf('x'))))).toBe('ECONNRESET')
  })

  it('blackhole: bytes vanish unseen, writes succeed until the buffer is full, healing delivers', () => {
    const lan = makeLan({ bufferBytes: 8 * 1024 })
    const { near, far } = connect(lan)
    const seen = collect(lan, far)
    lan.network.blackholeLink(onlyLink(lan))
    const written = flood(lan, near)
    lan.clock.advance(3_600_000)
    expect(seen.got).toEqual([])
    expect(written()).toBe(8 * 1024)
    lan.network.healLink(onlyLink(lan))
    lan.clock.advance(1_000)
    expect(seen.got.join('').length).toBeGreaterThan(8 * 1024)
  })

  it('blackhole: what was on its way is lost as well, and comes once when healed', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const seen = collect(lan, far)
    finish(lan, near.write(bytesOf('under way')))
    lan.clock.advance(5)
    lan.network.blackhole(lan.a.host, lan.b.host)
    lan.clock.advance(10_000)
    expect(seen.got).toEqual([])
    lan.network.heal(lan.a.host, lan.b.host)
    finish(lan, near.write(bytesOf('after')))
    lan.clock.advance(10_000)
    expect(seen.got.join('')).toBe('under wayafter')
  })

  it('blackhole one way: the other direction still flows', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const [atNear, atFar] = [collect(lan, near), collect(lan, far)]
    lan.network.blackholeOneWay(lan.a.host, lan.b.host)
    finish(lan, Effect.andThen(near.write(bytesOf('out')), far.write(bytesOf('in'))))
    lan.clock.advance(1_000)
    expect([atNear.got, atFar.got]).toEqual([['in'], []])
  })

  it('blackhole of one link leaves others alone', () => {
    const lan = makeLan()
    const first = connect(lan)
    lan.network.blackholeLink(onlyLink(lan))
    finish(lan, first.near.write(bytesOf('lost')))
    const dialled = lan.a.transport.dial({ host: B_ADDRESS, port: PORT })
    expect(finish(lan, Effect.scoped(Effect.map(dialled, ({ remote }) => remote.host)))).toBe(
      B_ADDRESS
    )
  })

  it('closing says the end; unread bytes or late ones reset the other end', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const seen = collect(lan, near)
    finish(lan, far.close)
    lan.clock.advance(10)
    expect(seen.got).toEqual(['end'])
    finish(lan, near.write(bytesOf('too late')))
    lan.clock.advance(20)
    expect(finish(lan, codeOf(near.write(bytesOf('x'))))).toBe('ECONNRESET')

    const other = makeLan()
    const pair = connect(other)
    finish(other, pair.near.write(bytesOf('unread')))
    other.clock.advance(10)
    finish(other, pair.far.close)
    expect(finish(other, codeOf(pair.near.read))).toBe('ECONNRESET')
  })

  it('forgets a link when both ends are closed', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    finish(lan, near.close)
    expect(lan.network.links()).toHaveLength(1)
    finish(lan, far.close)
    expect(lan.network.links()).toHaveLength(0)
    lan.clock.advance(1_000)
    expect(lan.clock.pending).toBe(0)
    expect(lan.told).toEqual(['open #1 a>b:7000', 'end #1'])
  })
})

describe('faults of a host', () => {
  it('vanish: the other end notices nothing until the restarted host gets its bytes', () => {
    const lan = makeLan()
    const { near } = connect(lan)
    const seen = collect(lan, near)
    lan.network.vanish(lan.b.host)
    finish(lan, near.write(bytesOf('anybody?')))
    lan.clock.advance(3_600_000)
    expect(seen.got).toEqual([])
    lan.network.revive(lan.b.host)
    lan.clock.advance(1_000)
    expect(seen.got).toEqual(['ECONNRESET'])
  })

  it('vanish: an idle other end learns nothing from the restart either, only by writing', () => {
    const lan = makeLan()
    const { near } = connect(lan)
    const seen = collect(lan, near)
    lan.network.vanish(lan.b.host)
    lan.network.revive(lan.b.host)
    lan.clock.advance(3_600_000)
    expect(seen.got).toEqual([])
    finish(lan, near.write(bytesOf('x')))
    lan.clock.advance(20)
    expect(seen.got).toEqual(['ECONNRESET'])
  })

  it('vanish: what the host had sent before still arrives, what it did not say stays unsaid', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const seen = collect(lan, near)
    finish(lan, far.write(bytesOf('last words')))
    lan.clock.advance(10)
    lan.network.vanish(lan.b.host)
    finish(lan, Effect.andThen(far.write(bytesOf('ghost')), far.close))
    lan.clock.advance(1_000)
    expect(seen.got).toEqual(['last words'])
  })

  it('partition: nothing passes between the groups until all is healed', () => {
    const lan = makeLan()
    const { near, far } = connect(lan)
    const seen = collect(lan, far)
    lan.network.partition([[lan.a.host], [lan.b.host]])
    finish(lan, near.write(bytesOf('x')))
    lan.clock.advance(60_000)
    expect(seen.got).toEqual([])
    lan.network.healAll()
    lan.clock.advance(1_000)
    expect(seen.got).toEqual(['x'])
  })
})

describe('dialling', () => {
  it('is refused after a round trip where nothing listens, or a firewall says so', () => {
    const lan = makeLan()
    const target = { host: B_ADDRESS, port: 7001 }
    const refused = { _tag: 'ConnectionRefused', target }
    expect(finish(lan, dialFrom(lan, B_ADDRESS, 7001))).toEqual({ reason: refused, atMs: 25 })
    lan.clock.fork(
      Effect.scoped(
        Effect.andThen(lan.b.transport.listen({ host: undefined, port: 7001 }), Effect.never)
      )
    )
    lan.b.host.isRefusing = true
    expect(finish(lan, dialFrom(lan, B_ADDRESS, 7001)).reason).toEqual(refused)
  })

  it('times out where packets vanish', () => {
    const lan = makeLan()
    lan.network.vanish(lan.b.host)
    const target = { host: B_ADDRESS, port: PORT }
    expect(finish(lan, dialFrom(lan, B_ADDRESS))).toEqual({
      reason: { _tag: 'DialTimeout', target, afterMs: 10_000 },
      atMs: 10_000
    })
  })

  it('finds names, and says when there is none, or no such neighbour', () => {
    const lan = makeLan()
    lan.network.addName('bob.example', [B_ADDRESS])
    expect(finish(lan, dialFrom(lan, 'BOB.example')).reason._tag).toBe('ConnectionRefused')
    expect(finish(lan, dialFrom(lan, 'nobody.example')).reason._tag).toBe('HostNotFound')
    expect(finish(lan, dialFrom(lan, '10.9.9.9')).reason).toMatchObject({
      _tag: 'HostUnreachable',
      code: 'EHOSTUNREACH'
    })
  })

  it('tries the next address beside a silent one, and at once after a refusal', () => {
    const lan = makeLan()
    connect(lan)
    const silent = lan.network.addHost('silent', ['10.0.0.3'])
    lan.network.vanish(silent)
    lan.network.addHost('refusing', ['10.0.0.4'])
    const took = (name: string, addresses: readonly string[]): number => {
      lan.network.addName(name, addresses)
      const before = lan.clock.now
      finish(lan, Effect.scoped(lan.a.transport.dial({ host: name, port: PORT })))
      return lan.clock.now - before
    }
    expect(took('x', ['10.0.0.3', B_ADDRESS])).toBeCloseTo(5 + 250 + 20)
    expect(took('y', ['10.0.0.4', B_ADDRESS])).toBeCloseTo(5 + 20 + 20)
  })

  it('leaves no timer and no link behind when it is given up', () => {
    const lan = makeLan()
    lan.clock.fork(
      Effect.scoped(
        Effect.andThen(lan.b.transport.listen({ host: undefined, port: PORT }), Effect.never)
      )
    )
    const dial = Effect.scoped(lan.a.transport.dial({ host: B_ADDRESS, port: PORT }))
    finish(lan, Effect.timeoutOption(dial, 18))
    lan.clock.advance(1_000)
    expect(lan.clock.pending).toBe(0)
    const [link] = lan.network.links()
    expect(link?.dialler.isOver).toBe(true)
    expect(finish(lan, link?.acceptor.read ?? Effect.die('no link'))).toBeUndefined()
  })

  it('reaches a port of the loopback from its own host only', () => {
    const lan = makeLan()
    const listening = lan.a.transport.listen({ host: '127.0.0.1', port: PORT })
    lan.clock.fork(Effect.scoped(Effect.andThen(listening, Effect.never)))
    const inside = lan.a.transport.dial({ host: 'localhost', port: PORT })
    expect(finish(lan, Effect.scoped(Effect.map(inside, ({ local }) => local.host)))).toBe(
      '127.0.0.1'
    )
    const outside = lan.b.transport.dial({ host: '10.0.0.1', port: PORT })
    const failure = finish(lan, Effect.scoped(Effect.flip(outside)))
    expect(failure.reason._tag).toBe('ConnectionRefused')
  })
})

describe('ports', () => {
  const failureOf = (lan: Lan, host: string | undefined, port: number) =>
    finish(
      lan,
      Effect.scoped(
        Effect.map(Effect.flip(lan.b.transport.listen({ host, port })), (e) => e.reason)
      )
    )

  it('are refused as a system does', () => {
    const lan = makeLan()
    connect(lan)
    expect(failureOf(lan, undefined, PORT)).toEqual({ _tag: 'PortInUse', port: PORT, free: 7001 })
    expect(failureOf(lan, undefined, 80)).toEqual({ _tag: 'PortDenied', port: 80, free: 8080 })
    expect(failureOf(lan, '10.0.0.1', 7001)).toEqual({
      _tag: 'AddressUnavailable',
      host: '10.0.0.1',
      port: 7001
    })
  })

  it('that nobody accepts from drop what is beyond their queue', () => {
    const lan = makeLan()
    lan.clock.fork(
      Effect.scoped(
        Effect.andThen(lan.b.transport.listen({ host: undefined, port: PORT }), Effect.never)
      )
    )
    const dial = lan.a.transport.dial({ host: B_ADDRESS, port: PORT })
    const held = Effect.flatMap(dial, (stream) => collectEnd(stream))
    let ended = 0
    const collectEnd = (stream: ByteStream) =>
      Effect.map(Effect.exit(stream.read), () => {
        ended++
      })
    for (let count = 0; count < 70; count++) lan.clock.fork(Effect.scoped(held))
    lan.clock.advance(1_000)
    expect(ended).toBe(6)
  })
})
