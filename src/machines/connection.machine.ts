/**
 * The life of one link, from a dial or an accepted stream to its one reason to end.
 *
 * Who sends what: the app hands over accepted streams, judges who may talk, passes on what the
 * session decides among links to one peer, and stops; the wire and the link tell what arrived.
 * A connection reports to the app only.
 *
 * Invariants: `closed` is entered once, with one reason; nothing of the session flows outside
 * `connected` and `heartbeat-timeout`; the keeper's scope (socket, reader, writer) lives exactly as
 * long as this actor, which the app stops once it has reported `connection.over`.
 */
import { parts } from './connection.parts.ts'
import type { Sends } from './ports.ts'

/** Ends that may come in any state that has a link. */
const endings = {
  'peer.bye': { target: '#closed', actions: 'end' },
  'link.ended': { target: '#closed', actions: 'end' },
  'link.violated': { target: '#closed', actions: 'end' },
  'link.overflowed': { target: '#closed', actions: 'end' },
  'link.superseded': { target: '#closed', actions: 'end' },
  'link.elsewhere': { target: '#closed', actions: 'end' },
  'app.stop': { target: '#closed', actions: 'end' }
} as const

const handshake = parts.createStateConfig({
  initial: 'securing',
  on: { ...endings, 'auth.denied': { target: '#closed', actions: 'end' } },
  states: {
    securing: {
      invoke: {
        src: 'securer',
        input: ({ context }) => ({ id: context.id, role: context.role, expect: context.expect }),
        onDone: {
          target: 'greeting',
          actions: { type: 'noteSecured', params: ({ event }) => event.output }
        },
        onError: { target: '#closed', actions: 'end' }
      }
    },
    greeting: {
      entry: 'sendHello',
      after: { greetingDeadline: { target: '#closed', actions: 'end' } },
      on: {
        'peer.hello': [
          { guard: 'speaksOurVersion', target: 'authorizing', actions: 'noteHello' },
          { target: '#closed', actions: 'end' }
        ]
      }
    },
    authorizing: {
      initial: 'entering',
      states: {
        entering: {
          always: [{ guard: 'isDialer', target: 'judging' }, { target: 'awaitingAuth' }]
        },
        awaitingAuth: {
          after: { authDeadline: { target: '#closed', actions: 'end' } },
          on: { 'peer.auth': 'judging' }
        },
        judging: {
          entry: 'reportKnocked',
          after: { consentDeadline: { target: '#closed', actions: 'end' } },
          on: {
            'auth.granted': [
              { guard: 'isDialer', target: 'awaitingAnswer', actions: 'sendAuth' },
              { target: '#settling', actions: 'sendAuthOk' }
            ]
          }
        },
        awaitingAnswer: {
          after: { answerDeadline: { target: '#closed', actions: 'end' } },
          on: { 'peer.auth-ok': '#settling' }
        }
      }
    },
    settling: {
      id: 'settling',
      entry: 'sendReady',
      initial: 'awaitingReady',
      after: { settleDeadline: { target: '#closed', actions: 'end' } },
      states: {
        awaitingReady: {
          on: {
            'peer.ready': { target: 'choosing', actions: ['noteReady', 'reportAuthenticated'] }
          }
        },
        choosing: {
          on: {
            'link.selected': { guard: 'isDecider', target: 'confirming', actions: 'sendSelect' },
            'link.duplicated': { guard: 'isDecider', target: '#duplicate', actions: 'sendDup' },
            'peer.select': {
              guard: 'isSelectedPeerTurn',
              target: 'offered',
              actions: 'reportOffered'
            },
            'peer.dup': { guard: 'isSelectedPeerTurn', target: '#closed', actions: 'end' }
          }
        },
        // The peer chose this link. Our session may doubt that it is the process that we talk to.
        offered: {
          on: {
            'link.selected': {
              target: '#connected',
              actions: ['sendSelect', 'openSession', 'reportOpened']
            }
          }
        },
        confirming: {
          on: { 'peer.select': { target: '#connected', actions: ['openSession', 'reportOpened'] } }
        }
      }
    },
    duplicate: {
      id: 'duplicate',
      after: { duplicateDeadline: { target: '#closed', actions: 'end' } },
      on: { 'link.ended': { target: '#closed', actions: 'endAsDuplicate' } }
    }
  }
})

