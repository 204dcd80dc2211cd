/**
 * A machine as plain data for drawing: its states as a tree, its arrows, and what happens inside a
 * state without leaving it. Read from the machine's own definition; nothing is run.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate'

export interface ChartState {
  /** Unique in the chart, letters, digits and underscores only. */
  readonly id: string
  readonly name: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly states: readonly ChartState[]
  /** Id of the state that is entered first; only of a compound one. */
  readonly initial: string | undefined
  /** `entry / sendPing`, `invoke securer`, `peer.pong / reportAnswered`, in the order of the chart. */
  readonly inside: readonly string[]
  readonly invokes: readonly string[]
}

export interface ChartArrow {
  readonly from: string
  readonly to: string
  /** `peer.hello [speaksOurVersion]`, `after heartbeat`, `securer done`. */
  readonly label: string
}

export interface Chart {
  readonly name: string
  readonly root: ChartState
  readonly arrows: readonly ChartArrow[]
  /** Events by name that some state handles, without XState's own. Sorted. */
  readonly handled: readonly string[]
}

const idOf = (node: AnyStateNode): string =>
  [node.machine.id, ...node.path].join('_').replaceAll(/[^A-Za-z0-9]/g, '_')

const statesOf = (node: AnyStateNode): readonly AnyStateNode[] => Object.values(node.states)

/** The name of a guard or action as `setup` knows it; params show when they are a named function. */
const nameOf = (part: unknown): string => {
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null || !('type' in part)) return 'inline'
  const params = 'params' in part ? part.params : undefined
  const given = typeof params === 'function' && params.name !== 'params' ? ` ${params.name}` : ''
  return `${String(part.type)}${given}`
}

const invokedBy = (node: AnyStateNode, id: string): string => {
  for (let at: AnyStateNode | undefined = node; at !== undefined; at = at.parent)
    for (const invoke of at.invoke)
      if (invoke.id === id) return typeof invoke.src === 'string' ? invoke.src : 'actor'
  return id
}

/** XState's own events under words that a reader of the chart knows. */
const eventLabel = (node: AnyStateNode, event: string): string => {
  if (event === '') return 'always'
  const after = /^xstate\.after\.([^.]+)/.exec(event)?.[1]
  if (after !== undefined) return `after ${after}`
  const [, outcome, actor] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event) ?? []
  if (outcome !== undefined && actor !== undefined)
    return `${invokedBy(node, actor)} ${outcome === 'done' ? 'done' : 'failed'}`
  return event.startsWith('xstate.done.state') ? 'all done' : event
}

const transitionsOf = (node: AnyStateNode) => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? [])
]

type Transition = ReturnType<typeof transitionsOf>[number]

const guarded = (node: AnyStateNode, transition: Transition): string => {
  const guard = transition.guard === undefined ? '' : ` [${nameOf(transition.guard)}]`
  return `${eventLabel(node, transition.eventType)}${guard}`
}

/** XState arms and cancels a delay by actions of its own; the arrow `after …` already says so. */
const isOfDelay = (action: unknown): boolean =>
  typeof action === 'function' &&
  'type' in action &&
  (action.type === 'xstate.raise' || action.type === 'xstate.cancel')

const namesOf = (actions: readonly unknown[]): readonly string[] =>
  actions.filter((action) => !isOfDelay(action)).map(nameOf)

const insideOf = (node: AnyStateNode): readonly string[] => [
  ...namesOf(node.entry).map((name) => `entry / ${name}`),
  ...namesOf(node.exit).map((name) => `exit / ${name}`),
  ...node.invoke.map((invoke) => `invoke ${invokedBy(node, invoke.id)}`),
  ...transitionsOf(node)
    .filter((transition) => transition.target === undefined)
    .map((transition) => {
      const actions = namesOf(transition.actions).join(', ')
      return actions === ''
        ? guarded(node, transition)
        : `${guarded(node, transition)} / ${actions}`
    })
]

const stateOf = (node: AnyStateNode): ChartState => {
  const initial = node.type === 'compound' ? node.initial.target?.[0] : undefined
  return {
    id: idOf(node),
    name: node.key,
    kind: node.type,
    states: statesOf(node).map(stateOf),
    initial: initial === undefined ? undefined : idOf(initial),
    inside: insideOf(node),
    invokes: node.invoke.map((invoke) => invokedBy(node, invoke.id))
  }
}

const arrowsOf = (node: AnyStateNode): readonly ChartArrow[] => [
  ...transitionsOf(node).flatMap((transition) =>
    (transition.target ?? []).map((target) => ({
      from: idOf(node),
      to: idOf(target),
      label: guarded(node, transition)
    }))
  ),
  ...statesOf(node).flatMap(arrowsOf)
]

const handledBy = (node: AnyStateNode): readonly string[] => [
  ...transitionsOf(node).map((transition) => transition.eventType),
  ...statesOf(node).flatMap(handledBy)
]

export const chartOf = (machine: AnyStateMachine): Chart => ({
  name: machine.id,
  root: stateOf(machine.root),
  arrows: arrowsOf(machine.root),
  handled: [...new Set(handledBy(machine.root))]
    .filter((event) => event !== '' && !event.startsWith('xstate.'))
    .toSorted()
})

/** Every state of the chart, the root first. */
export const allStates = (state: ChartState): readonly ChartState[] => [
  state,
  ...state.states.flatMap(allStates)
]
