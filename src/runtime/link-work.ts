/**
 * The work that a connection machine invokes: to dial, to secure, to part. Each works on the link of the
 * connection's id (runtime/links.ts), in the scope that the connection's keeper closes.
 */
import * as Effect from 'effect/Effect'
import * as Scope from 'effect/Scope'
import { type ByeReason, type Endpoint, SecureError } from '../domain/failures.ts'
import { FAREWELL_TIMEOUT_MS_MAX, LAST_WORDS_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { PROTOCOL_VERSIONS } from '../domain/protocol-versions.ts'
import type { Dialled, Role, Secured } from '../machines/connection.types.ts'
import { PeerBook } from '../services/peer-book.ts'
import { Transport } from '../services/transport.ts'
import type { Conversations } from './conversations.ts'
import type { Links } from './links.ts'
import { makeWriter } from './outbound.ts'
import type { TransferPlane } from './transfers/plane.ts'
import type { Wire } from './wire.ts'

/** Dials the target; the peer to which its address is pinned is the one that must answer. */
const dialLink = (links: Links) =>
  Effect.fnUntraced(function* (input: {
    readonly id: string
    readonly target: Endpoint | undefined
    readonly expect: PeerId | undefined
  }) {
    const link = links.get(input.id)
    if (link === undefined || input.target === undefined) return yield* Effect.interrupt
    const pinned = yield* (yield* PeerBook).pinnedTo(input.target)
    const dialled = (yield* Transport).dial(input.target)
    const stream = yield* Scope.provide(dialled, link.scope)
    link.raw = stream
    link.role = 'dialer'
    return { remote: stream.remote, pinned: input.expect ?? pinned?.id } satisfies Dialled
  })

/** TLS and the gate; then the writer. Nothing is read before the machine sends HELLO. */
const secureLink = ({ links, conversations, transfers }: LinkWorkWorld) =>
  Effect.fnUntraced(function* (input: {
    readonly id: string
    readonly role: Role
    readonly expect: PeerId | undefined
  }) {
    const link = links.get(input.id)
    if (link?.raw === undefined)
      return yield* new SecureError({ reason: { _tag: 'StreamLost', code: 'ECONNABORTED' } })
    const options = { role: input.role, expect: input.expect }
    const securing = (yield* Transport).secure(link.raw, options)
    const secured = yield* Scope.provide(securing, link.scope)
    link.secured = secured
    link.writer = yield* Scope.provide(makeWriter(secured), link.scope)
    const known = yield* (yield* PeerBook).find(secured.peerId)
    yield* conversations
      .open(secured.peerId)
      .pipe(
        Effect.mapError(
          ({ reason: failure }) =>
            new SecureError({ reason: { _tag: 'LedgerUnreadable', failure } })
        )
      )
    // A link that opens tells all transfers of earlier runs.
    yield* transfers.whenRestored
    link.digests = yield* transfers.world.digests.names
    return { peerId: secured.peerId, cipher: secured.cipher, trust: known?.trust } satisfies Secured
  })

/** BYE, everything that was queued before it, our half close; then the other end's, for a while. */
const partFrom = (links: Links, wire: Pick<Wire, 'say'>) =>
  Effect.fnUntraced(function* (input: {
    readonly id: string
    readonly bye: ByeReason | undefined
  }) {
    const link = links.get(input.id)
    // Of what was just said the user is to know whether it arrived.
    if (input.bye === 'quit')
      yield* Effect.andThen(
        link?.conversation?.settled ?? Effect.void,
        link?.transfers?.desk.settled ?? Effect.void
      ).pipe(Effect.timeoutOption(LAST_WORDS_TIMEOUT_MS_MAX))
    if (link?.writer !== undefined) link.conversation?.detach(link.writer)
    link?.transfers?.desk.detach(link.transfers.link)
    // Nothing of a file comes behind BYE.
    link?.writer?.feed(undefined)
    if (link?.secured === undefined || link.writer === undefined) return
    if (input.bye === undefined) return
    const versions = input.bye === 'version' ? PROTOCOL_VERSIONS : undefined
    wire.say(input.id, { type: 'bye', reason: input.bye, versions })
    yield* link.writer.flush.pipe(
      Effect.andThen(link.secured.end),
      Effect.andThen(link.ended.await),
      Effect.timeoutOption(FAREWELL_TIMEOUT_MS_MAX),
      Effect.ignore
    )
  })

export interface LinkWorkWorld {
  readonly links: Links
  readonly conversations: Pick<Conversations, 'open'>
  readonly transfers: Pick<TransferPlane, 'whenRestored' | 'world'>
  readonly wire: Pick<Wire, 'say'>
}

export type LinkWork = ReturnType<typeof makeLinkWork>

export const makeLinkWork = (world: LinkWorkWorld) => ({
  dial: dialLink(world.links),
  secure: secureLink(world),
  part: partFrom(world.links, world.wire)
})
