/** The live transport as a compliance world: two identities in temporary directories, loopback. */
import { createServer } from 'node:net'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { TlsCredentials, layer as identityLayer } from '../../src/adapters/node-identity.ts'
import {
  type TcpTransportOptions,
  layer as transportLayer
} from '../../src/adapters/tcp-transport.ts'
import type { Endpoint } from '../../src/domain/failures.ts'
import { Transport } from '../../src/services/transport.ts'
import { temporaryDirectory } from '../unit/adapters/temporary-directory.ts'
import type { ComplianceEnd, ComplianceProvider, ComplianceWorld } from './compliance-world.ts'

export interface TcpEnd extends ComplianceEnd {
  readonly credentials: TlsCredentials['Service']
}

/** One live transport with an identity of its own. */
export const tcpEnd = (options: TcpTransportOptions = {}): Effect.Effect<TcpEnd, unknown, Scope> =>
  Effect.gen(function* () {
    const directory = yield* temporaryDirectory
    const identity = identityLayer({ directory, profile: 'default' })
    const services = yield* Layer.build(Layer.provideMerge(transportLayer(options), identity))
    const credentials = Context.get(services, TlsCredentials)
    return { transport: Context.get(services, Transport), peerId: credentials.peerId, credentials }
  })

/** An address at which something listened a moment ago. */
const refusedEndpoint: Effect.Effect<Endpoint> = Effect.callback((resume) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed({ host: '127.0.0.1', port })))
  })
})

const world: Effect.Effect<ComplianceWorld, unknown, Scope> = Effect.gen(function* () {
  const a = yield* tcpEnd()
  const b = yield* tcpEnd()
  return { a, b, host: '127.0.0.1', refused: yield* refusedEndpoint }
})

export const tcpProvider: ComplianceProvider = {
  name: 'TCP with TLS',
  run: (scenario) => Effect.runPromise(Effect.scoped(Effect.flatMap(world, scenario)))
}
