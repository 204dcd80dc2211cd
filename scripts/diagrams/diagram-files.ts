/** Every file of state-diagrams/, made in memory. The same machines give the same bytes. */
import { instance } from '@viz-js/viz'
import { allStates } from './chart.ts'
import { chartDot } from './chart-dot.ts'
import { chartMermaid } from './chart-mermaid.ts'
import { type Actor, mapDot, mapMermaid, sendMapOf } from './send-map.ts'

const MAP = 'who-sends-what'

const readme = (actors: readonly Actor[]): string => {
  const rows = actors.map(({ chart }) => {
    const { name } = chart
    const top = chart.root.states.map((state) => `\`${state.name}\``).join(', ')
    const count = allStates(chart.root).length - 1
    return `| ${name} | ${top} | ${count} | [picture](${name}.svg) · [Mermaid](${name}.mmd) |`
  })
  const pictures = [MAP, ...actors.map(({ chart }) => chart.name)].map(
    (name) => `## ${name}\n\n![${name}](${name}.svg)\n`
  )
  return [
    '# State diagrams',
    '',
    'Drawn from the machines in `src/machines/` by `npm run diagrams`; do not edit by hand. A test fails',
    'when they do not match the code.',
    '',
    `Who sends what to whom: [picture](${MAP}.svg) · [Mermaid](${MAP}.mmd). Boxes are machines, ellipses`,
    'are what lies outside them; a dashed arrow is an actor that runs while a state lasts.',
    '',
    '| machine | states at the top | states in all | diagram |',
    '|---|---|---|---|',
    ...rows,
    '',
    'In a state: `entry / x` runs x on entering, `invoke y` runs the actor y as long as the state lasts,',
    '`event [guard] / action` is handled without leaving the state.',
    '',
    pictures.join('\n')
  ].join('\n')
}

/** File name → content. */
export const diagramFiles = async (
  actors: readonly Actor[]
): Promise<ReadonlyMap<string, string>> => {
  const viz = await instance()
  const svg = (dot: string): string => `${viz.renderString(dot, { format: 'svg' }).trimEnd()}\n`
  const map = sendMapOf(actors)
  return new Map([
    ['README.md', readme(actors)],
    [`${MAP}.mmd`, mapMermaid(map)],
    [`${MAP}.svg`, svg(mapDot(map))],
    ...actors.flatMap(({ chart }): readonly (readonly [string, string])[] => [
      [`${chart.name}.mmd`, chartMermaid(chart)],
      [`${chart.name}.svg`, svg(chartDot(chart))]
    ])
  ])
}
