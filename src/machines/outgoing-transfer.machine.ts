/**
 * A file or folder of ours on its way to one peer, from what the user named to the peer's word that it has
 * all of it.
 *
 * Who sends what: the desk of the peer (runtime/transfers/) passes on what the peer says of it; the session
 * tells that the link is gone; the console tells what the user wants. It reports to the session only.
 *
 * | state | meaning |
 * |---|---|
 * | `preparing` | what the user named is found and listed; the peer knows nothing of it |
 * | `offered` | the peer's user is to answer, or the peer is away |
 * | `moving` | the peer asked for the bytes, and they are sent |
 * | `verifying` | all was sent; the peer checks it and gives it its name |
 * | `waiting` | agreed, and the peer asks for nothing now |
 * | `held` | the peer takes nothing for now, and says why |
 * | `paused` | our user wants nothing sent for now; what the peer asks for is answered by HOLD |
 * | `done`, `ended`, `refused` | over: the peer has it; it will never be finished; it could not be offered |
 *
 * Invariants: bytes are sent only in `moving`, and only what the peer asked for last; the peer's word that it
 * is done counts wherever the peer knows the transfer, since we may have crashed before we sent or heard
 * the last of it; what an end of ours interrupted is told by no state, but by the note.
 *
 * On a new link the desk offers every unfinished transfer again: this machine does not have to.
 */
import { parts } from './outgoing-transfer.parts.ts'
import type { Sends } from './ports.ts'

/** What may come wherever the peer knows of it. */
const endings = {
  'peer.done': 'done',
  'peer.end': { target: 'ended', actions: 'noteEnd' },
  'user.cancel': { target: 'ended', actions: 'noteEnd' }
} as const

const pause = { target: 'paused', actions: ['notePaused', 'keepPaused'] } as const
const fetched = { target: 'moving', actions: ['noteFetch', 'agree'] } as const
const held = { target: 'held', actions: ['noteHold', 'agree'] } as const
const lost = { target: 'waiting', actions: 'tellLost' } as const

const moving = parts.createStateConfig({
  invoke: {
    src: 'sendPump',
    input: ({ context: { peerId, id, fetch } }) => ({ peerId, id, fetch }),
    onDone: 'verifying',
    onError: { target: 'ended', actions: 'noteEnd' }
  },
  on: {
    ...endings,
    'peer.fetch': { ...fetched, reenter: true },
    'peer.hold': held,
    'link.lost': lost,
    'user.pause': pause
  }
})

export const outgoingTransferMachine = parts.createMachine({
  id: 'outgoing-transfer',
  context: ({ input }) => ({
    ...input,
    fetch: undefined,
    hold: undefined,
    end: undefined,
    failure: undefined
  }),
  initial: 'entering',
  states: {
    entering: {
      always: [
        { guard: 'isNew', target: 'preparing' },
        { guard: 'isPaused', target: 'paused' },
        { guard: 'isAccepted', target: 'waiting' },
        { target: 'offered' }
      ]
    },
    preparing: {
      invoke: {
        src: 'surveyor',
        input: ({ context: { peerId, id, path } }) => ({ peerId, id, path: path ?? '' }),
        onDone: [
          { guard: 'isPaused', target: 'paused', actions: ['offer', 'keepPaused'] },
          { target: 'offered', actions: 'offer' }
        ],
        onError: { target: 'refused', actions: 'noteFailure' }
      },
      on: {
        'user.pause': { actions: 'notePaused' },
        'user.resume': { actions: 'noteResumed' },
        'user.cancel': endings['user.cancel']
      }
    },
    offered: {
      on: { ...endings, 'peer.fetch': fetched, 'peer.hold': held, 'user.pause': pause }
    },
    moving,
    verifying: {
      on: {
        ...endings,
        'peer.fetch': fetched,
        'peer.hold': held,
        'link.lost': lost,
        'user.pause': pause
      }
    },
    waiting: {
      on: { ...endings, 'peer.fetch': fetched, 'peer.hold': held, 'user.pause': pause }
    },
    held: {
      entry: 'tellHeld',
      on: {
        ...endings,
        'peer.fetch': fetched,
        'peer.hold': { guard: 'isOtherHold', ...held, reenter: true },
        // It held it on the link that is gone, and says so again where that is so still.
        'link.lost': { target: 'waiting', actions: 'noteUnheld' },
        'user.pause': pause
      }
    },
    paused: {
      on: {
        ...endings,
        'peer.fetch': { actions: ['agree', 'repeatHold'] },
        // What holds it there is told again when we offer it again.
        'peer.hold': { actions: 'agree' },
        'user.resume': [
          { guard: 'isAccepted', target: 'waiting', actions: ['noteResumed', 'keepResumed'] },
          { target: 'offered', actions: ['noteResumed', 'keepResumed'] }
        ]
      }
    },
    done: { type: 'final', entry: ['keepDone', 'reportOver'] },
    ended: { type: 'final', entry: ['keepEnd', 'reportOver'] },
    refused: { type: 'final', entry: ['tellRefused', 'reportOver'] }
  }
})

export const outgoingTransferSends: readonly Sends[] = [
  { to: 'session', events: ['transfer.over'] },
  { to: 'wire', events: ['OFFER', 'HOLD', 'END', 'OVER'] }
]
