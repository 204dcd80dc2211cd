/** The states and transitions of a chart, by name. */
import type { AnyStateMachine, AnyStateNode } from 'xstate'

const nodesOf = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyStateNode))
]

/** States without states of their own, as paths, sorted. */
export const leafStatesOf = (machine: AnyStateMachine): readonly string[] =>
  nodesOf(machine.root)
    .filter(({ states }) => Object.keys(states).length === 0)
    .map(({ path }) => path.join('.'))
    .toSorted()

/** What XState calls a transition, both in the chart and in what its inspection tells. */
export interface ChartTransition {
  readonly source: AnyStateNode
  readonly eventType: string
}

const listOf = (node: AnyStateNode, eventType: string): readonly ChartTransition[] =>
  eventType === '' ? (node.always ?? []) : (node.transitions.get(eventType) ?? [])

/** `handshake.greeting peer.hello 2`: the second transition of that state for that event. */
export const nameOf = (transition: ChartTransition): string => {
  const { source, eventType } = transition
  const among = listOf(source, eventType)
  return `${source.path.join('.')} ${eventType || 'always'} ${among.indexOf(transition) + 1}`
}

/** Every transition of a chart, sorted; the first step into the initial state is none. */
export const transitionsOf = (machine: AnyStateMachine): readonly string[] =>
  nodesOf(machine.root)
    .flatMap((node) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])])
    .map((transition) => nameOf(transition as ChartTransition))
    .toSorted()
