/** The Transport over TCP and TLS 1.3. */
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import {
  DIAL_TIMEOUT_MS_MAX,
  READ_AHEAD_BYTES_MAX,
  SECURE_TIMEOUT_MS_MAX
} from '../domain/limits.ts'
import { Transport } from '../services/transport.ts'
import { TlsCredentials } from './node-identity.ts'
import { dialTcp } from './tcp-dial.ts'
import { listenTcp } from './tcp-listen.ts'
import { SocketStream } from './tcp-stream.ts'
import { secureTcp } from './tls-link.ts'

/** Deadlines and bounds; those of domain/limits.ts unless said otherwise. */
export interface TcpTransportOptions {
  readonly dialTimeoutMs?: number
  readonly secureTimeoutMs?: number
  /** Bytes of a secured link that are read ahead (`buffer_size`). */
  readonly readAheadBytes?: number
}

/** The live transport. `secure` takes only streams of this transport; another is a defect. */
export const layer = (
  options: TcpTransportOptions = {}
): Layer.Layer<Transport, never, TlsCredentials> =>
  Layer.effect(
    Transport,
    Effect.gen(function* () {
      const credentials = yield* TlsCredentials
      const dialTimeoutMs = options.dialTimeoutMs ?? DIAL_TIMEOUT_MS_MAX
      const timeoutMs = options.secureTimeoutMs ?? SECURE_TIMEOUT_MS_MAX
      const readAheadBytes = options.readAheadBytes ?? READ_AHEAD_BYTES_MAX
      return {
        listen: listenTcp,
        dial: (target) => dialTcp(target, dialTimeoutMs),
        secure: (stream, secureOptions) =>
          stream instanceof SocketStream
            ? secureTcp(stream, { ...secureOptions, timeoutMs, readAheadBytes }, credentials)
            : Effect.die(new TypeError('a stream of another transport'))
      }
    })
  )
