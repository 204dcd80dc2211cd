/** The named parts of the machine of an outgoing transfer: its actors, actions and guards. */
import { sendParent, setup } from 'xstate'
import type {
  OutgoingContext,
  OutgoingEvent,
  OutgoingInput,
  OutgoingPorts
} from './outgoing-transfer.types.ts'
import { effectPort, workPort } from './ports.ts'
import { failureOf, outgoingEnding } from './transfer.endings.ts'
import type { TransferReport } from './transfer.types.ts'

type Actors = OutgoingPorts['actors']
type Work<Name extends keyof Actors> = Actors[Name]

const base = setup({
  types: {
    context: {} as OutgoingContext,
    events: {} as OutgoingEvent,
    input: {} as OutgoingInput
  },
  actors: {
    surveyor: workPort<Work<'surveyor'>['output'], Work<'surveyor'>['input']>('surveyor'),
    sendPump: workPort<Work<'sendPump'>['output'], Work<'sendPump'>['input']>('sendPump')
  } satisfies Record<keyof Actors, unknown>,
  actions: {
    tellRefused: effectPort,
    offer: effectPort,
    keepAccepted: effectPort,
    keepPaused: effectPort,
    keepResumed: effectPort,
    repeatHold: effectPort,
    tellHeld: effectPort,
    tellLost: effectPort,
    keepDone: effectPort,
    keepEnd: effectPort
  } satisfies Record<keyof OutgoingPorts['actions'], unknown>
})

export const parts = base.extend({
  actions: {
    /** Whatever the peer asks for or holds, it agreed to. */
    agree: base.enqueueActions(({ context, enqueue }) => {
      if (context.accepted) return
      enqueue.assign({ accepted: true })
      enqueue('keepAccepted')
    }),
    noteFetch: base.assign(({ event }) => {
      if (event.type !== 'peer.fetch') return {}
      const { stream, piece, credit, digest } = event
      return { fetch: { stream, piece, credit, digest }, hold: undefined }
    }),
    noteHold: base.assign(({ event }) => (event.type === 'peer.hold' ? { hold: event.why } : {})),
    noteUnheld: base.assign({ hold: undefined }),
    notePaused: base.assign({ paused: true, hold: undefined }),
    noteResumed: base.assign({ paused: false }),
    noteFailure: base.assign(({ event }) => ({ failure: failureOf(event) })),
    noteEnd: base.assign(({ event }) => outgoingEnding(event)),
    reportOver: sendParent(
      ({ context }): TransferReport => ({ type: 'transfer.over', id: context.id })
    )
  },
  guards: {
    isNew: ({ context }) => context.path !== undefined,
    isPaused: ({ context }) => context.paused,
    isAccepted: ({ context }) => context.accepted,
    isOtherHold: ({ context, event }) => event.type === 'peer.hold' && event.why !== context.hold
  }
})
