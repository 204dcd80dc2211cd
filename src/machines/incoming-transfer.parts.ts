/** The named parts of the machine of an incoming transfer: its actors, actions and guards. */
import { sendParent, setup } from 'xstate'
import type { TransferHold } from '../domain/transfers.ts'
import type {
  IncomingContext,
  IncomingEvent,
  IncomingInput,
  IncomingPorts
} from './incoming-transfer.types.ts'
import { effectPort, workPort } from './ports.ts'
import { failureOf, incomingEnding } from './transfer.endings.ts'
import type { TransferReport } from './transfer.types.ts'

type Actors = IncomingPorts['actors']
type Work<Name extends keyof Actors> = Actors[Name]

/** A place that is gone is begun anew so often; a disk on which none lasts would be written for ever. */
const PLACES_LOST_MAX = 3

const base = setup({
  types: {
    context: {} as IncomingContext,
    events: {} as IncomingEvent,
    input: {} as IncomingInput
  },
  actors: {
    placer: workPort<Work<'placer'>['output'], Work<'placer'>['input']>('placer'),
    receivePump: workPort<Work<'receivePump'>['output'], Work<'receivePump'>['input']>(
      'receivePump'
    ),
    publisher: workPort<Work<'publisher'>['output'], Work<'publisher'>['input']>('publisher'),
    roomWatcher: workPort<Work<'roomWatcher'>['output'], Work<'roomWatcher'>['input']>(
      'roomWatcher'
    )
  } satisfies Record<keyof Actors, unknown>,
  actions: {
    askList: effectPort,
    ask: effectPort,
    askTurn: effectPort,
    leaveTurn: effectPort,
    keepPaused: effectPort,
    keepResumed: effectPort,
    repeatHold: (_: unknown, _params: { readonly why: TransferHold }) => undefined,
    tellFull: effectPort,
    tellHeld: effectPort,
    tellLost: effectPort,
    keepEnd: effectPort
  } satisfies Record<keyof IncomingPorts['actions'], unknown>
})

export const parts = base.extend({
  actions: {
    /** Lists and turns are asked for where the peer offers it now: what comes of them needs its link. */
    wantList: base.enqueueActions(({ context, enqueue }) => {
      if (context.isOffered) enqueue('askList')
    }),
    wantTurn: base.enqueueActions(({ context, enqueue }) => {
      if (context.isOffered) enqueue('askTurn')
    }),
    noteOffered: base.assign({ isOffered: true, hold: undefined }),
    noteLost: base.assign({ isOffered: false, hold: undefined }),
    noteListed: base.assign(({ event }) =>
      event.type === 'list.whole' ? { isListed: true, isWelcome: event.isWelcome } : {}
    ),
    noteAccepted: base.assign({ state: 'accepted' }),
    noteHold: base.assign(({ event }) => (event.type === 'peer.hold' ? { hold: event.why } : {})),
    notePaused: base.assign({ paused: true }),
    noteResumed: base.assign({ paused: false }),
    notePlaced: base.assign({ isPlaced: true }),
    notePlaceLost: base.assign(({ context }) => ({
      isPlaced: false,
      isWhole: false,
      placesLost: context.placesLost + 1
    })),
    noteWhole: base.assign({ isWhole: true }),
    noteEnd: base.assign(({ context, event }) =>
      incomingEnding(context.state === 'accepted', event)
    ),
    reportOver: sendParent(
      ({ context }): TransferReport => ({ type: 'transfer.over', id: context.id })
    )
  },
  guards: {
    isOffered: ({ context }) => context.isOffered,
    isListed: ({ context }) => context.isListed,
    isWelcome: ({ context }) => context.isWelcome,
    isAccepted: ({ context }) => context.state === 'accepted',
    isPaused: ({ context }) => context.paused,
    isUnpaused: ({ context }) => !context.paused,
    isUnplaced: ({ context }) => !context.isPlaced,
    isWhole: ({ context }) => context.isWhole,
    isHeld: ({ context }) => context.hold !== undefined,
    isOtherHold: ({ context, event }) => event.type === 'peer.hold' && event.why !== context.hold,
    isDiskFull: ({ event }) => failureOf(event)?._tag === 'DiskFull',
    isPausedAndFull: ({ context, event }) =>
      context.paused && failureOf(event)?._tag === 'DiskFull',
    mayBeginAnew: ({ context, event }) =>
      failureOf(event)?._tag === 'PlaceLost' && context.placesLost < PLACES_LOST_MAX
  }
})
