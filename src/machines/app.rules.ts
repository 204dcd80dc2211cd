/** The app's decisions, as pure functions of its context and an event. */
import type { CloseReason, Endpoint } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { AppContext, AppEvent, ConnectionRow, SessionRow } from './app.types.ts'
import type { SessionEvent } from './session.types.ts'

export interface DialRequest {
  readonly target: Endpoint
  readonly expect: PeerId | undefined
  readonly mayListen: boolean
  /** true: the user asked for it in the conversation. */
  readonly asked: boolean
  readonly call?: string | undefined
  readonly redialFor?: PeerId
}

/** The dial that an event asks for: the first one, one by command, or a session's next attempt. */
export const dialOf = (context: AppContext, event: AppEvent): DialRequest | undefined => {
  switch (event.type) {
    case 'session.dials':
      return {
        target: event.target,
        expect: event.peerId,
        mayListen: false,
        asked: false,
        redialFor: event.peerId
      }
    case 'user.connect':
      return {
        target: event.target,
        expect: event.expect,
        mayListen: false,
        asked: true,
        call: event.call
      }
    default:
      return context.target === undefined
        ? undefined
        : {
            target: context.target,
            expect: context.expect,
            mayListen: context.mayFallBack,
            asked: false
          }
  }
}

/**
 * Who may talk (protocol plan §3). A stranger is let in unasked only where the policy says so and
 * nobody else is being talked to; a peer whose dial we made ourselves is what the user asked for.
 */
export const verdictOf = (context: AppContext, event: AppEvent): 'grant' | 'deny' | 'ask' => {
  if (event.type !== 'connection.knocked') return 'deny'
  const { peerId, role, trust } = event
  if (trust === 'blocked') return 'deny'
  if (context.expect !== undefined && context.expect !== peerId && role === 'acceptor')
    return 'deny'
  if (context.expect === peerId) return 'grant'
  if (trust !== undefined || isLetIn(context, peerId)) return 'grant'
  if (context.unknownPeers === 'deny') return 'deny'
  if (context.unknownPeers === 'ask') return context.attended ? 'ask' : 'deny'
  if (role === 'dialer') return 'grant'
  if (!isEngaged(context, peerId)) return 'grant'
  return context.attended ? 'ask' : 'deny'
}

/** It is here already, or on its way in by another link. */
const isLetIn = (context: AppContext, peerId: PeerId): boolean =>
  context.sessions.some((one) => one.peerId === peerId) ||
  context.connections.some((one) => one.state === 'granted' && one.peerId === peerId)

/** Somebody else is being talked to, or is on the way in. */
const isEngaged = (context: AppContext, peerId: PeerId): boolean =>
  context.sessions.some((one) => one.engaged) ||
  context.connections.some(
    (one) => (one.state === 'granted' || one.state === 'open') && one.peerId !== peerId
  )

export const judgedPeer = (event: AppEvent): PeerId | undefined =>
  'peerId' in event ? event.peerId : undefined

/** The links that a verdict is about: the one that knocks now, or all of the peer that the user names. */
export const judgedLinks = (context: AppContext, event: AppEvent): readonly string[] => {
  if (event.type === 'connection.knocked') return [event.link]
  if (event.type !== 'user.accept' && event.type !== 'user.decline') return []
  return knocksOf(context, event.peerId).map(({ id }) => id)
}

/** A peer knocks twice where it and we dial each other and both are asked about. */
export const knocksOf = (context: AppContext, peerId: PeerId): readonly ConnectionRow[] =>
  context.connections.filter((one) => one.state === 'knocking' && one.peerId === peerId)

/** An event, and the peer whose session it is for. */
interface Passed {
  readonly peerId: PeerId
  readonly event: SessionEvent
}

/** What a report means to the session of its peer, in order; nothing where there is no session. */
export const forSession = (context: AppContext, event: AppEvent): readonly Passed[] => {
  const passed = event.type === 'connection.closed' ? ofClosed(context, event) : translated(event)
  return passed.filter(({ peerId }) => hasSession(context, peerId))
}

