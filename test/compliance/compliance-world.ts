/** What the compliance suite needs of a provider, and the steps that its cases share. */
import { expect } from '@effect/vitest'
import type * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import type * as Scope from 'effect/Scope'
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

/** Bytes that tell their position, so that a lost, doubled or swapped one shows. */
export const pattern = (from: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, at) => {
    const position = from + at
    return (position ^ (position >>> 8) ^ (position >>> 16)) & 0xff
  })

export const readAll = (stream: ByteStream): Effect.Effect<Buffer, unknown> =>
  Effect.gen(function* () {
    const chunks: Uint8Array[] = []
    for (let chunk = yield* stream.read; chunk !== undefined; chunk = yield* stream.read) {
      expect(chunk.length).toBeGreaterThan(0)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  })

/** Reads until the stream ends in whichever way, and says which. */
export const readOut = (stream: ByteStream): Effect.Effect<'end' | 'error'> =>
  readAll(stream).pipe(
    Effect.as('end' as const),
    Effect.catch(() => Effect.succeed('error' as const))
  )

export interface Pair {
  readonly dialed: ByteStream
  readonly accepted: ByteStream
}

export const listenAt = (world: ComplianceWorld) =>
  world.b.transport.listen({ host: world.host, port: 0 })

export const dialTo = (world: ComplianceWorld, listener: Listener) =>
  world.a.transport.dial({ host: world.host, port: listener.address.port })

export const barePair = (world: ComplianceWorld): Effect.Effect<Pair, unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const listener = yield* listenAt(world)
    const [dialed, accepted] = yield* Effect.all([dialTo(world, listener), listener.accept], {
      concurrency: 'unbounded'
    })
    return { dialed, accepted }
  })

export const securedPair = (
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

export const secureFailure = (
  secured: Effect.Effect<SecuredLink, { readonly reason: SecureFailure }, Scope.Scope>
): Effect.Effect<SecureFailure | undefined, never, Scope.Scope> =>
  secured.pipe(
    Effect.as(undefined),
    Effect.catch((error) => Effect.succeed(error.reason))
  )
