/**
 * Goal: the pictures in state-diagrams/ are those of the machines in the code, and tell the truth.
 * Method: a small machine with one of everything is drawn and compared in full; the project's own
 * diagrams are drawn again in memory and compared with what is in the folder.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import { chartDot } from '../../scripts/diagrams/chart-dot.ts'
import { chartMermaid } from '../../scripts/diagrams/chart-mermaid.ts'
import { diagramFiles } from '../../scripts/diagrams/diagram-files.ts'
import { readActors } from '../../scripts/diagrams/machine-files.ts'
import { mapMermaid, sendMapOf, unheard } from '../../scripts/diagrams/send-map.ts'
import { staleFiles } from '../../scripts/generated-files.ts'
import { root, textOf } from './project.ts'

const fixtures = await readActors(join(import.meta.dirname, 'fixtures'))
const machines = await readActors(join(root, 'src', 'machines'))

const only = <A>(all: readonly A[]): A => {
  const [first] = all
  if (first === undefined || all.length !== 1) throw new Error(`${all.length} instead of one`)
  return first
}
const door = only(fixtures)

describe('a machine as a chart', () => {
  it('is Mermaid text with every state, arrow, guard, delay and actor', () => {
    expect(chartMermaid(door.chart).split('\n')).toEqual([
      'stateDiagram-v2',
      '  state "door" as door {',
      '    state "closed" as door_closed {',
      '      door_closed_locking : locking',
      '      door_closed_locked : locked',
      '      door_closed_ajar : ajar',
      '      [*] --> door_closed_locking',
      '    }',
      '    state "open" as door_open {',
      '      door_open_wing : wing',
      '      --',
      '      door_open_bell : bell',
      '    }',
      '    door_gone : gone',
      '    door_gone --> [*]',
      '    [*] --> door_closed',
      '  }',
      '  door --> door_gone : house.burns',
      '  door_closed --> door_open : hand.push [isUnlocked]',
      '  door_closed_locking --> door_closed_locked : locker done',
      '  door_closed_locking --> door_closed_ajar : locker failed',
      '  door_open --> door_closed : hand.pull',
      '  door_open --> door_closed : after draught',
      '  %% in door: hall.knock / say creaking',
      '  %% in door_closed_locking: invoke locker',
      '  %% in door_open: entry / say',
      ''
    ])
  })

  it('is Graphviz text in which compound states are clusters and arrows end at their borders', () => {
    const dot = chartDot(door.chart)
    expect(dot).toContain('subgraph cluster_door_closed {')
    expect(dot).toContain('ltail=cluster_door_closed lhead=cluster_door_open')
    expect(dot).toMatch(/door_gone \[label=.* peripheries=2\]/)
    // Both ways back from `open` are one arrow.
    expect(dot.match(/ltail=cluster_door_open/g)).toHaveLength(1)
  })
})

describe('the map of who sends what to whom', () => {
  it('names the senders of what no machine sends by the first word of the event', () => {
    const map = sendMapOf(fixtures)
    expect(map.outsiders).toEqual(['hall', 'hand', 'house', 'locker'])
    expect(mapMermaid(map)).toContain('actor_hand -->|"hand.pull<br/>hand.push"| actor_door')
    expect(mapMermaid(map)).toContain('actor_door -->|"door.creaked"| actor_hall')
    expect(mapMermaid(map)).toContain('actor_door -. invokes .-> actor_locker')
  })

  it('sees a claim to send what the receiver never handles', () => {
    const liar = { ...door, sends: [{ to: 'door', events: ['hand.push', 'hand.wave'] }] }
    expect(unheard([liar])).toEqual(['door sends hand.wave to door, which never handles it'])
  })
})

describe('state-diagrams/', () => {
  it('has a diagram of each machine', () => {
    expect(machines.map(({ chart }) => chart.name)).toEqual(
      expect.arrayContaining(['app', 'connection', 'session'])
    )
  })

  it('claims no message that its receiver does not handle', () => {
    expect(unheard(machines)).toEqual([])
  })

  it('is what the machines give (if not: npm run diagrams)', async () => {
    const wanted = await diagramFiles(machines)
    const present = readdirSync(join(root, 'state-diagrams'))
    const read = (name: string) => Promise.resolve(textOf(`state-diagrams/${name}`))
    expect(await staleFiles(wanted, present, read)).toEqual([])
  })

  it('loads nothing from elsewhere and needs no style sheet', async () => {
    for (const [name, content] of await diagramFiles(machines)) {
      if (!name.endsWith('.svg')) continue
      expect(content.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '').split('<svg')[1], name).not.toMatch(
        /https?:|@import|<style|<script|<image/
      )
    }
  })
})

describe('a generated folder', () => {
  it('is stale where a file is missing, differs or should not be there', async () => {
    const wanted = new Map([
      ['same', '1'],
      ['changed', '2'],
      ['missing', '3']
    ])
    const read = (name: string) => Promise.resolve(name === 'same' ? '1' : 'old')
    expect(await staleFiles(wanted, ['same', 'changed', 'leftover'], read)).toEqual([
      'changed',
      'leftover',
      'missing'
    ])
  })
})
