/** A chart as Graphviz text: nested states as clusters, several arrows between two states as one. */
import { allStates, type Chart, type ChartState } from './chart.ts'
import { LOOK, lines, titled } from './dot-text.ts'

const FILLS = ['#ffffff', '#f7f9fb', '#eef2f6', '#e4e9ef']

const contains = (outer: ChartState, id: string): boolean =>
  allStates(outer).some((state) => state.id === id)

const nodeOf = (state: ChartState): string => {
  const ends = state.kind === 'final' ? ' peripheries=2' : ''
  return `${state.id} [label=${titled(state.name, state.inside)}${ends}]`
}

/** Stands for "whatever the state inside is" where an arrow leaves a compound state for its own inside. */
const anyId = (state: ChartState): string => `any_${state.id}`

const needsAny = (chart: Chart, state: ChartState): boolean =>
  state.states.length > 0 &&
  chart.arrows.some(({ from, to }) => from === state.id && contains(state, to))

const block = (chart: Chart, state: ChartState, depth: number): readonly string[] => {
  const pad = '  '.repeat(depth + 1)
  if (state.states.length === 0) return [`${pad}${nodeOf(state)}`]
  const start =
    state.initial === undefined
      ? []
      : [`${pad}  start_${state.id} [shape=point width=0.12 fillcolor="#52606d" label=""]`]
  const style = state.kind === 'parallel' ? 'rounded,filled,dashed' : 'rounded,filled'
  return [
    `${pad}subgraph cluster_${state.id} {`,
    `${pad}  label=${titled(state.name, state.inside)} labeljust=l style="${style}"`,
    `${pad}  color="#9aa5b1" fillcolor="${FILLS[Math.min(depth, FILLS.length - 1)]}"`,
    ...start,
    ...(needsAny(chart, state)
      ? [`${pad}  ${anyId(state)} [label="any" shape=plaintext style="" fontsize=9]`]
      : []),
    ...state.states.flatMap((child) => block(chart, child, depth + 1)),
    `${pad}}`
  ]
}

/** Graphviz draws arrows between nodes, so a compound state is stood for by its first leaf. */
const leafOf = (state: ChartState, states: ReadonlyMap<string, ChartState>): string => {
  const first = states.get(state.initial ?? '') ?? state.states[0]
  return first === undefined ? state.id : leafOf(first, states)
}

/** One arrow, cut at the border of a compound state unless the other end lies within it. */
const arrow = (
  states: ReadonlyMap<string, ChartState>,
  from: ChartState,
  to: ChartState,
  attributes: readonly string[]
): string => {
  const apart = !contains(from, to.id) && !contains(to, from.id)
  const tail = apart && from.states.length > 0 ? [`ltail=cluster_${from.id}`] : []
  const head = apart && to.states.length > 0 ? [`lhead=cluster_${to.id}`] : []
  const all = [...attributes, ...tail, ...head].join(' ')
  const start = from.states.length > 0 && contains(from, to.id) ? anyId(from) : leafOf(from, states)
  return `  ${start} -> ${leafOf(to, states)} [${all}]`
}

export const chartDot = (chart: Chart): string => {
  const states = new Map(allStates(chart.root).map((state) => [state.id, state]))
  const starts = allStates(chart.root).flatMap((state) => {
    const initial = states.get(state.initial ?? '')
    if (initial === undefined) return []
    const head = initial.states.length > 0 ? ` [lhead=cluster_${initial.id}]` : ''
    return [`  start_${state.id} -> ${leafOf(initial, states)}${head}`]
  })
  const labels = new Map<string, string[]>()
  for (const { from, to, label } of chart.arrows) {
    const key = `${from} ${to}`
    labels.set(key, [...(labels.get(key) ?? []), label])
  }
  const arrows = [...labels].flatMap(([key, texts]) => {
    const [from, to] = key.split(' ').map((id) => states.get(id))
    if (from === undefined || to === undefined) return []
    return [arrow(states, from, to, [`label=${lines(texts)}`])]
  })
  return [
    `digraph ${chart.root.id} {`,
    ...LOOK.map((line) => `  ${line}`),
    '  compound=true rankdir=TB nodesep=0.35 ranksep=0.45',
    ...block(chart, { ...chart.root, name: chart.name }, 0),
    ...starts,
    ...arrows,
    '}',
    ''
  ].join('\n')
}
