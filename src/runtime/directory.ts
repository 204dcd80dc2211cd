/** Who is here: peers as `/info`, `/peers` and `--json` show them, and whom a typed name means. */
import type { PeerDetails } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import { confusableKey } from '../domain/nicknames.ts'
import { type PeerId, shortPeerId } from '../domain/peer-id.ts'
import type { AppContext } from '../machines/app.types.ts'
import type { LinkFacts } from '../machines/connection.types.ts'
import type { SessionContext } from '../machines/session.types.ts'
import type { Acquaintances } from './acquaintances.ts'
import type { Conversations } from './conversations.ts'
import type { Links } from './links.ts'

export interface DirectoryWorld {
  readonly app: () => AppContext
  readonly session: (peerId: PeerId) => SessionContext | undefined
  readonly links: Links
  readonly conversations: Conversations
  /** The peers that we know, and their names. */
  readonly acquaintances: () => Pick<Acquaintances, 'ids' | 'nameOf'>
}

const stateOf = (session: SessionContext): PeerDetails['state'] =>
  session.active === undefined ? 'offline' : session.suspect ? 'suspect' : 'online'

const knockDetails = (id: PeerId): PeerDetails => ({
  id,
  state: 'knocking',
  trust: 'tofu',
  focused: false,
  bytesIn: 0,
  bytesOut: 0,
  messagesIn: 0,
  messagesOut: 0,
  waiting: 0
})

export class Directory {
  readonly #world: DirectoryWorld

  constructor(world: DirectoryWorld) {
    this.#world = world
  }

  readonly refOf = (peerId: PeerId): PeerRef => {
    const session = this.#world.session(peerId)
    const nickname =
      session === undefined ? this.#world.acquaintances().nameOf(peerId) : session.nickname
    return nickname === undefined ? { id: peerId } : { id: peerId, nickname }
  }

  readonly details = (): readonly PeerDetails[] => [
    ...this.#world.app().sessions.flatMap(({ peerId }) => this.#detailsOf(peerId) ?? []),
    ...this.knocking().map(knockDetails)
  ]

  /** Each once, though a peer knocks by two links where it and we dial each other. */
  readonly knocking = (): readonly PeerId[] => {
    const rows = this.#world.app().connections.filter(({ state }) => state === 'knocking')
    return [...new Set(rows.flatMap(({ peerId }) => peerId ?? []))]
  }

  /** The peers that a text may mean: a nickname, a short id, or a whole id. */
  readonly matching = (who: string): readonly PeerId[] => {
    const wanted = confusableKey(who)
    const compact = who.replaceAll(/[\s-]/g, '').toLowerCase()
    const sessions = this.#world.app().sessions.map(({ peerId }) => peerId)
    const known = this.#world.acquaintances().ids()
    return [...new Set([...sessions, ...this.knocking(), ...known])].filter((peerId) => {
      const { nickname } = this.refOf(peerId)
      if (peerId === compact || shortPeerId(peerId) === compact) return true
      return nickname !== undefined && confusableKey(nickname) === wanted
    })
  }

  #detailsOf(peerId: PeerId): PeerDetails | undefined {
    const session = this.#world.session(peerId)
    if (session === undefined) return undefined
    const conversation = this.#world.conversations.find(peerId)
    return {
      ...this.refOf(peerId),
      state: stateOf(session),
      trust: session.trust ?? 'tofu',
      focused: this.#world.app().focus === peerId,
      ...this.#onLink(session.active),
      messagesIn: conversation?.counts.messagesIn ?? 0,
      messagesOut: conversation?.counts.messagesOut ?? 0,
      waiting: conversation?.waiting() ?? 0
    }
  }

  #onLink(facts: LinkFacts | undefined) {
    if (facts === undefined) return { bytesIn: 0, bytesOut: 0 }
    const link = this.#world.links.get(facts.link)
    return {
      address: facts.remote,
      direction: facts.role === 'dialer' ? ('outgoing' as const) : ('incoming' as const),
      cipher: facts.cipher,
      protocolVersion: facts.version,
      bytesIn: link?.bytesIn ?? 0,
      bytesOut: link?.writer?.bytesOut() ?? 0,
      ...(link?.rttMs === undefined ? {} : { rttMs: link.rttMs }),
      ...(link?.openedAt === undefined ? {} : { connectedAt: link.openedAt })
    }
  }
}