export const connectionMachine = parts.createMachine({
  id: 'connection',
  context: ({ input }) => ({
    ...input,
    role: input.target === undefined ? 'acceptor' : 'dialer',
    remote: undefined,
    peerId: undefined,
    cipher: undefined,
    trust: undefined,
    hello: undefined,
    ready: undefined,
    missedHeartbeats: 0,
    reason: undefined,
    bye: undefined
  }),
  invoke: { src: 'keeper', input: ({ context }) => ({ id: context.id }) },
  initial: 'listen',
  states: {
    listen: {
      always: { guard: 'hasTarget', target: 'connecting' },
      on: {
        'stream.accepted': {
          target: 'handshake',
          actions: ['noteRemote', 'takeStream']
        },
        'app.stop': { target: 'closed', actions: 'end' }
      }
    },
    connecting: {
      invoke: {
        src: 'dialer',
        input: ({ context }) => ({
          id: context.id,
          target: context.target,
          expect: context.expect
        }),
        onDone: {
          target: 'handshake',
          actions: { type: 'noteDialled', params: ({ event }) => event.output }
        },
        onError: [
          {
            guard: 'mayListen',
            target: 'listen',
            actions: ['end', 'reportFellBack', 'forgetTarget']
          },
          { target: 'closed', actions: 'end' }
        ]
      },
      on: { 'app.stop': { target: 'closed', actions: 'end' } }
    },
    handshake,
    connected: {
      id: 'connected',
      initial: 'live',
      on: {
        ...endings,
        'peer.pong': { actions: 'reportAnswered' },
        'link.probe': { actions: 'sendPing' }
      },
      states: {
        live: {
          after: { heartbeat: { target: 'quiet', actions: 'countMissed' } },
          on: { 'link.heard': { target: 'live', reenter: true }, 'clock.jumped': 'quiet' }
        },
        quiet: {
          entry: 'sendPing',
          after: {
            heartbeat: [
              { guard: 'mayMissMore', target: 'quiet', reenter: true, actions: 'countMissed' },
              { target: '#heartbeat-timeout', actions: 'countMissed' }
            ]
          },
          // A jump in here must not start the count anew: a dead link would outlive any of them.
          on: {
            'link.heard': { target: 'live', actions: 'clearMissed' },
            'clock.jumped': { actions: 'sendPing' }
          }
        }
      }
    },
    'heartbeat-timeout': {
      id: 'heartbeat-timeout',
      entry: ['sendPing', 'reportSuspect'],
      after: { silence: { target: 'closed', actions: 'end' } },
      on: {
        ...endings,
        'link.heard': { target: '#connected', actions: ['clearMissed', 'reportRecovered'] },
        'link.probe': { actions: 'sendPing' }
      }
    },
    closed: {
      id: 'closed',
      entry: 'reportClosed',
      initial: 'parting',
      states: {
        parting: {
          invoke: {
            src: 'farewell',
            input: ({ context }) => ({ id: context.id, bye: context.bye }),
            onDone: 'over',
            onError: 'over'
          }
        },
        over: { entry: 'reportOver' }
      }
    }
  }
})

export const connectionSends: readonly Sends[] = [
  {
    to: 'app',
    events: [
      'connection.fell-back',
      'connection.knocked',
      'connection.authenticated',
      'connection.offered',
      'connection.opened',
      'connection.suspect',
      'connection.recovered',
      'connection.answered',
      'connection.closed',
      'connection.over'
    ]
  },
  { to: 'wire', events: ['HELLO', 'AUTH', 'AUTH_OK', 'READY', 'SELECT', 'DUP', 'PING', 'BYE'] }
]
