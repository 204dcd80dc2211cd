/**
 * The open port: every accepted stream is either parked for a connection to take or dropped at once,
 * so that strangers can neither fill memory nor keep a friend out for long.
 */
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { formatEndpoint } from '../domain/endpoint.ts'
import type { EarshotEvent } from '../domain/events.ts'
import { ListenError } from '../domain/failures.ts'
import {
  ACCEPT_BURST_MAX,
  ACCEPTS_PER_SECOND_MAX,
  HANDSHAKES_MAX,
  HANDSHAKES_PER_SOURCE_MAX,
  LINKS_MAX
} from '../domain/limits.ts'
import type { AppEvent, AppInput } from '../machines/app.types.ts'
import { type ByteStream, Transport } from '../services/transport.ts'
import { type Links, sourceOf } from './links.ts'

/** How often a flood is told at most. */
const FLOOD_REPORT_MS = 10_000

export interface AcceptorWorld {
  readonly links: Links
  readonly emit: (events: readonly EarshotEvent[]) => void
  /** Addresses of this machine. */
  readonly reachable: readonly string[]
}

interface Bucket {
  tokens: number
  at: number
}

/** A token bucket: ACCEPTS_PER_SECOND_MAX a second, ACCEPT_BURST_MAX at once. */
const takeToken = (bucket: Bucket, now: number): boolean => {
  const earned = ((now - bucket.at) / 1000) * ACCEPTS_PER_SECOND_MAX
  bucket.tokens = Math.min(ACCEPT_BURST_MAX, bucket.tokens + Math.max(0, earned))
  bucket.at = now
  if (bucket.tokens < 1) return false
  bucket.tokens -= 1
  return true
}

const hasRoom = (links: Links, stream: ByteStream): boolean =>
  links.count() < LINKS_MAX &&
  links.handshakes() < HANDSHAKES_MAX &&
  links.handshakes(sourceOf(stream.remote.host)) < HANDSHAKES_PER_SOURCE_MAX

/** The port that the settings name, or any free one where that is taken and nobody insists on it. */
const open = Effect.fnUntraced(function* (listen: AppInput['listen']) {
  const transport = yield* Transport
  const wanted = transport.listen({ host: listen.host, port: listen.port })
  if (listen.required) return yield* wanted
  return yield* wanted.pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === 'PortInUse' || reason._tag === 'PortDenied',
      () => transport.listen({ host: listen.host, port: 0 })
    )
  )
})

export const acceptor =
  (world: AcceptorWorld) => (listen: AppInput['listen'], send: (event: AppEvent) => void) =>
    Effect.gen(function* () {
      const listener = yield* open(listen)
      const clock = yield* Clock.Clock
      const { address } = listener
      const { port } = address
      const reachable = world.reachable.map((host) => formatEndpoint({ host, port }))
      world.emit([{ type: 'listen.opened', address, reachable }])
      send({ type: 'acceptor.opened', address })
      const bucket: Bucket = { tokens: ACCEPT_BURST_MAX, at: 0 }
      let dropped = 0
      let floodSince = Number.NEGATIVE_INFINITY
      while (true) {
        const stream = yield* listener.accept
        const now = Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)
        if (takeToken(bucket, now) && hasRoom(world.links, stream)) {
          const { remote } = stream
          send({ type: 'acceptor.accepted', stream: world.links.park(stream), remote })
          continue
        }
        yield* stream.close
        dropped += 1
        if (now - floodSince > FLOOD_REPORT_MS) {
          world.emit([{ type: 'link.flood', dropped, sinceMs: FLOOD_REPORT_MS }])
          floodSince = now
          dropped = 0
        }
      }
    }).pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          const failure =
            error instanceof ListenError
              ? error.reason
              : ({ _tag: 'ListenFailed', port: listen.port, code: error.code } as const)
          send({ type: 'acceptor.failed', failure })
        })
      ),
      Effect.scoped
    )
