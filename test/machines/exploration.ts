/**
 * All that a machine can do, found by walking it: the shortest path to every state that differs in
 * what guards read, and every step from there. XState's own search does the walking; it is given the
 * events of finished, failed and late children like any other (they are events of the chart).
 */
import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  getNextTransitions
} from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { pureSteps, type Step } from './pure-steps.ts'

export interface Walk {
  readonly input: unknown
  readonly events: readonly AnyEventObject[]
}

export interface Found extends Walk {
  readonly snapshot: AnyMachineSnapshot
}

export interface Exploration {
  /** One for every state. */
  readonly states: readonly Found[]
  /** Every state by its shortest path, and every event from there that the state handles. */
  readonly edges: readonly (Walk & { readonly before: AnyMachineSnapshot; readonly last: Step })[]
}

export interface ExploreOptions {
  readonly inputs: readonly unknown[]
  /** What the chart's own events can be, and those of its children; others are left out. */
  readonly events: (snapshot: AnyMachineSnapshot) => readonly AnyEventObject[]
  /** Two snapshots with one key are one state. */
  readonly keyOf: (snapshot: AnyMachineSnapshot) => string
  readonly isFar?: (snapshot: AnyMachineSnapshot) => boolean
}

const STATES_MAX = 200_000

/** The leaves of a state value, as paths: `connected.quiet`. */
export const leavesOf = (value: unknown, path = ''): readonly string[] =>
  typeof value === 'string'
    ? [path === '' ? value : `${path}.${value}`]
    : Object.entries(value as object).flatMap(([key, inner]) =>
        leavesOf(inner, path === '' ? key : `${path}.${key}`)
      )

/** The types of events that the state handles now, the chart's own (`xstate.…`) included. */
export const handledNow = (snapshot: AnyMachineSnapshot): ReadonlySet<string> =>
  new Set(getNextTransitions(snapshot).map(({ eventType }) => eventType))

export const explore = (machine: AnyStateMachine, options: ExploreOptions): Exploration => {
  const pure = pureSteps(machine)
  const offered = (snapshot: AnyMachineSnapshot): AnyEventObject[] => {
    if (snapshot.status !== 'active' || options.isFar?.(snapshot) === true) return []
    const handled = handledNow(snapshot)
    return options.events(snapshot).filter(({ type }) => handled.has(type))
  }
  const logic = {
    getInitialSnapshot: (_: unknown, input: unknown) => pure.start(input).snapshot,
    transition: (snapshot: AnyMachineSnapshot, event: AnyEventObject) =>
      pure.step(snapshot, event).snapshot
  }
  const states: Found[] = []
  for (const input of options.inputs) {
    const paths = getShortestPaths(
      logic as never,
      {
        input,
        events: offered,
        serializeState: (snapshot: AnyMachineSnapshot) => options.keyOf(snapshot),
        limit: STATES_MAX
      } as never
    ) as readonly {
      readonly steps: readonly { readonly event: AnyEventObject }[]
    }[]
    for (const { steps } of paths) {
      // Walked again: the search keeps one snapshot for a key, which may have come by another path.
      const events = steps.slice(1).map(({ event }) => event)
      let { snapshot } = pure.start(input)
      for (const event of events) snapshot = pure.step(snapshot, event).snapshot
      states.push({ input, events, snapshot })
    }
  }
  const edges = states.flatMap(({ input, events, snapshot }) =>
    offered(snapshot).map((event) => ({
      input,
      events: [...events, event],
      before: snapshot,
      last: pure.step(snapshot, event)
    }))
  )
  return { states, edges }
}
