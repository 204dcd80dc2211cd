/** The machines of transfers with everything that they name. */
import { incomingTransferMachine } from '../machines/incoming-transfer.machine.ts'
import { outgoingTransferMachine } from '../machines/outgoing-transfer.machine.ts'
import { fromEffect, type Runner } from './from-effect.ts'
import type { makeIncomingPorts } from './transfers/incoming-ports.ts'
import type { makeOutgoingPorts } from './transfers/outgoing-ports.ts'

export interface TransferProvision {
  readonly runner: Runner<never>
  readonly incoming: ReturnType<typeof makeIncomingPorts>
  readonly outgoing: ReturnType<typeof makeOutgoingPorts>
}

const provideOutgoing = ({ runner, outgoing: { actors, actions } }: TransferProvision) =>
  outgoingTransferMachine.provide({
    actors: {
      surveyor: fromEffect(runner, actors.surveyor),
      sendPump: fromEffect(runner, actors.sendPump)
    },
    actions: {
      tellRefused: ({ context }) => actions.tellRefused(context),
      offer: ({ context }) => actions.offer(context),
      keepAccepted: ({ context }) => actions.keepAccepted(context),
      keepPaused: ({ context }) => actions.keepPaused(context),
      keepResumed: ({ context }) => actions.keepResumed(context),
      repeatHold: ({ context }) => actions.repeatHold(context),
      tellHeld: ({ context }) => actions.tellHeld(context),
      tellLost: ({ context }) => actions.tellLost(context),
      keepDone: ({ context }) => actions.keepDone(context),
      keepEnd: ({ context }) => actions.keepEnd(context)
    }
  })

const provideIncoming = ({ runner, incoming: { actors, actions } }: TransferProvision) =>
  incomingTransferMachine.provide({
    actors: {
      placer: fromEffect(runner, actors.placer),
      receivePump: fromEffect(runner, actors.receivePump),
      publisher: fromEffect(runner, actors.publisher),
      roomWatcher: fromEffect(runner, actors.roomWatcher)
    },
    actions: {
      askList: ({ context }) => actions.askList(context),
      ask: ({ context }) => actions.ask(context),
      askTurn: ({ context }) => actions.askTurn(context),
      leaveTurn: ({ context }) => actions.leaveTurn(context),
      keepPaused: ({ context }) => actions.keepPaused(context),
      keepResumed: ({ context }) => actions.keepResumed(context),
      repeatHold: ({ context }, params) => actions.repeatHold(context, params),
      tellFull: ({ context }) => actions.tellFull(context),
      tellHeld: ({ context }) => actions.tellHeld(context),
      tellLost: ({ context }) => actions.tellLost(context),
      keepEnd: ({ context }) => actions.keepEnd(context)
    }
  })

/** The children of a session. */
export const provideTransfers = (world: TransferProvision) => ({
  outgoingTransfer: provideOutgoing(world),
  incomingTransfer: provideIncoming(world)
})
