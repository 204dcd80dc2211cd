/**
 * The relation with one remote peer, which outlives its links.
 *
 * Who sends what: the app passes on what the connections to this peer report; the session answers
 * with which link lives, which are duplicates, and when to dial again. Its children are the transfers
 * of files with this peer: it starts them, passes on what is told to them, tells them that their link
 * is gone, and stops them.
 *
 * Invariants: at most one link is active; where we decide (the lower id), a link is selected only
 * while no other is chosen, and others are called duplicates only after the chosen one was confirmed
 * by the peer; where the peer decides, a link becomes active only when it was selected there, and
 * another process of the peer only once the one that we talk to does not answer.
 * A silent active link never blocks a new one: it is probed, and superseded when it does not answer.
 * Transfers live through all of it, online and offline, and hear of a lost link before of the next.
 */
import type { Sends } from './ports.ts'
import { parts } from './session.parts.ts'
import * as tells from './session.tells.ts'

const offline = parts.createStateConfig({
  type: 'parallel',
  on: {
    'link.opened': {
      guard: 'isKnownLink',
      target: '#online',
      actions: ['activate', { type: 'tell', params: tells.connected }, 'markOnline', 'reportOnline']
    },
    'link.offered': { guard: 'isKnownLink', actions: ['noteOffered', 'agree'] },
    'link.closed': { actions: 'dropLink' }
  },
  states: {
    choice: {
      initial: 'open',
      states: {
        open: {
          always: { guard: 'hasCandidate', target: 'settling', actions: 'chooseNext' },
          on: { 'link.authenticated': { actions: 'addCandidate' } }
        },
        settling: {
          on: {
            'link.authenticated': { actions: 'addCandidate' },
            'link.closed': { guard: 'isChosen', target: 'open', actions: 'dropLink' }
          }
        }
      }
    },
    redial: {
      initial: 'deciding',
      states: {
        deciding: {
          always: [
            { guard: 'mayRedial', target: 'backoff' },
            { guard: 'wantsRedial', target: 'exhausted' },
            { target: 'idle' }
          ]
        },
        idle: { entry: { type: 'tell', params: tells.awaited } },
        backoff: {
          entry: ['planRetry', { type: 'tell', params: tells.reconnecting }],
          after: { reconnectDelay: 'dialing' }
        },
        dialing: {
          entry: 'requestDial',
          on: { 'dial.failed': { target: 'deciding', actions: 'noteDialFailure' } }
        },
        exhausted: { entry: [{ type: 'tell', params: tells.lost }, 'reportLost'] }
      }
    }
  }
})

const online = parts.createStateConfig({
  id: 'online',
  entry: 'refuseCandidates',
  after: { stable: { actions: 'clearAttempts' } },
  initial: 'steady',
  on: {
    'link.closed': [
      {
        guard: 'isActive',
        target: '#offline',
        actions: [
          'noteLoss',
          'interruptTransfers',
          { type: 'tell', params: tells.disconnected },
          'reportOffline'
        ]
      },
      { actions: 'dropLink' }
    ],
    'link.opened': {
      guard: 'isKnownLink',
      target: '.steady',
      actions: [
        'activate',
        'interruptTransfers',
        { type: 'tell', params: tells.connected },
        'refuseCandidates'
      ]
    },
    'link.suspect': {
      guard: 'isActive',
      actions: ['noteSuspect', { type: 'tell', params: tells.suspect }]
    },
    'link.recovered': {
      guard: 'isActive',
      actions: ['noteRecovered', { type: 'tell', params: tells.recovered }]
    }
  },
  states: {
    steady: {
      on: {
        'link.authenticated': [
          { guard: 'isSuspect', target: 'moving', actions: 'addCandidate' },
          { guard: 'isDecider', target: 'probing', actions: 'addCandidate' },
          { actions: 'addCandidate' }
        ],
        'link.offered': [
          { guard: 'isElsewhere', target: 'doubting', actions: 'noteOffered' },
          { guard: 'isKnownLink', actions: ['noteOffered', 'agree'] }
        ]
      }
    },
    doubting: {
      entry: 'probeActive',
      after: { probeDeadline: { target: 'steady', actions: 'agree' } },
      on: {
        'link.answered': { guard: 'isActive', target: 'steady', actions: 'refuseOffer' },
        'link.authenticated': { actions: 'addCandidate' },
        'link.offered': {
          guard: 'isOfThisProcess',
          target: 'steady',
          actions: ['refuseOffer', 'noteOffered', 'agree']
        },
        'link.closed': [
          { guard: 'isChosen', target: 'steady', actions: 'dropLink' },
          {
            guard: 'isActive',
            target: '#offline',
            actions: [
              'noteLoss',
              'interruptTransfers',
              { type: 'tell', params: tells.disconnected },
              'reportOffline',
              'agree'
            ]
          },
          { actions: 'dropLink' }
        ]
      }
    },
    probing: {
      entry: 'probeActive',
      after: { probeDeadline: 'moving' },
      on: {
        'link.answered': { guard: 'isActive', target: 'steady', actions: 'refuseCandidates' },
        'link.authenticated': { actions: 'addCandidate' }
      }
    },
    moving: {
      entry: 'chooseNext',
      // The one that we were to move to may be gone by now.
      always: { guard: 'nothingChosen', target: 'steady' },
      on: {
        'link.authenticated': { actions: 'addCandidate' },
        'link.closed': [
          { guard: 'isChosen', target: 'moving', reenter: true, actions: 'dropLink' },
          {
            guard: 'isActive',
            target: '#offline',
            actions: [
              'noteLoss',
              'interruptTransfers',
              { type: 'tell', params: tells.disconnected },
              'reportOffline'
            ]
          },
          { actions: 'dropLink' }
        ]
      }
    }
  }
})

export const sessionMachine = parts.createMachine({
  id: 'session',
  context: ({ input }) => ({
    ...input,
    candidates: [],
    chosen: undefined,
    active: undefined,
    suspect: false,
    everOnline: false,
    redialTo: undefined,
    mayRedial: false,
    attempt: 0,
    delayMs: 0,
    reason: undefined,
    transfers: []
  }),
  initial: 'offline',
  on: {
    'peer.renamed': { actions: [{ type: 'tell', params: tells.renamed }, 'rename'] },
    'peer.trusted': { actions: 'trust' },
    'transfer.start': { actions: 'startTransfer' },
    'transfer.event': { actions: 'passToTransfer' },
    'transfer.over': { actions: 'stopTransfer' },
    'session.end': { target: '.ended', actions: ['interruptTransfers', 'stopTransfers'] }
  },
  states: {
    offline: { ...offline, id: 'offline' },
    online,
    ended: { type: 'final' }
  }
})

export const sessionSends: readonly Sends[] = [
  {
    to: 'app',
    events: [
      'session.selects',
      'session.duplicates',
      'session.supersedes',
      'session.refuses-elsewhere',
      'session.probes',
      'session.dials',
      'session.online',
      'session.offline',
      'session.lost'
    ]
  },
  {
    to: 'outgoing-transfer',
    events: [
      'peer.fetch',
      'peer.hold',
      'peer.end',
      'peer.done',
      'link.lost',
      'user.pause',
      'user.resume',
      'user.cancel'
    ]
  },
  {
    to: 'incoming-transfer',
    events: [
      'peer.offer',
      'list.whole',
      'peer.hold',
      'peer.end',
      'peer.gone',
      'link.lost',
      'turn.granted',
      'user.accept',
      'user.decline',
      'user.pause',
      'user.resume',
      'user.cancel'
    ]
  }
]
