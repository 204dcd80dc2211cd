/**
 * All that a machine can do, found by walking it: the shortest path to every state that differs in
 * what guards read, and every step from there, breadth first. The events of finished, failed and late
 * children are given like any other (they are events of the chart).
 */
import { afterAll } from '@effect/vitest'
import {
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  getNextTransitions
} from 'xstate'
import { pureSteps, type Step } from './pure-steps.ts'

export interface Walk {
  readonly input: unknown
  readonly events: readonly AnyEventObject[]
}

export interface Found extends Walk {
  readonly snapshot: AnyMachineSnapshot
}

/** A step: `events` lead to `before` and from there, by the last of them, to `last`. */
export interface Edge extends Walk {
  readonly before: AnyMachineSnapshot
  readonly last: Step
}

export interface Exploration {
  /** One for every state. */
  readonly states: readonly Found[]
  /** Every state by its shortest path, and every event from there that the state handles. */
  readonly edges: readonly Edge[]
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
  const keyed = (snapshot: AnyMachineSnapshot): string => options.keyOf(snapshot)
  const states: Found[] = []
  const edges: Edge[] = []
  for (const input of options.inputs) {
    const first = pure.start(input).snapshot
    const found: Found[] = [{ input, events: [], snapshot: first }]
    const known = new Set([keyed(first)])
    // Grows while it is walked.
    for (const { events, snapshot } of found) {
      states.push({ input, events, snapshot })
      if (found.length > STATES_MAX) throw new Error('The exploration does not come to an end.')
      for (const event of offered(snapshot)) {
        const last = pure.step(snapshot, event)
        const walk = { input, events: [...events, event] }
        edges.push({ ...walk, before: snapshot, last })
        const key = keyed(last.snapshot)
        if (known.has(key)) continue
        known.add(key)
        found.push({ ...walk, snapshot: last.snapshot })
      }
    }
  }
  return { states, edges }
}

/**
 * Explores when it is first asked, and lets go of what was found when the tests of the file are over: it may be
 * hundreds of megabytes, and a worker has other files to run.
 */
export const whileTested = (find: () => Exploration): Exploration => {
  let found: Exploration | undefined
  const explored = (): Exploration => (found ??= find())
  afterAll(() => {
    found = undefined
  })
  return {
    get states() {
      return explored().states
    },
    get edges() {
      return explored().edges
    }
  }
}
