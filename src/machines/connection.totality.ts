/** What a connection does not handle, state by state; see totality.ts. */
import type { ConnectionEvent } from './connection.types.ts'
import type { Totality } from './totality.ts'

const BEFORE_THE_LINK = ['listen', 'connecting']
const OPEN = ['connected', 'heartbeat-timeout']
const UNSETTLED = ['handshake.securing', 'handshake.greeting', 'handshake.authorizing']

export const connectionTotality: Totality<ConnectionEvent['type']> = {
  ignored: [
    {
      states: ['closed'],
      events: [
        'app.stop',
        'auth.granted',
        'auth.denied',
        'link.selected',
        'link.duplicated',
        'link.superseded',
        'link.elsewhere',
        'link.probe',
        'peer.hello',
        'peer.auth',
        'peer.auth-ok',
        'peer.ready',
        'peer.select',
        'peer.dup',
        'peer.pong',
        'peer.bye',
        'link.heard',
        'link.violated',
        'link.overflowed',
        'link.ended',
        'clock.jumped'
      ],
      why: 'The link has its one reason; this was on its way when it closed.'
    },
    {
      states: ['handshake'],
      events: ['link.heard'],
      why: 'Each step of the handshake has a deadline, which bytes alone do not move.'
    },
    {
      states: [...BEFORE_THE_LINK, 'handshake'],
      events: ['clock.jumped'],
      why: 'Nothing is silent yet, and each step has a deadline.'
    },
    {
      states: ['heartbeat-timeout'],
      events: ['clock.jumped'],
      why: 'The peer was probed on the way in, and its answer is awaited.'
    },
    {
      states: ['heartbeat-timeout'],
      events: ['peer.pong'],
      why: 'The read that brought it was told as link.heard just before.'
    }
  ],
  illegal: [
    {
      states: ['connecting', 'handshake', ...OPEN, 'closed'],
      events: ['stream.accepted'],
      why: 'The app hands a stream to the one connection that waits, once.'
    },
    {
      states: BEFORE_THE_LINK,
      events: [
        'peer.hello',
        'peer.auth',
        'peer.auth-ok',
        'peer.ready',
        'peer.select',
        'peer.dup',
        'peer.pong',
        'peer.bye',
        'link.heard',
        'link.violated',
        'link.overflowed',
        'link.ended'
      ],
      why: 'Nothing is read before HELLO is sent.'
    },
    {
      states: ['handshake.securing', 'handshake.authorizing', 'handshake.settling', ...OPEN],
      events: ['peer.hello'],
      why: 'protocol/link-order refuses a second HELLO, and securing reads nothing.'
    },
    {
      states: ['handshake.duplicate'],
      events: ['peer.hello', 'peer.auth', 'peer.auth-ok', 'peer.ready', 'peer.select', 'peer.dup'],
      why: 'Each came once already, or only we send it; protocol/link-order refuses it.'
    },
    {
      states: [
        'handshake.securing',
        'handshake.greeting',
        'handshake.authorizing.judging',
        'handshake.authorizing.awaitingAnswer',
        'handshake.settling',
        ...OPEN
      ],
      events: ['peer.auth'],
      why: 'protocol/link-order lets it pass once, after HELLO, to the end that was called.'
    },
    {
      states: [
        'handshake.securing',
        'handshake.greeting',
        'handshake.authorizing.awaitingAuth',
        'handshake.authorizing.judging',
        'handshake.settling',
        ...OPEN
      ],
      events: ['peer.auth-ok'],
      why: 'protocol/link-order lets it pass once, after our AUTH.'
    },
    {
      states: [
        ...UNSETTLED,
        'handshake.settling.choosing',
        'handshake.settling.offered',
        'handshake.settling.confirming',
        ...OPEN
      ],
      events: ['peer.ready'],
      why: 'protocol/link-order lets it pass once, after AUTH_OK.'
    },
    {
      states: [...UNSETTLED, 'handshake.settling.awaitingReady', ...OPEN],
      events: ['peer.select', 'peer.dup'],
      why: 'protocol/link-order lets one of them pass, once, after READY.'
    },
    {
      states: ['handshake.settling.offered'],
      events: ['peer.select', 'peer.dup', 'link.duplicated'],
      why: 'SELECT came already, and where the peer decides we call no link a duplicate.'
    },
    {
      states: ['handshake.settling.confirming'],
      events: ['peer.dup'],
      why: 'Only the end that decides sends it, and here that is us.'
    },
    {
      states: ['handshake'],
      events: ['peer.pong'],
      why: 'We send no PING here, and runtime/dispatch drops a PONG without one.'
    },
    {
      states: [
        ...BEFORE_THE_LINK,
        'handshake.securing',
        'handshake.greeting',
        'handshake.authorizing.awaitingAuth',
        'handshake.authorizing.awaitingAnswer',
        'handshake.settling',
        'handshake.duplicate',
        ...OPEN
      ],
      events: ['auth.granted'],
      why: 'The app answers connection.knocked, once.'
    },
    {
      states: [...BEFORE_THE_LINK, ...OPEN],
      events: ['auth.denied'],
      why: 'The app answers connection.knocked, once.'
    },
    {
      states: [
        ...BEFORE_THE_LINK,
        ...UNSETTLED,
        'handshake.settling.awaitingReady',
        'handshake.settling.confirming',
        'handshake.duplicate',
        ...OPEN
      ],
      events: ['link.selected', 'link.duplicated'],
      why: 'The session chooses among links that were authenticated, and about each once.'
    },
    {
      states: BEFORE_THE_LINK,
      events: ['link.superseded', 'link.elsewhere'],
      why: 'No session knows this link yet.'
    },
    {
      states: [...BEFORE_THE_LINK, 'handshake'],
      events: ['link.probe'],
      why: 'The session probes the link that carries it.'
    }
  ]
}
