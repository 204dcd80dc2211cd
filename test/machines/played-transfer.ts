/** A transfer in progress, event by event: what it is told, and what it did since the last look. */
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import { incomingTransferMachine } from '../../src/machines/incoming-transfer.machine.ts'
import type {
  IncomingContext,
  IncomingEvent,
  IncomingInput
} from '../../src/machines/incoming-transfer.types.ts'
import { outgoingTransferMachine } from '../../src/machines/outgoing-transfer.machine.ts'
import type {
  OutgoingContext,
  OutgoingEvent,
  OutgoingInput
} from '../../src/machines/outgoing-transfer.types.ts'
import { handledNow } from './exploration.ts'
import { type Done, pureSteps } from './pure-steps.ts'
import * as samples from './samples.ts'

/** Names of what was done, with what an action was given: `repeatHold paused`. Actors: `start placer`, `stop`. */
export const textOf = ({ name, to, detail }: Done): string => {
  if (name === 'start') return `start ${String(detail)}`
  const why = (detail as { readonly why?: string } | undefined)?.why
  return why === undefined || to === 'parent' ? name : `${name} ${why}`
}

const played = <Context, Event extends AnyEventObject>(
  machine: AnyStateMachine,
  input: unknown
) => {
  const pure = pureSteps(machine)
  let { snapshot, done }: { snapshot: AnyMachineSnapshot; done: readonly Done[] } =
    pure.start(input)
  const step = (event: AnyEventObject): void => {
    const next = pure.step(snapshot, event)
    snapshot = next.snapshot
    done = [...done, ...next.done]
  }
  const outcome = (kind: 'done' | 'error', data: object): void => {
    const type = [...handledNow(snapshot)].find((each) => each.startsWith(`xstate.${kind}.actor.`))
    if (type === undefined) throw new Error(`nothing runs in ${JSON.stringify(snapshot.value)}`)
    step({ type, ...data })
  }
  return {
    play: (...events: readonly Event[]): void => {
      for (const event of events) step(event)
    },
    /** The actor of the state is done. */
    finish: (): void => outcome('done', { output: undefined }),
    fail: (error: unknown): void => outcome('error', { error }),
    /** What it did since the last call. */
    did: (): readonly string[] => {
      const texts = done.map(textOf)
      done = []
      return texts
    },
    value: (): unknown => snapshot.value,
    isOver: (): boolean => snapshot.status === 'done',
    context: () => snapshot.context as Context
  }
}

export type PlayedOutgoing = ReturnType<typeof playOutgoing>
export type PlayedIncoming = ReturnType<typeof playIncoming>

export const playOutgoing = (change: Partial<OutgoingInput> = {}) =>
  played<OutgoingContext, OutgoingEvent>(outgoingTransferMachine, samples.outgoingInput(change))

export const playIncoming = (change: Partial<IncomingInput> = {}) =>
  played<IncomingContext, IncomingEvent>(incomingTransferMachine, samples.incomingInput(change))