/** Those that we met, and those whose transfers wait for them. */
export const peersWithSession = ({
  sessions,
  prepared
}: Pick<AppContext, 'sessions' | 'prepared'>): readonly PeerId[] => [
  ...sessions.map(({ peerId }) => peerId),
  ...prepared
]

export const hasSession = (context: AppContext, peerId: PeerId): boolean =>
  peersWithSession(context).includes(peerId)

const translated = (event: AppEvent): readonly Passed[] => {
  switch (event.type) {
    case 'connection.offered':
      return [{ peerId: event.peerId, event: { type: 'link.offered', link: event.link } }]
    case 'connection.opened':
      return [{ peerId: event.peerId, event: { type: 'link.opened', link: event.link } }]
    case 'connection.suspect': {
      const { peerId, link, silentMs } = event
      return [{ peerId, event: { type: 'link.suspect', link, silentMs } }]
    }
    case 'connection.recovered':
      return [{ peerId: event.peerId, event: { type: 'link.recovered', link: event.link } }]
    case 'connection.answered':
      return [{ peerId: event.peerId, event: { type: 'link.answered', link: event.link } }]
    case 'peer.renamed':
      return [{ peerId: event.peerId, event: { type: 'peer.renamed', nickname: event.nickname } }]
    case 'peer.trusted':
      return [{ peerId: event.peerId, event: { type: 'peer.trusted', trust: event.trust } }]
    case 'transfer.start':
      return [{ peerId: event.input.peerId, event }]
    case 'transfer.event': {
      const { peerId, id, event: told } = event
      return [{ peerId, event: { type: 'transfer.event', id, event: told } }]
    }
    default:
      return []
  }
}

/** A link of a known peer is gone; where it was a redial that never opened, that dial failed, too. */
const ofClosed = (
  context: AppContext,
  event: Extract<AppEvent, { type: 'connection.closed' }>
): readonly Passed[] => {
  const { link, peerId, reason } = event
  const row = context.connections.find((one) => one.id === link)
  const closed: readonly Passed[] =
    peerId === undefined ? [] : [{ peerId, event: { type: 'link.closed', link, reason } }]
  return row?.redialFor === undefined || row.state === 'open'
    ? closed
    : [...closed, { peerId: row.redialFor, event: { type: 'dial.failed', reason } }]
}

/** The dial that the program was started for. */
export const isFirstDial = (context: AppContext, event: AppEvent): boolean =>
  isUsersDial(context, event) &&
  event.type === 'connection.closed' &&
  event.target?.host === context.target?.host &&
  event.target?.port === context.target?.port

/** A dial that the user asked for, which never became a link. */
export const isUsersDial = (context: AppContext, event: AppEvent): boolean => {
  if (event.type !== 'connection.closed' || event.role !== 'dialer') return false
  // The peer called us at the same time, and that link lives: the user sees one peer.
  if (event.reason._tag === 'Duplicate') return false
  const row = context.connections.find((one) => one.id === event.link)
  return row?.redialFor === undefined && row?.state !== 'open'
}

/** The user asked to dial a peer that is here by another link. */
export const isHereAlready = (context: AppContext, event: AppEvent): boolean =>
  event.type === 'connection.closed' &&
  event.reason._tag === 'Duplicate' &&
  context.connections.some((one) => one.id === event.link && one.asked)

/** The peer to whom the user wants to talk: the one that was named, or dialled although it is here. */
export const wantedFocus = (event: AppEvent): PeerId | undefined =>
  event.type === 'user.focus' || event.type === 'connection.closed' ? event.peerId : undefined

/** The name that its asker gave to the dial of a link, for the events that tell of it. */
export const callOf = (
  { connections }: Pick<AppContext, 'connections'>,
  link: string | undefined
): { readonly call?: string } => {
  const call = connections.find((one) => one.id === link)?.call
  return call === undefined ? {} : { call }
}

