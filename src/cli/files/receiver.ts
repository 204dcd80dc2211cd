/**
 * Who answers in `earshot receive`: takes what is offered, as far as the flags allow, and knows when it is
 * over. Pure: events in, commands out.
 */
import type { Command } from '../../domain/commands.ts'
import type { EarshotEvent } from '../../domain/events.ts'
import { makeTally, type Tally } from './tally.ts'

export interface ReceiverRules {
  /** Also what is risky. */
  readonly anyway: boolean
  /** Goes to standard output: one file, no folder. */
  readonly single: boolean
  /** Goes on when a peer has left. */
  readonly stays: boolean
}

export interface Receiver {
  /** What is to be done because of an event. */
  readonly react: (event: EarshotEvent) => readonly Command[]
  readonly tally: () => Tally
}

export const makeReceiver = ({ anyway, single, stays }: ReceiverRules): Receiver => {
  const { note, now } = makeTally('in')
  let taken = 0
  const answer = (event: Extract<EarshotEvent, { readonly type: 'transfer.offered' }>): Command => {
    const { kind, number } = event.transfer
    const who = `t${number}`
    const isRisky = (event.risks ?? []).length > 0
    const fits = !single || (kind === 'file' && taken === 0)
    if (!fits || (isRisky && !anyway)) return { type: 'decline', who }
    taken += 1
    return { type: 'accept', who, ...(isRisky ? { anyway } : {}) }
  }
  return {
    react: (event) => {
      note(event)
      if (event.type === 'transfer.offered' && event.transfer.direction === 'in')
        return [answer(event)]
      if (stays) return []
      const { done, failed, open } = now()
      const isOver = open === 0 && done + failed > 0
      // What is written to a pipe is read there by somebody who waits for its end.
      if (isOver && single && event.type === 'transfer.done') return [{ type: 'quit' }]
      return isOver && event.type === 'peer.disconnected' ? [{ type: 'quit' }] : []
    },
    tally: now
  }
}
