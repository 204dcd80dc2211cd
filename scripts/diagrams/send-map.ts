/**
 * The map of who sends what to whom. What machines send is what their files say (`connectionSends`);
 * an event that a machine handles and no machine sends comes from outside, and its first word names
 * who (events are dotted by source). What a machine invokes hangs on it.
 */
import { allStates, type Chart } from './chart.ts'
import { LOOK, lines, titled } from './dot-text.ts'

export interface Sends {
  readonly to: string
  readonly events: readonly string[]
}

export interface Actor {
  readonly chart: Chart
  readonly sends: readonly Sends[]
}

export interface MapArrow {
  readonly from: string
  readonly to: string
  readonly events: readonly string[]
}

export interface SendMap {
  readonly machines: readonly string[]
  readonly outsiders: readonly string[]
  readonly arrows: readonly MapArrow[]
  /** Who runs what while it is in some state. */
  readonly invokes: readonly { readonly by: string; readonly actor: string }[]
}

const fromOutside = (actors: readonly Actor[]): readonly MapArrow[] =>
  actors.flatMap(({ chart }) => {
    const sent = new Set(
      actors.flatMap(({ sends }) =>
        sends.filter(({ to }) => to === chart.name).flatMap(({ events }) => events)
      )
    )
    const bySource = new Map<string, string[]>()
    for (const event of chart.handled.filter((name) => !sent.has(name))) {
      const source = event.split('.')[0] ?? event
      bySource.set(source, [...(bySource.get(source) ?? []), event])
    }
    return [...bySource].map(([from, events]) => ({ from, to: chart.name, events }))
  })

export const sendMapOf = (actors: readonly Actor[]): SendMap => {
  const machines = actors.map(({ chart }) => chart.name)
  const arrows = [
    ...actors.flatMap(({ chart, sends }) =>
      sends.map(({ to, events }) => ({ from: chart.name, to, events }))
    ),
    ...fromOutside(actors)
  ]
  const invokes = actors.flatMap(({ chart }) =>
    [...new Set(allStates(chart.root).flatMap((state) => state.invokes))].map((actor) => ({
      by: chart.name,
      actor
    }))
  )
  const named = [
    ...arrows.flatMap(({ from, to }) => [from, to]),
    ...invokes.map(({ actor }) => actor)
  ]
  const outsiders = [...new Set(named)].filter((name) => !machines.includes(name)).toSorted()
  return { machines, outsiders, arrows, invokes }
}

/** Arrows to machines that do not handle the event: a claim that the code does not keep. */
export const unheard = (actors: readonly Actor[]): readonly string[] =>
  actors.flatMap(({ chart, sends }) =>
    sends.flatMap(({ to, events }) => {
      const receiver = actors.find((actor) => actor.chart.name === to)
      if (receiver === undefined) return []
      return events
        .filter((event) => !receiver.chart.handled.includes(event))
        .map((event) => `${chart.name} sends ${event} to ${to}, which never handles it`)
    })
  )

const idOf = (name: string): string => `actor_${name.replaceAll(/[^A-Za-z0-9]/g, '_')}`

export const mapMermaid = (map: SendMap): string =>
  [
    'flowchart LR',
    ...map.machines.map((name) => `  ${idOf(name)}["${name}"]`),
    ...map.outsiders.map((name) => `  ${idOf(name)}(["${name}"])`),
    ...map.arrows.map(
      ({ from, to, events }) => `  ${idOf(from)} -->|"${events.join('<br/>')}"| ${idOf(to)}`
    ),
    ...map.invokes.map(({ by, actor }) => `  ${idOf(by)} -. invokes .-> ${idOf(actor)}`),
    ''
  ].join('\n')

export const mapDot = (map: SendMap): string =>
  [
    'digraph who_sends_what {',
    ...LOOK.map((line) => `  ${line}`),
    '  rankdir=LR nodesep=0.5 ranksep=1.2',
    ...map.machines.map(
      (name) => `  ${idOf(name)} [label=${titled(name, [])} fillcolor="#d9e8f6" penwidth=1.6]`
    ),
    ...map.outsiders.map((name) => `  ${idOf(name)} [label=${titled(name, [])} shape=ellipse]`),
    ...map.arrows.map(
      ({ from, to, events }) => `  ${idOf(from)} -> ${idOf(to)} [label=${lines(events)}]`
    ),
    ...map.invokes.map(
      ({ by, actor }) => `  ${idOf(by)} -> ${idOf(actor)} [style=dashed label="invokes"]`
    ),
    '}',
    ''
  ].join('\n')
