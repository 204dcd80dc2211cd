/**
 * A machine as a pure function: a snapshot and an event give a snapshot and what is to be done.
 * Nothing runs. XState's own `transition` refuses a machine that reports to a parent, so this one
 * has a parent that does nothing.
 */
import {
  type AnyActorScope,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  createEmptyActor
} from 'xstate'

/** Something that a step asks for: a report, a wire message, a child. */
export interface Done {
  /** A report's or event's type, or the name of an action. */
  readonly name: string
  /** 'parent', the id of a child, or undefined for an action. */
  readonly to: string | undefined
  /** The event that is sent, or the parameters of the action. */
  readonly detail: unknown
}

export interface Step {
  readonly snapshot: AnyMachineSnapshot
  readonly done: readonly Done[]
}

export interface Pure {
  readonly start: (input: unknown) => Step
  readonly step: (snapshot: AnyMachineSnapshot, event: AnyEventObject) => Step
}

interface Executable {
  readonly type: string
  readonly params?: unknown
}

interface Sending {
  readonly to: string | { readonly id: string }
  readonly targetId?: string
  readonly event: AnyEventObject
  readonly delay?: number
}

const doneOf = (action: Executable): readonly Done[] => {
  switch (action.type) {
    case 'xstate.sendTo': {
      const { to, targetId, event } = action.params as Sending
      const target = targetId ?? (typeof to === 'string' ? to : to.id)
      return [{ name: event.type, to: target === '#_parent' ? 'parent' : target, detail: event }]
    }
    case 'xstate.spawnChild': {
      const { id, src } = action.params as { readonly id: string; readonly src: unknown }
      return [{ name: 'start', to: id, detail: src }]
    }
    case 'xstate.stopChild':
      return [{ name: 'stop', to: (action.params as { id?: string }).id, detail: undefined }]
    // Timers of `after`: the tests fire them as events.
    case 'xstate.raise':
    case 'xstate.cancel':
      return []
    default:
      return [{ name: action.type, to: undefined, detail: action.params }]
  }
}

export const pureSteps = (machine: AnyStateMachine): Pure => {
  const self = createActor(machine, { parent: createEmptyActor(), input: {} } as never)
  const within = (run: (scope: AnyActorScope) => AnyMachineSnapshot): Step => {
    const executed: Executable[] = []
    const scope = {
      self,
      id: self.id,
      sessionId: self.sessionId,
      system: self.system,
      defer: () => undefined,
      logger: () => undefined,
      stopChild: () => undefined,
      emit: () => undefined,
      actionExecutor: (action: Executable) => executed.push(action)
    }
    const snapshot = run(scope as never)
    return { snapshot, done: executed.flatMap(doneOf) }
  }
  return {
    start: (input) => within((scope) => machine.getInitialSnapshot(scope as never, input as never)),
    step: (snapshot, event) =>
      within((scope) => machine.transition(snapshot, event, scope as never))
  }
}
