/**
 * A file or folder of a peer on its way to us, from its offer to its name in the download folder.
 *
 * Who sends what: the desk of the peer (runtime/transfers/) passes on what the peer says of it and gives
 * turns; the session tells that the link is gone; the console tells what the user wants. It reports to the
 * session only.
 *
 * | state | meaning |
 * |---|---|
 * | `listing` | the list of the folder is not whole yet; the user has not heard of it |
 * | `asking` | our user is to answer |
 * | `preparing` | agreed: the room is judged, and the place made where it is written |
 * | `turn.waiting` | may move as soon as the peer offers it and it is its turn |
 * | `turn.moving` | the bytes are asked for, checked and written |
 * | `held` | the peer sends nothing for now, and says why |
 * | `paused` | our user wants nothing to come for now; what the peer offers is answered by HOLD |
 * | `full` | the disk is full; it goes on by itself when there is room |
 * | `publishing` | every piece is there and checked: it gets its name |
 * | `done`, `ended` | over: it has its name; it will never be finished |
 *
 * Invariants: nothing is asked for before the user agreed, and only on a link on which the peer offered it;
 * it has a turn only within `turn`; `publishing` is left by what its actor says alone, since it needs no
 * peer and nothing is gained by giving up a file that is whole.
 */
import { parts } from './incoming-transfer.parts.ts'
import type { Sends } from './ports.ts'

/** What ends it before it is whole. */
const endings = {
  'peer.end': { target: '#ended', actions: 'noteEnd' },
  'peer.gone': { target: '#ended', actions: 'noteEnd' },
  'user.cancel': { target: '#ended', actions: 'noteEnd' }
} as const

const pause = { target: '#paused', actions: ['notePaused', 'keepPaused'] } as const
const failed = { target: '#ended', actions: 'noteEnd' } as const
/** Of all that works on the disk. */
const full = { guard: 'isDiskFull', target: '#full' } as const
const anew = { guard: 'mayBeginAnew', target: '#preparing', actions: 'notePlaceLost' } as const

const undecided = { ...endings, 'user.decline': { target: '#ended', actions: 'noteEnd' } } as const

const turn = parts.createStateConfig({
  id: 'turn',
  exit: 'leaveTurn',
  initial: 'waiting',
  on: {
    ...endings,
    'peer.hold': { target: '#held', actions: 'noteHold' },
    'user.pause': pause
  },
  states: {
    waiting: {
      entry: 'wantTurn',
      on: {
        'peer.offer': { actions: ['noteOffered', 'wantTurn'] },
        'link.lost': { actions: ['noteLost', 'leaveTurn'] },
        'turn.granted': { guard: 'isOffered', target: 'moving' }
      }
    },
    moving: {
      invoke: {
        src: 'receivePump',
        input: ({ context: { peerId, id } }) => ({ peerId, id }),
        onDone: { target: '#publishing', actions: 'noteWhole' },
        onError: [full, anew, failed]
      },
      on: {
        'link.lost': { target: 'waiting', actions: ['noteLost', 'leaveTurn', 'tellLost'] }
      }
    }
  }
})

export const incomingTransferMachine = parts.createMachine({
  id: 'incoming-transfer',
  context: ({ input }) => ({
    ...input,
    hold: undefined,
    placesLost: 0,
    end: undefined,
    failure: undefined
  }),
  initial: 'entering',
  // Wherever nothing comes of it at once.
  on: {
    'peer.offer': { actions: 'noteOffered' },
    'peer.hold': { actions: 'noteHold' },
    'link.lost': { actions: 'noteLost' }
  },
  states: {
    entering: {
      always: [
        { guard: 'isAccepted', target: 'agreed' },
        { guard: 'isListed', target: 'asking' },
        { target: 'listing' }
      ]
    },
    listing: {
      entry: 'wantList',
      on: {
        ...undecided,
        'peer.offer': { actions: ['noteOffered', 'wantList'] },
        'list.whole': { target: 'asking', actions: 'noteListed' }
      }
    },
    asking: {
      entry: 'ask',
      always: { guard: 'isWelcome', target: 'preparing', actions: 'noteAccepted' },
      on: { ...undecided, 'user.accept': { target: 'preparing', actions: 'noteAccepted' } }
    },
    // Whatever it is that an agreed transfer needs next.
    agreed: {
      id: 'agreed',
      always: [
        { guard: 'isPaused', target: 'paused' },
        { guard: 'isWhole', target: 'publishing' },
        { guard: 'isUnplaced', target: 'preparing' },
        { guard: 'isHeld', target: 'held' },
        { target: 'turn' }
      ]
    },
    preparing: {
      id: 'preparing',
      invoke: {
        src: 'placer',
        input: ({ context: { peerId, id, placesLost } }) => ({
          peerId,
          id,
          isLost: placesLost > 0
        }),
        onDone: { target: 'agreed', actions: 'notePlaced' },
        // The room is judged again when it goes on.
        onError: [{ guard: 'isPausedAndFull', target: 'paused' }, full, failed]
      },
      on: {
        ...endings,
        'user.pause': { guard: 'isUnpaused', actions: ['notePaused', 'keepPaused'] },
        'user.resume': { guard: 'isPaused', actions: ['noteResumed', 'keepResumed'] }
      }
    },
    turn,
    held: {
      id: 'held',
      entry: 'tellHeld',
      on: {
        ...endings,
        'peer.offer': { target: 'turn', actions: 'noteOffered' },
        'peer.hold': { guard: 'isOtherHold', target: 'held', reenter: true, actions: 'noteHold' },
        'link.lost': { target: 'turn', actions: 'noteLost' },
        'user.pause': pause
      }
    },
    paused: {
      id: 'paused',
      on: {
        ...endings,
        'peer.offer': {
          actions: ['noteOffered', { type: 'repeatHold', params: { why: 'paused' } }]
        },
        'user.resume': { target: 'agreed', actions: ['noteResumed', 'keepResumed'] }
      }
    },
    full: {
      id: 'full',
      entry: 'tellFull',
      invoke: {
        src: 'roomWatcher',
        input: ({ context: { peerId, id } }) => ({ peerId, id }),
        onDone: 'agreed',
        onError: failed
      },
      on: {
        ...endings,
        'peer.offer': {
          actions: ['noteOffered', { type: 'repeatHold', params: { why: 'disk-full' } }]
        },
        'user.pause': pause,
        // The user made room, and does not wait for the next look.
        'user.resume': 'agreed'
      }
    },
    publishing: {
      id: 'publishing',
      invoke: {
        src: 'publisher',
        input: ({ context: { peerId, id } }) => ({ peerId, id }),
        onDone: 'done',
        onError: [full, anew, failed]
      }
    },
    done: { type: 'final', entry: 'reportOver' },
    ended: { id: 'ended', type: 'final', entry: ['keepEnd', 'reportOver'] }
  }
})

export const incomingTransferSends: readonly Sends[] = [
  { to: 'session', events: ['transfer.over'] },
  { to: 'wire', events: ['ASK_LIST', 'FETCH', 'HOLD', 'DONE', 'END', 'OVER'] }
]