/** The links of a call that have not led to a peer yet. */
export const unanswered = (
  { connections }: Pick<AppContext, 'connections'>,
  call: string
): readonly string[] =>
  connections
    .filter((one) => one.call === call && one.state !== 'open' && one.state !== 'closed')
    .map(({ id }) => id)

/** Somebody who called us and was never let in. */
export const isStranger = (context: AppContext, event: AppEvent): boolean => {
  if (event.type !== 'connection.closed' || event.role !== 'acceptor') return false
  const row = context.connections.find((one) => one.id === event.link)
  return row?.state === 'working' || row?.state === 'knocking'
}

const withSession = (
  sessions: readonly SessionRow[],
  peerId: PeerId,
  change: Partial<SessionRow>
): readonly SessionRow[] =>
  sessions.map((one) => (one.peerId === peerId ? { ...one, ...change } : one))

/**
 * Typed text goes on to whom it went, unless that peer left and another one is here now. A peer that was
 * named and has not been here yet is waited for.
 */
export const focusOn = (context: AppContext, newcomer: PeerId): PeerId => {
  if (context.focus === undefined) return newcomer
  const session = context.sessions.find((one) => one.peerId === context.focus)
  return session === undefined || session.engaged ? context.focus : newcomer
}

export const sessionChange = (context: AppContext, event: AppEvent): Partial<AppContext> => {
  switch (event.type) {
    case 'session.online':
      return {
        sessions: withSession(context.sessions, event.peerId, { online: true, engaged: true }),
        focus: focusOn(context, event.peerId)
      }
    case 'session.offline': {
      const engaged = event.reason._tag !== 'Bye'
      return { sessions: withSession(context.sessions, event.peerId, { online: false, engaged }) }
    }
    case 'session.lost':
      return { sessions: withSession(context.sessions, event.peerId, { engaged: false }) }
    case 'delivery.waiting':
      return {
        sessions: withSession(context.sessions, event.peerId, { waiting: event.waiting })
      }
    default:
      return {}
  }
}

const waitingCount = (context: AppContext): number =>
  context.sessions.reduce((sum, one) => sum + one.waiting, 0)

/** Of the peers that we met: those that were not here keep what is theirs for another run. */
const transferCount = (context: AppContext): number =>
  context.sessions.reduce((sum, { peerId }) => sum + (context.transfers[peerId] ?? 0), 0)

const isNothingLeft = (context: AppContext): boolean =>
  waitingCount(context) === 0 && transferCount(context) === 0

/** Piped input was read to its end, and the peer has all of it: messages and files. */
export const isAllDelivered = (context: AppContext): boolean =>
  context.inputEnded && !context.stays && context.sessions.length > 0 && isNothingLeft(context)

/** Nobody attends this run, and the peer left or is lost. */
export const isConversationOver = (context: AppContext, event: AppEvent): boolean =>
  event.type === 'session.offline' &&
  event.reason._tag === 'Bye' &&
  !context.attended &&
  context.sessions.every((one) => !one.online || one.peerId === event.peerId)

const unreachable = (context: AppContext, reason: CloseReason): Partial<AppContext> => {
  const count = waitingCount(context)
  return {
    why: 'error',
    failure: count > 0 ? { _tag: 'Undelivered', count } : { _tag: 'PeerUnreachable', reason }
  }
}

/** How an event that ends the program is accounted for. */
export const endingOf = (context: AppContext, event: AppEvent): Partial<AppContext> => {
  switch (event.type) {
    case 'user.quit':
      return { why: 'quit' }
    case 'user.signal':
      return { why: 'signal' }
    case 'store.broken':
      return { why: 'error', failure: event.failure }
    case 'acceptor.failed':
      return { why: 'error', failure: { _tag: 'ListenImpossible', failure: event.failure } }
    case 'connection.closed':
    case 'session.lost':
      return unreachable(context, event.reason)
    case 'session.offline':
      return isNothingLeft(context) ? { why: 'peer-left' } : unreachable(context, event.reason)
    default:
      return { why: 'input-ended' }
  }
}
