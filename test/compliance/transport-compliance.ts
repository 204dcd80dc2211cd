/**
 * What every transport must do, as one suite over a provider: adapters/tcp and simulation/ run the
 * same. Nothing here waits for a time to pass; a broken promise shows as a wrong value or as a
 * test that never ends.
 *
 * Each case of the first block runs twice: over a bare stream and over a secured link.
 */
import { describe, expect, it } from '@effect/vitest'
import type * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Scope from 'effect/Scope'
import type { Endpoint, SecureFailure } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import type { ByteStream, Listener, SecuredLink, Transport } from '../../src/services/transport.ts'

type TransportPort = Context.Service.Shape<typeof Transport>

export interface ComplianceEnd {
  readonly transport: TransportPort
  readonly peerId: PeerId
}

/** Two machines that reach each other, and what surrounds them. */
export interface ComplianceWorld {
  readonly a: ComplianceEnd
  readonly b: ComplianceEnd
  /** Where b listens: any free port of this host is fine (`port: 0`). */
  readonly host: string
  /** An address at which nothing listens. */
  readonly refused: Endpoint
}

export interface ComplianceProvider {
  readonly name: string
  /** Runs one scenario in a fresh world, with the clock that belongs to it, to its end. */
  readonly run: (
    scenario: (world: ComplianceWorld) => Effect.Effect<void, unknown, Scope.Scope>
  ) => Promise<void>
}

const CHUNK_BYTES = 64 * 1024
const LARGE_BYTES = 8 * 1024 * 1024
/** More than any chain of socket buffers holds. */
const FLOOD_BYTES = 48 * 1024 * 1024
/** Reads before which a slow reader pauses, and for how long. */
const SLOW_READS = 50
const SLOW_READ_PAUSE_MS = 5
/** What may be under way between a writer and a reader: our queues and the system's buffers. */
const UNDER_WAY_BYTES_MAX = 24 * 1024 * 1024

/** Bytes that tell their position, so that a lost, doubled or swapped one shows. */
const pattern = (from: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, at) => {
    const position = from + at
    return (position ^ (position >>> 8) ^ (position >>> 16)) & 0xff
  })

const readAll = (stream: ByteStream): Effect.Effect<Buffer, unknown> =>
  Effect.gen(function* () {
    const chunks: Uint8Array[] = []
    for (let chunk = yield* stream.read; chunk !== undefined; chunk = yield* stream.read) {
      expect(chunk.length).toBeGreaterThan(0)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  })

/** Reads until the stream ends in whichever way, and says which. */
const readOut = (stream: ByteStream): Effect.Effect<'end' | 'error'> =>
  readAll(stream).pipe(
    Effect.as('end' as const),
    Effect.catch(() => Effect.succeed('error' as const))
  )

interface Pair {
  readonly dialed: ByteStream
  readonly accepted: ByteStream
}

const listenAt = (world: ComplianceWorld) => world.b.transport.listen({ host: world.host, port: 0 })

const dialTo = (world: ComplianceWorld, listener: Listener) =>
  world.a.transport.dial({ host: world.host, port: listener.address.port })

const barePair = (world: ComplianceWorld): Effect.Effect<Pair, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const listener = yield* listenAt(world)
    const [dialed, accepted] = yield* Effect.all([dialTo(world, listener), listener.accept], {
      concurrency: 'unbounded'
    })
    return { dialed, accepted }
  })

const securedPair = (
  world: ComplianceWorld
): Effect.Effect<{ dialed: SecuredLink; accepted: SecuredLink }, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const bare = yield* barePair(world)
    const [dialed, accepted] = yield* Effect.all(
      [
        world.a.transport.secure(bare.dialed, { role: 'dialer', expect: world.b.peerId }),
        world.b.transport.secure(bare.accepted, { role: 'acceptor', expect: undefined })
      ],
      { concurrency: 'unbounded' }
    )
    return { dialed, accepted }
  })

const secureFailure = (
  secured: Effect.Effect<SecuredLink, { readonly reason: SecureFailure }, Scope.Scope>
): Effect.Effect<SecureFailure | undefined, never, Scope.Scope> =>
  secured.pipe(
    Effect.as(undefined),
    Effect.catch((error) => Effect.succeed(error.reason))
  )

type MakePair = (world: ComplianceWorld) => Effect.Effect<Pair, unknown, Scope.Scope>

