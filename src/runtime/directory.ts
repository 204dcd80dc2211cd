/** Who is here: peers as `/info`, `/peers` and `--json` show them, and whom a typed name means. */
import type { PeerDetails, PeerRef, Trust } from '../domain/events.ts'
import type { Endpoint } from '../domain/failures.ts'
import { confusableKey } from '../domain/nicknames.ts'
import { type PeerId, shortPeerId } from '../domain/peer-id.ts'
import type { AppContext } from '../machines/app.types.ts'
import type { LinkFacts } from '../machines/connection.types.ts'
import type { SessionContext } from '../machines/session.types.ts'
import type { Conversations } from './conversations.ts'
import type { Links } from './links.ts'

/** What the session actor of a peer knows. */
export interface SessionView {
  readonly peerId: PeerId
  readonly nickname: string | undefined
  readonly trust: Trust | undefined
  readonly active: LinkFacts | undefined
  readonly suspect: boolean
}

export interface DirectoryWorld {
  readonly app: () => AppContext
  readonly session: (peerId: PeerId) => SessionContext | undefined
  readonly links: Links
  readonly conversations: Conversations
}

export interface Directory {
  readonly refOf: (peerId: PeerId) => PeerRef
  readonly details: () => readonly PeerDetails[]
  /** The peers that a text may mean: a nickname, a short id, or a whole id. */
  readonly matching: (who: string) => readonly PeerId[]
  readonly knocking: () => readonly PeerId[]
}

const stateOf = (session: SessionContext): PeerDetails['state'] =>
  session.active === undefined ? 'offline' : session.suspect ? 'suspect' : 'online'

const directionOf = (facts: LinkFacts): PeerDetails['direction'] =>
  facts.role === 'dialer' ? 'outgoing' : 'incoming'

export const makeDirectory = ({
  app,
  session,
  links,
  conversations
}: DirectoryWorld): Directory => {
  const refOf = (peerId: PeerId): PeerRef => {
    const nickname = session(peerId)?.nickname
    return nickname === undefined ? { id: peerId } : { id: peerId, nickname }
  }

  const onLink = (facts: LinkFacts | undefined) => {
    if (facts === undefined) return { bytesIn: 0, bytesOut: 0 }
    const link = links.get(facts.link)
    const address: Endpoint = facts.remote
    return {
      address,
      direction: directionOf(facts) ?? ('incoming' as const),
      cipher: facts.cipher,
      protocolVersion: 1,
      bytesIn: link?.bytesIn ?? 0,
      bytesOut: link?.writer?.bytesOut() ?? 0,
      ...(link?.rttMs === undefined ? {} : { rttMs: link.rttMs }),
      ...(link?.openedAt === undefined ? {} : { connectedAt: link.openedAt })
    }
  }

  const detailsOf = (peerId: PeerId): PeerDetails | undefined => {
    const known = session(peerId)
    if (known === undefined) return undefined
    const conversation = conversations.find(peerId)
    return {
      ...refOf(peerId),
      state: stateOf(known),
      trust: known.trust ?? 'tofu',
      focused: app().focus === peerId,
      ...onLink(known.active),
      messagesIn: conversation?.counts.messagesIn ?? 0,
      messagesOut: conversation?.counts.messagesOut ?? 0,
      waiting: conversation?.waiting() ?? 0
    }
  }

  const knocking = (): readonly PeerId[] => {
    const rows = app().connections.filter(({ state }) => state === 'knocking')
    return [...new Set(rows.flatMap(({ peerId }) => peerId ?? []))]
  }

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

  return {
    refOf,
    knocking,
    details: () => [
      ...app().sessions.flatMap(({ peerId }) => detailsOf(peerId) ?? []),
      ...knocking().map(knockDetails)
    ],
    matching: (who) => {
      const wanted = confusableKey(who)
      const compact = who.replaceAll(/[\s-]/g, '').toLowerCase()
      const all = [...app().sessions.map(({ peerId }) => peerId), ...knocking()]
      return all.filter((peerId) => {
        const { nickname } = refOf(peerId)
        if (peerId === compact || shortPeerId(peerId) === compact) return true
        return nickname !== undefined && confusableKey(nickname) === wanted
      })
    }
  }
}
