/**
 * Goal: one identity that runs on two machines from copies of one store, in turns and at once, costs nobody
 * a message: what either says is heard once and in its order, what is told as delivered is there, and what
 * is said to them reaches at least one of them.
 * Method: 60 random plans: the machines take turns or meet, links are cut and swallowed, processes die.
 */
import { expect, it } from '@effect/vitest'
import { type Dice, makeDice } from '../../src/simulation/dice.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { at, chat, outcome, SECOND_MS, seeds, told } from './stage.ts'

const STEPS_MAX = 30

interface Stage {
  readonly world: World
  readonly dice: Dice
  readonly bob: WorldHost
  /** Alice's two machines. */
  readonly machines: readonly [WorldHost, WorldHost]
  typed: number
}

const runs = (host: WorldHost): boolean => host.network.up && host.exit() === undefined

const makeStage = (seed: number): Stage => {
  const dice = makeDice(`twins ${seed}`)
  const world = makeWorld(seed, { latencyMs: dice.pick([[0.1, 1] as const, [20, 200] as const]) })
  const settings = { heartbeatIntervalMs: 5_000, reconnectAttempts: 1_000, reconnectDelayMs: 500 }
  const bob = chat(world, 'bob', settings)
  const first = chat(world, 'first', { ...settings, connect: at(bob) })
  world.clock.advance(2 * SECOND_MS)
  const stage: Stage = { world, dice, bob, machines: [first, first], typed: 0 }
  talk(stage, first)
  talk(stage, bob)
  world.clock.advance(dice.float() * 3_000)
  const copy = first.store.written
  const second = chat(world, 'second', { ...settings, connect: at(bob) }, { keyOf: 'first' })
  world.kill(second)
  second.store.restore(copy)
  return { ...stage, machines: [first, second] }
}

const talk = (stage: Stage, host: WorldHost): void => {
  const count = stage.dice.pick([1, 2, 8])
  for (let n = 0; n < count; n++) host.type(`${host.name} says ${stage.typed++}`)
}

const end = ({ world, dice }: Stage, host: WorldHost): void => {
  if (runs(host)) world[dice.pick(['kill', 'powerCut', 'stop'] as const)](host)
}

const begin = ({ world, bob }: Stage, host: WorldHost): void => {
  if (runs(host)) return
  world.restart(host)
  if (host !== bob) host.enter({ type: 'connect', target: bob.address })
}

/** The other machine takes over. */
const swap = (stage: Stage): void => {
  const [first, second] = stage.machines
  const [from, to] = runs(first) ? [first, second] : [second, first]
  end(stage, from)
  stage.world.clock.advance(5 * SECOND_MS)
  begin(stage, to)
}

const step = (stage: Stage): void => {
  const { world, dice, bob, machines } = stage
  const anybody = () => dice.pick([bob, ...machines])
  const act = dice.pick([
    () => talk(stage, anybody()),
    () => talk(stage, anybody()),
    () => talk(stage, anybody()),
    () => swap(stage),
    () => swap(stage),
    () => end(stage, anybody()),
    () => begin(stage, anybody()),
    () => begin(stage, anybody()),
    () => anybody().enter({ type: 'to', who: dice.pick([bob.peerId, machines[0].peerId]) }),
    () => world.network.blackholeOneWay(dice.pick(machines).network, bob.network),
    () => world.network.blackholeOneWay(bob.network, dice.pick(machines).network),
    () => world.network.healAll(),
    () => {
      for (const link of world.network.links()) world.network.cut(link)
    }
  ])
  act()
  world.clock.advance(dice.float() * dice.pick([10, 200, 3_000, 30_000]))
}

/** Each machine has its turn, alone and in peace, until all is said. */
const settle = (stage: Stage): void => {
  const { world, bob, machines } = stage
  world.network.healAll()
  // Whoever was told to end does so.
  world.clock.advance(5 * SECOND_MS)
  begin(stage, bob)
  for (const on of [machines[0], machines[1], machines[0]]) {
    for (const host of machines) if (host !== on) end(stage, host)
    world.clock.advance(5 * SECOND_MS)
    begin(stage, on)
    // It may have been refused while the other was there.
    on.enter({ type: 'connect', target: bob.address })
    world.clock.advance(90 * SECOND_MS)
  }
}

const ids = (host: WorldHost, type: 'message.queued' | 'message.received'): readonly string[] =>
  told(host, type).map(({ id }) => id)

const check = ({ bob, machines }: Stage, seed: number): void => {
  const heard = told(bob, 'message.received').filter(({ again }) => again !== true)
  const once = new Set(heard.map(({ id }) => id))
  expect(once.size, `seed ${seed}: nothing twice`).toBe(heard.length)
  const shown = new Set(told(bob, 'message.received').map(({ id }) => id))
  // When Bob's disk had it.
  const safe = new Map<string, number>()
  for (const { changes, flushedAtMs } of bob.store.journal)
    for (const change of changes)
      for (const { id } of change.type === 'taken' ? change.messages : [])
        if (flushedAtMs !== undefined && !safe.has(id)) safe.set(id, flushedAtMs)
  for (const machine of machines) {
    const label = `seed ${seed}, ${machine.name}`
    if (outcome(machine) !== undefined) expect(outcome(machine)?.exit, label).toBe('clean')
    const lost = ids(machine, 'message.queued').filter((id) => !shown.has(id))
    expect(lost, `${label}: lost`).toEqual([])
    // Also what its process did not live to tell.
    const order = machine.store.journal.flatMap(({ changes }) =>
      changes.flatMap((change) =>
        change.type !== 'queued'
          ? []
          : change.messages.map(({ body }) => (body.kind === 'text' ? body.text : ''))
      )
    )
    const seen = heard.map(({ text }) => text).filter((text) => text.startsWith(machine.name))
    expect(seen, `${label}: in order`).toEqual(order.filter((text) => seen.includes(text)))
    for (const { event, atMs } of machine.events)
      for (const id of event.type === 'message.delivered' ? event.ids : [])
        expect(safe.get(id), `${label}: ${id} is not there`).toBeLessThanOrEqual(atMs)
  }
  const reached = new Set(machines.flatMap((machine) => ids(machine, 'message.received')))
  const missed = ids(bob, 'message.queued').filter((id) => !reached.has(id))
  expect(missed, `seed ${seed}: of what Bob said`).toEqual([])
}

it.each([0, 20, 40])('20 random plans of two machines, behind %d others', (behind) => {
  let restarts = 0
  for (const seed of seeds(20, behind)) {
    const stage = makeStage(seed)
    const steps = stage.dice.integer(5, STEPS_MAX)
    for (let n = 0; n < steps; n++) step(stage)
    settle(stage)
    check(stage, seed)
    restarts += told(stage.bob, 'delivery.restarted').length
  }
  expect(restarts).toBeGreaterThan(10)
})
