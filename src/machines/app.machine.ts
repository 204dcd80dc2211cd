/**
 * The program: who may talk, which links and sessions there are, and when it is over.
 *
 * Who sends what: the acceptor hands over streams; the console tells what the user wants; connections
 * and sessions report, and the app passes on to each what the other decided. What is told to a transfer
 * of files goes through the session of its peer, which is made for it where the peer was not met yet.
 *
 * Invariants: exactly one connection waits in `listen` while the port is open; a stranger is let in
 * without being asked about only while nobody else is; every connection is stopped once it is over.
 */
import { parts } from './app.parts.ts'
import * as tells from './app.tells.ts'
import type { Sends } from './ports.ts'

/** What is passed on between connections and sessions, running or leaving. */
const passing = {
  'connection.offered': { actions: 'passToSession' },
  'connection.opened': { actions: ['noteOpened', 'passToSession'] },
  'connection.suspect': { actions: 'passToSession' },
  'connection.recovered': { actions: 'passToSession' },
  'connection.answered': { actions: 'passToSession' },
  'connection.over': { actions: 'retire' },
  'session.selects': { actions: 'passToLink' },
  'session.duplicates': { actions: 'passToLink' },
  'session.supersedes': { actions: 'passToLink' },
  'session.refuses-elsewhere': { actions: 'passToLink' },
  'session.probes': { actions: 'passToLink' },
  'session.online': {
    actions: [{ type: 'tell', params: tells.refocused }, 'noteSession', 'rememberPeer']
  },
  'delivery.waiting': { actions: 'noteSession' },
  'transfers.waiting': { actions: 'noteTransfers' }
} as const

const running = parts.createStateConfig({
  entry: [{ type: 'tell', params: tells.dialling }, 'dialTarget'],
  always: { guard: 'allDelivered', target: 'leaving', actions: 'noteEnd' },
  on: {
    'acceptor.opened': {
      actions: [
        'noteListening',
        { type: 'tell', params: tells.moved },
        'spawnWaiting',
        { type: 'tell', params: tells.waiting }
      ]
    },
    'acceptor.failed': [
      { guard: 'listenIsVital', target: 'leaving', actions: 'noteEnd' },
      { actions: { type: 'tell', params: tells.listenFailed } }
    ],
    'acceptor.accepted': { actions: ['handOver', 'spawnWaiting'] },
    'connection.fell-back': {
      actions: [
        'stopSpare',
        'noteFellBack',
        { type: 'tell', params: tells.dialFailed },
        { type: 'tell', params: tells.waiting }
      ]
    },
    'connection.knocked': [
      {
        guard: 'mustDeny',
        actions: [{ type: 'tell', params: tells.declined }, 'denyUnwelcome']
      },
      { guard: 'mayGrant', actions: 'grant' },
      { guard: 'tooManyKnocks', actions: 'denyBusy' },
      { guard: 'knocksAlready', actions: 'noteKnock' },
      { actions: ['noteKnock', { type: 'tell', params: tells.knocking }] }
    ],
    'connection.authenticated': { actions: 'meet' },
    'connection.closed': [
      {
        guard: 'isWrongPeer',
        target: 'leaving',
        actions: [{ type: 'tell', params: tells.wrongPeer }, 'noteEnd']
      },
      {
        guard: 'firstDialIsVital',
        target: 'leaving',
        actions: [{ type: 'tell', params: tells.dialFailed }, 'noteEnd']
      },
      {
        guard: 'isUsersDial',
        actions: [{ type: 'tell', params: tells.dialFailed }, 'passToSession', 'noteClosed']
      },
      {
        guard: 'isHereAlready',
        actions: ['focus', { type: 'tell', params: tells.focused }, 'passToSession', 'noteClosed']
      },
      {
        guard: 'isStranger',
        actions: [{ type: 'tell', params: tells.strangerRefused }, 'passToSession', 'noteClosed']
      },
      { actions: ['passToSession', 'noteClosed'] }
    ],
    'session.dials': { actions: [{ type: 'tell', params: tells.dialling }, 'dialTarget'] },
    'session.offline': [
      { guard: 'conversationOver', target: 'leaving', actions: ['noteSession', 'noteEnd'] },
      { actions: 'noteSession' }
    ],
    'session.lost': [
      { guard: 'peerGaveUp', target: 'leaving', actions: 'noteEnd' },
      { actions: 'noteSession' }
    ],
    'store.broken': { target: 'leaving', actions: 'noteEnd' },
    'peer.renamed': { actions: 'passToSession' },
    'peer.trusted': { actions: 'passToSession' },
    'transfer.announced': { actions: 'prepareSession' },
    'transfer.start': { actions: 'passToSession' },
    'transfer.event': { actions: 'passToSession' },
    'user.connect': { actions: [{ type: 'tell', params: tells.dialling }, 'dialTarget'] },
    'user.hang-up': { actions: 'hangUp' },
    'user.accept': { guard: 'isKnocking', actions: 'grant' },
    'user.decline': {
      guard: 'isKnocking',
      actions: [{ type: 'tell', params: tells.declined }, 'denyUnwelcome']
    },
    'user.focus': { actions: ['focus', { type: 'tell', params: tells.focused }] },
    'user.quit': { target: 'leaving', actions: 'noteEnd' },
    'user.signal': { target: 'leaving', actions: 'noteEnd' },
    'user.input-ended': { actions: 'noteInputEnded' },
    'clock.jumped': { actions: 'passToAllLinks' }
  }
})

export const appMachine = parts.createMachine({
  id: 'app',
  context: ({ input }) => ({
    ...input,
    links: 0,
    connections: [],
    sessions: [],
    prepared: [],
    transfers: {},
    focus: undefined,
    listening: undefined,
    inputEnded: false,
    failure: undefined,
    why: 'quit'
  }),
  // The port stays open while we say goodbye: the links that came in by it close with it.
  invoke: [
    { src: 'acceptor', input: ({ context }) => context.listen },
    { src: 'clockWatcher', input: null }
  ],
  initial: 'running',
  on: passing,
  states: {
    running,
    leaving: {
      entry: [{ type: 'tell', params: tells.ending }, 'stopAll'],
      on: { 'store.broken': { actions: 'noteEnd' } },
      always: { guard: 'allOver', target: 'done' },
      after: { leaveDeadline: 'done' }
    },
    done: { type: 'final', entry: { type: 'tell', params: tells.failed } }
  },
  output: ({ context }) =>
    context.failure === undefined ? { exit: 'clean' } : { exit: 'failed', failure: context.failure }
})

export const appSends: readonly Sends[] = [
  {
    to: 'connection',
    events: [
      'stream.accepted',
      'auth.granted',
      'auth.denied',
      'link.selected',
      'link.duplicated',
      'link.superseded',
      'link.elsewhere',
      'link.probe',
      'clock.jumped',
      'app.stop'
    ]
  },
  {
    to: 'session',
    events: [
      'link.authenticated',
      'link.offered',
      'link.opened',
      'link.closed',
      'link.suspect',
      'link.recovered',
      'link.answered',
      'dial.failed',
      'peer.renamed',
      'peer.trusted',
      'transfer.start',
      'transfer.event',
      'session.end'
    ]
  }
]
