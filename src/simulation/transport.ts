/** The Transport port of one simulated host. */
import * as Effect from 'effect/Effect'
import { DialError, ListenError } from '../domain/failures.ts'
import type { Transport } from '../services/transport.ts'
import { Dialling } from './dialling.ts'
import type { SimulatedNetwork } from './network.ts'
import type { NetworkHost } from './network-host.ts'
import { SimulatedPort } from './port.ts'
import { secureStream } from './secure.ts'
import { SimulatedStream } from './stream.ts'

/** What `Transport` is for a program that runs on this host, until the host is killed. */
export const makeSimulatedTransport = (
  network: SimulatedNetwork,
  host: NetworkHost
): Transport['Service'] => {
  const instance = host.instance
  /** What a killed program still tries while it is cleared up must not reach the network. */
  const whileAlive = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.suspend(() => (host.up && host.instance === instance ? effect : Effect.never))
  return {
    listen: (options) =>
      whileAlive(
        Effect.acquireRelease(
          Effect.suspend(() => {
            const opened = network.listen(host, options)
            return opened instanceof SimulatedPort
              ? Effect.succeed(opened)
              : Effect.fail(new ListenError({ reason: opened }))
          }),
          (port) => Effect.sync(() => port.closeNow())
        )
      ),
    dial: (target) =>
      whileAlive(
        Effect.acquireRelease(
          Effect.callback<SimulatedStream, DialError>((resume) => {
            const dialling = new Dialling(network, host, target, (outcome) =>
              resume(
                outcome instanceof SimulatedStream
                  ? Effect.succeed(outcome)
                  : Effect.fail(new DialError({ reason: outcome }))
              )
            )
            return Effect.sync(() => dialling.abort())
          }),
          (stream) => stream.close,
          { interruptible: true }
        )
      ),
    secure: (stream, options) => secureStream(host, stream, options)
  }
}
