/** The named parts of the connection machine: its actors, actions, guards and delays. */
import { assign, sendParent, setup } from 'xstate'
import type { ByeReason } from '../domain/failures.ts'
import * as limits from '../domain/limits.ts'
import { endingOf } from './connection.endings.ts'
import * as reports from './connection.reports.ts'
import type {
  ConnectionContext,
  ConnectionEvent,
  ConnectionInput,
  Dialled,
  Secured
} from './connection.types.ts'
import { effectPort, sourcePort, workPort } from './ports.ts'

export const parts = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput
  },
  actors: {
    keeper: sourcePort<{ readonly id: string }>('keeper'),
    dialer: workPort<Dialled, Pick<ConnectionContext, 'id' | 'target' | 'expect'>>('dialer'),
    securer: workPort<Secured, Pick<ConnectionContext, 'id' | 'role' | 'expect'>>('securer'),
    farewell: workPort<void, { readonly id: string; readonly bye: ByeReason | undefined }>(
      'farewell'
    )
  },
  actions: {
    takeStream: effectPort,
    sendHello: effectPort,
    sendAuth: effectPort,
    sendAuthOk: effectPort,
    sendReady: effectPort,
    sendSelect: effectPort,
    sendDup: effectPort,
    sendPing: effectPort,
    openSession: effectPort,
    noteRemote: assign(({ event }) =>
      event.type === 'stream.accepted' ? { role: 'acceptor' as const, remote: event.remote } : {}
    ),
    noteDialled: assign((_, done: Dialled) => ({ remote: done.remote, expect: done.pinned })),
    noteSecured: assign((_, done: Secured) => ({ ...done })),
    noteHello: assign(({ event }) => (event.type === 'peer.hello' ? { hello: event.hello } : {})),
    noteReady: assign(({ event }) => (event.type === 'peer.ready' ? { ready: event.ready } : {})),
    forgetTarget: assign({
      target: undefined,
      expect: undefined,
      role: 'acceptor' as const,
      reason: undefined,
      bye: undefined
    }),
    countMissed: assign({ missedHeartbeats: ({ context }) => context.missedHeartbeats + 1 }),
    clearMissed: assign({ missedHeartbeats: 0 }),
    end: assign(({ context, event }) => endingOf(context, event)),
    endAsDuplicate: assign({ reason: { _tag: 'Duplicate' as const }, bye: undefined }),
    reportFellBack: sendParent(reports.fellBack),
    reportKnocked: sendParent(reports.knocked),
    reportAuthenticated: sendParent(reports.authenticated),
    reportOffered: sendParent(reports.offered),
    reportOpened: sendParent(reports.opened),
    reportSuspect: sendParent(reports.suspect),
    reportRecovered: sendParent(reports.recovered),
    reportAnswered: sendParent(reports.answered),
    reportClosed: sendParent(reports.closed),
    reportOver: sendParent(reports.over)
  },
  guards: {
    hasTarget: ({ context }) => context.target !== undefined,
    mayListen: ({ context }) => context.mayListen,
    isDialer: ({ context }) => context.role === 'dialer',
    isDecider: ({ context }) => context.peerId !== undefined && context.ourId < context.peerId,
    isSelectedPeerTurn: ({ context }) =>
      context.peerId !== undefined && context.ourId > context.peerId,
    speaksOurVersion: ({ event }) =>
      event.type === 'peer.hello' && event.hello.version !== undefined,
    mayMissMore: ({ context }) => context.missedHeartbeats + 1 < limits.SUSPECT_AFTER_INTERVALS
  },
  delays: {
    greetingDeadline: limits.GREETING_TIMEOUT_MS_MAX,
    authDeadline: limits.GREETING_TIMEOUT_MS_MAX,
    consentDeadline: limits.CONSENT_TIMEOUT_MS_MAX,
    answerDeadline: limits.CONSENT_TIMEOUT_MS_MAX + limits.GREETING_TIMEOUT_MS_MAX,
    settleDeadline: limits.SETTLE_TIMEOUT_MS_MAX,
    duplicateDeadline: limits.SETTLE_TIMEOUT_MS_MAX,
    heartbeat: ({ context }) => context.heartbeatMs,
    silence: ({ context }) => context.heartbeatMs * limits.SILENT_AFTER_INTERVALS
  }
})
