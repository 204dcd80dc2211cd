/** A chart as Mermaid text (stateDiagram-v2), which code hosts show as a picture. */
import type { Chart, ChartState } from './chart.ts'

/** A colon ends the arrow and a semicolon the line, so neither may stand in a label. */
const safe = (label: string): string => label.replaceAll(/[:;]/g, ' ')

const block = (state: ChartState, pad: string): readonly string[] => {
  if (state.states.length === 0)
    return [
      `${pad}${state.id} : ${state.name}`,
      ...(state.kind === 'final' ? [`${pad}${state.id} --> [*]`] : [])
    ]
  const within = state.states.flatMap((child, index) => [
    ...(state.kind === 'parallel' && index > 0 ? [`${pad}  --`] : []),
    ...block(child, `${pad}  `)
  ])
  // The start comes after the labels: some viewers lose labels that follow it.
  const start = state.initial === undefined ? [] : [`${pad}  [*] --> ${state.initial}`]
  return [`${pad}state "${state.name}" as ${state.id} {`, ...within, ...start, `${pad}}`]
}

const insides = (state: ChartState): readonly string[] => [
  ...state.inside.map((line) => `  %% in ${state.id}: ${line}`),
  ...state.states.flatMap(insides)
]

/** What happens inside a state stands as comments: as arrows it would hide the chart. */
export const chartMermaid = (chart: Chart): string =>
  [
    'stateDiagram-v2',
    ...block({ ...chart.root, name: chart.name }, '  '),
    ...chart.arrows.map(({ from, to, label }) => `  ${from} --> ${to} : ${safe(label)}`),
    ...insides(chart.root),
    ''
  ].join('\n')
