/**
 * What every transport must do, as one suite over a provider: adapters/tcp and simulation/ run the
 * same. Nothing here waits for a time to pass; a broken promise shows as a wrong value or as a
 * test that never ends.
 *
 * Each case of the first block runs twice: over a bare stream and over a secured link.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Scope from 'effect/Scope'
import type { PeerId } from '../../src/domain/peer-id.ts'
import {
  type ComplianceProvider,
  barePair,
  dialTo,
  listenAt,
  pattern,
  readAll,
  readOut,
  secureFailure,
  securedPair
} from './compliance-world.ts'
import { streamCases } from './stream-compliance.ts'

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