const streamCases = (provider: ComplianceProvider, kind: string, make: MakePair): void => {
  const over = (
    title: string,
    scenario: (pair: Pair, world: ComplianceWorld) => Effect.Effect<void, unknown, Scope.Scope>
  ): void => {
    it(`${kind}: ${title}`, () =>
      provider.run((world) => Effect.flatMap(make(world), (pair) => scenario(pair, world))))
  }

  over('a large write arrives whole', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      const sent = pattern(0, LARGE_BYTES)
      const reading = yield* Effect.forkChild(readAll(accepted))
      yield* dialed.write(sent)
      yield* dialed.end
      const got = yield* Fiber.join(reading)
      expect(got.equals(sent)).toBe(true)
    })
  )

  over('many small writes arrive in order', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      const reading = yield* Effect.forkChild(readAll(dialed))
      for (let at = 0; at < 3000; at += 3) yield* accepted.write(pattern(at, 3))
      yield* accepted.end
      expect((yield* Fiber.join(reading)).equals(pattern(0, 3000))).toBe(true)
    })
  )

  over('bytes written before the half close and read late are all there', (pair) =>
    Effect.gen(function* () {
      yield* Effect.forkChild(
        Effect.andThen(pair.dialed.write(pattern(0, 300_000)), pair.dialed.end)
      )
      yield* pair.accepted.end
      expect(yield* pair.dialed.read).toBe(undefined)
      expect((yield* readAll(pair.accepted)).equals(pattern(0, 300_000))).toBe(true)
    })
  )

  over('after a half close data still flows the other way', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.write(pattern(0, 10))
      yield* dialed.end
      expect((yield* readAll(accepted)).length).toBe(10)
      yield* accepted.write(pattern(0, 500_000))
      yield* accepted.end
      expect((yield* readAll(dialed)).equals(pattern(0, 500_000))).toBe(true)
    })
  )

  over('the end is read again and again', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.end
      expect(yield* accepted.read).toBe(undefined)
      expect(yield* accepted.read).toBe(undefined)
      yield* accepted.write(pattern(0, 5))
      expect(yield* accepted.read).toBe(undefined)
    })
  )

  over('a half close twice is one', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.end
      yield* dialed.end
      expect(yield* accepted.read).toBe(undefined)
      expect((yield* Effect.exit(dialed.write(pattern(0, 1))))._tag).toBe('Failure')
    })
  )

  over('a peer that vanishes ends the reader and the writer', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      yield* dialed.write(pattern(0, 100))
      expect((yield* accepted.read)?.length).toBeGreaterThan(0)
      const reading = yield* Effect.forkChild(readOut(accepted))
      yield* dialed.close
      expect(['end', 'error']).toContain(yield* Fiber.join(reading))
      const writing = Effect.forever(accepted.write(pattern(0, CHUNK_BYTES)))
      expect((yield* Effect.exit(writing))._tag).toBe('Failure')
    })
  )

  over('close is idempotent and frees our own reader and writer', ({ dialed }) =>
    Effect.gen(function* () {
      const reading = yield* Effect.forkChild(Effect.exit(dialed.read))
      yield* Effect.yieldNow
      yield* dialed.close
      yield* dialed.close
      expect((yield* Fiber.join(reading))._tag).toBe('Failure')
      expect((yield* Effect.exit(dialed.read))._tag).toBe('Failure')
      expect((yield* Effect.exit(dialed.write(pattern(0, 1))))._tag).toBe('Failure')
      expect((yield* Effect.exit(dialed.end))._tag).toBe('Failure')
    })
  )

  over('an interrupted read loses nothing', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      const abandoned = yield* Effect.forkChild(accepted.read)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(abandoned)
      yield* dialed.write(pattern(0, 1000))
      yield* dialed.end
      expect((yield* readAll(accepted)).equals(pattern(0, 1000))).toBe(true)
    })
  )

  over('a slow reader stops the writer', ({ dialed, accepted }) =>
    Effect.gen(function* () {
      let written = 0
      const chunk = pattern(0, CHUNK_BYTES)
      yield* Effect.forkChild(
        Effect.gen(function* () {
          while (written < FLOOD_BYTES) {
            yield* dialed.write(chunk)
            written += CHUNK_BYTES
          }
          yield* dialed.end
        })
      )
      let read = 0
      let reads = 0
      for (let got = yield* accepted.read; got !== undefined; got = yield* accepted.read) {
        read += got.length
        // A reader is slow by the clock: a writer that nobody stops is through in these pauses.
        if (reads++ < SLOW_READS) yield* Effect.sleep(SLOW_READ_PAUSE_MS)
        expect(written - read).toBeLessThan(UNDER_WAY_BYTES_MAX)
      }
      expect(read).toBe(FLOOD_BYTES)
    })
  )
}

