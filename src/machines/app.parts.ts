/** The named parts of the app machine: its children, actions, guards and delays. */
import { setup, stopChild } from 'xstate'
import type { EarshotEvent } from '../domain/events.ts'
import { FAREWELL_TIMEOUT_MS_MAX, KNOCKS_MAX, LAST_WORDS_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import type { ByeReason } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import * as rules from './app.rules.ts'
import {
  type AppContext,
  type AppEvent,
  type AppInput,
  type ConnectionRow,
  isWrongPeer,
  LINK_ORDERS,
  type Outcome
} from './app.types.ts'
import { connectionMachine } from './connection.machine.ts'
import type { ConnectionEvent, ConnectionInput, LinkFacts } from './connection.types.ts'
import { effectPort, sourcePort } from './ports.ts'
import { sessionMachine } from './session.machine.ts'
import type { SessionEvent, SessionInput } from './session.types.ts'

const sessionName = (peerId: PeerId) => `session-${peerId}`

const row = (
  id: string,
  input: ConnectionInput,
  dial?: Pick<rules.DialRequest, 'asked' | 'call' | 'redialFor'>
): ConnectionRow => ({
  id,
  role: input.target === undefined ? 'acceptor' : 'dialer',
  state: input.target === undefined ? 'listening' : 'working',
  peerId: undefined,
  asked: dial?.asked ?? false,
  call: dial?.call,
  redialFor: dial?.redialFor
})

const connectionInput = (
  context: AppContext,
  id: string,
  dial: Partial<Pick<ConnectionInput, 'target' | 'expect' | 'mayListen'>>
): ConnectionInput => ({
  id,
  ourId: context.ourId,
  instance: context.instance,
  heartbeatMs: context.heartbeatMs,
  target: dial.target,
  expect: dial.expect,
  mayListen: dial.mayListen ?? false
})

const sessionInput = (
  context: AppContext,
  { peerId, nickname, trust }: Pick<LinkFacts, 'peerId' | 'nickname' | 'trust'>
): SessionInput => ({
  peerId,
  ourId: context.ourId,
  nickname,
  trust,
  reconnectAttempts: context.reconnectAttempts,
  reconnectDelayMs: context.reconnectDelayMs
})

const denial = (why: ByeReason): ConnectionEvent => ({ type: 'auth.denied', why })

const withRow = (
  rows: readonly ConnectionRow[],
  id: string,
  change: Partial<ConnectionRow>
): readonly ConnectionRow[] => rows.map((one) => (one.id === id ? { ...one, ...change } : one))

const base = setup({
  types: {
    context: {} as AppContext,
    events: {} as AppEvent,
    input: {} as AppInput,
    output: {} as Outcome
  },
  actors: {
    connection: connectionMachine,
    session: sessionMachine,
    acceptor: sourcePort<AppInput['listen']>('acceptor'),
    clockWatcher: sourcePort<null>('clockWatcher')
  }
})

export const parts = base.extend({
  actions: {
    /** Provided by runtime/: hands a fact to everybody who watches. */
    tell: (_, _event: EarshotEvent | undefined) => undefined,
    /** Provided by runtime/: writes a peer that is here, and where we found it, into the peer book. */
    rememberPeer: effectPort,
    noteListening: base.assign(({ event }) =>
      event.type === 'acceptor.opened' ? { listening: event.address } : {}
    ),
    spawnWaiting: base.enqueueActions(({ context, enqueue }) => {
      if (context.connections.some((one) => one.state === 'listening')) return
      const id = `connection-${context.links + 1}`
      const input = connectionInput(context, id, {})
      enqueue.spawnChild('connection', { id, input })
      enqueue.assign({
        links: context.links + 1,
        connections: [...context.connections, row(id, input)]
      })
    }),
    dialTarget: base.enqueueActions(({ context, event, enqueue }) => {
      const dial = rules.dialOf(context, event)
      if (dial === undefined) return
      const id = `connection-${context.links + 1}`
      const input = connectionInput(context, id, dial)
      enqueue.spawnChild('connection', { id, input })
      enqueue.assign({
        links: context.links + 1,
        connections: [...context.connections, row(id, input, dial)]
      })
    }),
    handOver: base.enqueueActions(({ context, event, enqueue }) => {
      const waiting = context.connections.find((one) => one.state === 'listening')
      if (event.type !== 'acceptor.accepted' || waiting === undefined) return
      enqueue.sendTo(waiting.id, {
        type: 'stream.accepted',
        stream: event.stream,
        remote: event.remote
      } satisfies ConnectionEvent)
      enqueue.assign({
        connections: withRow(context.connections, waiting.id, { state: 'working' })
      })
    }),
    /** A dial that failed waits in place of the connection that waited so far. */
    stopSpare: base.enqueueActions(({ context, enqueue }) => {
      const spare = context.connections.find((one) => one.state === 'listening')
      if (spare === undefined) return
      enqueue.assign({ connections: withRow(context.connections, spare.id, { state: 'closed' }) })
      enqueue.sendTo(spare.id, { type: 'app.stop', why: 'quit' } satisfies ConnectionEvent)
    }),
    hangUp: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'user.hang-up') return
      for (const link of rules.unanswered(context, event.call)) {
        enqueue.sendTo(link, { type: 'app.stop', why: 'quit' } satisfies ConnectionEvent)
      }
    }),
    noteFellBack: base.assign(({ context, event }) =>
      event.type === 'connection.fell-back'
        ? {
            connections: withRow(context.connections, event.link, {
              state: 'listening',
              role: 'acceptor'
            })
          }
        : {}
    ),
    noteKnock: base.assign(({ context, event }) =>
      event.type === 'connection.knocked'
        ? {
            connections: withRow(context.connections, event.link, {
              state: 'knocking',
              peerId: event.peerId
            })
          }
        : {}
    ),
    grant: base.enqueueActions(({ context, event, enqueue }) => {
      const peerId = rules.judgedPeer(event)
      const links = rules.judgedLinks(context, event)
      enqueue.assign({
        connections: context.connections.map((one) =>
          links.includes(one.id) ? { ...one, state: 'granted', peerId } : one
        )
      })
      for (const link of links) {
        enqueue.sendTo(link, { type: 'auth.granted' } satisfies ConnectionEvent)
      }
    }),
    denyUnwelcome: base.enqueueActions(({ context, event, enqueue }) => {
      for (const link of rules.judgedLinks(context, event)) enqueue.sendTo(link, denial('denied'))
    }),
    denyBusy: base.enqueueActions(({ context, event, enqueue }) => {
      for (const link of rules.judgedLinks(context, event)) enqueue.sendTo(link, denial('busy'))
    }),
    meet: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'connection.authenticated') return
      const facts = { ...event.facts, ...rules.callOf(context, event.facts.link) }
      const id = sessionName(facts.peerId)
      if (!context.sessions.some((one) => one.peerId === facts.peerId)) {
        if (!context.prepared.includes(facts.peerId))
          enqueue.spawnChild('session', { id, input: sessionInput(context, facts) })
        enqueue.assign({
          prepared: context.prepared.filter((peerId) => peerId !== facts.peerId),
          sessions: [
            ...context.sessions,
            { peerId: facts.peerId, online: false, engaged: false, waiting: 0 }
          ],
          // What is typed before the link is open waits for it.
          focus: context.focus ?? facts.peerId
        })
      }
      enqueue.sendTo(id, { type: 'link.authenticated', facts } satisfies SessionEvent)
    }),
    /** It waits: nobody is dialled, and the peer is no more let in than it was. */
    prepareSession: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'transfer.announced' || rules.hasSession(context, event.peerId)) return
      const id = sessionName(event.peerId)
      enqueue.spawnChild('session', { id, input: sessionInput(context, event) })
      enqueue.assign({ prepared: [...context.prepared, event.peerId] })
    }),
    passToSession: base.enqueueActions(({ context, event, enqueue }) => {
      for (const passed of rules.forSession(context, event)) {
        enqueue.sendTo(sessionName(passed.peerId), passed.event)
      }
    }),
    passToLink: base.enqueueActions(({ context, event, enqueue }) => {
      if (!('link' in event) || !(event.type in LINK_ORDERS)) return
      if (!context.connections.some((one) => one.id === event.link)) return
      const type = LINK_ORDERS[event.type as keyof typeof LINK_ORDERS]
      enqueue.sendTo(event.link, { type } satisfies ConnectionEvent)
    }),
    passToAllLinks: base.enqueueActions(({ context, enqueue }) => {
      for (const { id } of context.connections) {
        enqueue.sendTo(id, { type: 'clock.jumped' } satisfies ConnectionEvent)
      }
    }),
    noteOpened: base.assign(({ context, event }) =>
      event.type === 'connection.opened'
        ? { connections: withRow(context.connections, event.link, { state: 'open' }) }
        : {}
    ),
    /** What is left of it is its goodbye: it is nobody to let in or to count any more. */
    noteClosed: base.assign(({ context, event }) =>
      event.type === 'connection.closed'
        ? { connections: withRow(context.connections, event.link, { state: 'closed' }) }
        : {}
    ),
    noteSession: base.assign(({ context, event }) => rules.sessionChange(context, event)),
    noteTransfers: base.assign(({ context, event }) =>
      event.type === 'transfers.waiting'
        ? { transfers: { ...context.transfers, [event.peerId]: event.waiting } }
        : {}
    ),
    focus: base.assign(({ event }) => (event.type === 'user.focus' ? { focus: event.peerId } : {})),
    retire: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'connection.over') return
      enqueue(stopChild(event.link))
      enqueue.assign({
        connections: context.connections.filter((one) => one.id !== event.link)
      })
    }),
    noteInputEnded: base.assign({ inputEnded: true }),
    noteEnd: base.assign(({ context, event }) => rules.endingOf(context, event)),
    stopAll: base.enqueueActions(({ context, enqueue }) => {
      for (const peerId of rules.peersWithSession(context)) {
        enqueue.sendTo(sessionName(peerId), { type: 'session.end' } satisfies SessionEvent)
      }
      for (const { id } of context.connections) {
        enqueue.sendTo(id, { type: 'app.stop', why: 'quit' } satisfies ConnectionEvent)
      }
    })
  },
  guards: {
    listenIsVital: ({ context }) => context.target === undefined || context.listen.required,
    mustDeny: ({ context, event }) => rules.verdictOf(context, event) === 'deny',
    mayGrant: ({ context, event }) => rules.verdictOf(context, event) === 'grant',
    tooManyKnocks: ({ context }) =>
      context.connections.filter((one) => one.state === 'knocking').length >= KNOCKS_MAX,
    isKnocking: ({ context, event }) => rules.judgedLinks(context, event).length > 0,
    knocksAlready: ({ context, event }) =>
      event.type === 'connection.knocked' && rules.knocksOf(context, event.peerId).length > 0,
    isWrongPeer: ({ context, event }) =>
      event.type === 'connection.closed' &&
      rules.isFirstDial(context, event) &&
      context.sessions.length === 0 &&
      isWrongPeer(event.reason),
    firstDialIsVital: ({ context, event }) =>
      event.type === 'connection.closed' &&
      rules.isFirstDial(context, event) &&
      !context.attended &&
      !context.mayFallBack,
    isUsersDial: ({ context, event }) => rules.isUsersDial(context, event),
    isHereAlready: ({ context, event }) => rules.isHereAlready(context, event),
    isStranger: ({ context, event }) => rules.isStranger(context, event),
    conversationOver: ({ context, event }) => rules.isConversationOver(context, event),
    peerGaveUp: ({ context }) => !context.attended,
    allDelivered: ({ context }) => rules.isAllDelivered(context),
    allOver: ({ context }) => context.connections.length === 0
  },
  delays: { leaveDeadline: LAST_WORDS_TIMEOUT_MS_MAX + FAREWELL_TIMEOUT_MS_MAX + 1_000 }
})