const openingCases = (provider: ComplianceProvider): void => {
  it('a dial to where nothing listens is refused', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const refusal = yield* Effect.flip(world.a.transport.dial(world.refused))
        expect(refusal.reason).toEqual({ _tag: 'ConnectionRefused', target: world.refused })
      })
    ))

  it('a dial that is given up leaves no stream behind', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const listener = yield* listenAt(world)
        const dialing = yield* Effect.forkChild(Effect.scoped(dialTo(world, listener)))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(dialing)
        const next = yield* dialTo(world, listener)
        yield* next.write(pattern(0, 7))
        yield* next.end
        // The abandoned one may have been accepted; then it ends without a byte.
        const first = yield* readAll(yield* listener.accept).pipe(
          Effect.catch(() => Effect.succeed(Buffer.alloc(0)))
        )
        const got = first.length > 0 ? first : yield* readAll(yield* listener.accept)
        expect(got.length).toBe(7)
      })
    ))

  it('both ends name the same two addresses', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const { dialed, accepted } = yield* barePair(world)
        expect(dialed.remote).toEqual(accepted.local)
        expect(accepted.remote).toEqual(dialed.local)
        expect(dialed.remote.host).toBe(world.host)
      })
    ))

  it('a port that is taken is named as such', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const { address } = yield* listenAt(world)
        const second = world.b.transport.listen({ host: world.host, port: address.port })
        const failure = yield* Effect.flip(second)
        expect(failure.reason).toMatchObject({ _tag: 'PortInUse', port: address.port })
      })
    ))

  it("the end of the listener's scope closes what it accepted, and frees the port", () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const listener = yield* Scope.provide(listenAt(world), scope)
        const dialed = yield* dialTo(world, listener)
        const accepted = yield* listener.accept
        const waiting = yield* Effect.forkChild(Effect.exit(listener.accept))
        yield* Effect.yieldNow
        yield* Scope.close(scope, Exit.void)
        expect((yield* Fiber.join(waiting))._tag).toBe('Failure')
        expect((yield* Effect.exit(accepted.read))._tag).toBe('Failure')
        expect(['end', 'error']).toContain(yield* readOut(dialed))
        const { port } = listener.address
        expect((yield* world.b.transport.listen({ host: world.host, port })).address.port).toBe(
          port
        )
      })
    ))

  it('a stream closes with the scope that dialled it', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const listener = yield* listenAt(world)
        yield* Effect.scoped(dialTo(world, listener))
        expect(['end', 'error']).toContain(yield* readOut(yield* listener.accept))
      })
    ))
}

const securingCases = (provider: ComplianceProvider): void => {
  it('both ends of a secured link know each other and derive the same secret', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const { dialed, accepted } = yield* securedPair(world)
        expect(dialed.peerId).toBe(world.b.peerId)
        expect(accepted.peerId).toBe(world.a.peerId)
        expect(dialed.exporter.length).toBe(32)
        expect(Buffer.from(dialed.exporter).equals(accepted.exporter)).toBe(true)
        expect(dialed.cipher).not.toBe('')
        expect(dialed.remote).toEqual(accepted.local)
      })
    ))

  it('each link has a secret of its own', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const one = yield* securedPair(world)
        const other = yield* securedPair(world)
        expect(Buffer.from(one.dialed.exporter).equals(other.dialed.exporter)).toBe(false)
      })
    ))

  it('another key than the expected one is refused, and the stream closed', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const { dialed, accepted } = yield* barePair(world)
        const accepting = yield* Effect.forkChild(
          world.b.transport.secure(accepted, { role: 'acceptor', expect: undefined }).pipe(
            Effect.flatMap(readOut),
            Effect.catch(() => Effect.succeed('refused' as const))
          )
        )
        const expected = world.a.peerId.replace(/.{8}$/, 'aaaaaaaa') as PeerId
        const failure = yield* secureFailure(
          world.a.transport.secure(dialed, { role: 'dialer', expect: expected })
        )
        expect(failure).toEqual({ _tag: 'IdentityChanged', expected, actual: world.b.peerId })
        expect((yield* Effect.exit(dialed.write(pattern(0, 1))))._tag).toBe('Failure')
        expect(['end', 'error', 'refused']).toContain(yield* Fiber.join(accepting))
      })
    ))

  it('dialling oneself is recognised', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const listener = yield* listenAt(world)
        const [dialed, accepted] = yield* Effect.all(
          [
            world.b.transport.dial({ host: world.host, port: listener.address.port }),
            listener.accept
          ],
          { concurrency: 'unbounded' }
        )
        const accepting = yield* Effect.forkChild(
          secureFailure(world.b.transport.secure(accepted, { role: 'acceptor', expect: undefined }))
        )
        const failure = yield* secureFailure(
          world.b.transport.secure(dialed, { role: 'dialer', expect: undefined })
        )
        expect(failure).toEqual({ _tag: 'DialledSelf' })
        expect(yield* Fiber.join(accepting)).toBeDefined()
      })
    ))

  it('a peer that goes before it is secured is a lost stream', () =>
    provider.run((world) =>
      Effect.gen(function* () {
        const { dialed, accepted } = yield* barePair(world)
        yield* dialed.close
        const failure = yield* secureFailure(
          world.b.transport.secure(accepted, { role: 'acceptor', expect: undefined })
        )
        expect(failure?._tag).toBe('StreamLost')
      })
    ))
}

/** Registers the suite for one provider. */
export const transportCompliance = (provider: ComplianceProvider): void => {
  describe(`${provider.name} keeps the promises of a transport`, () => {
    streamCases(provider, 'stream', barePair)
    streamCases(provider, 'link', securedPair)
    openingCases(provider)
    securingCases(provider)
  })
}
