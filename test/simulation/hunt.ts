/**
 * A random plan against the whole program, from one seed: two people talk while links are cut and
 * swallowed, processes are killed and restarted, clocks jump and strangers call. Then all is healed,
 * and what must hold is checked. `npm run hunt` looks through many seeds.
 */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { EarshotEvent } from '../../src/domain/events.ts'
import type { Transport } from '../../src/services/transport.ts'
import type { Dice } from '../../src/simulation/dice.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { checkDelivery, checkStory, Fault } from './hunt-checks.ts'
import { call, rawHost, reach } from './mallory.ts'
import { at, chat, MINUTE_MS, outcome, SECOND_MS, told } from './stage.ts'

/** Kept as small as what was found so far needs; a longer plan finds no more, only later. */
const STEPS_MAX = 45

interface Side {
  readonly host: WorldHost
  /** Texts that were typed into the run that goes on, so that each is another one. */
  typed: number
  run: number
}

interface Stage {
  readonly world: World
  readonly dice: Dice
  readonly sides: readonly [Side, Side]
  strangers: number
}

const startStage = (seed: number): Stage => {
  const dice = makeDice(`hunt ${seed}`)
  const world = makeWorld(seed, {
    latencyMs: dice.pick([
      [0.1, 1],
      [1, 20],
      [20, 200]
    ] as const),
    fragments: dice.chance(0.8)
  })
  const settings = {
    heartbeatIntervalMs: dice.pick([1_000, 2_000, 5_000]),
    reconnectAttempts: 1_000,
    reconnectDelayMs: dice.pick([50, 500, 1_000])
  }
  const alice = chat(world, 'alice', { ...settings, connect: { host: '10.0.0.2', port: 7000 } })
  world.clock.advance(dice.integer(0, 300))
  const bob = chat(world, 'bob', { ...settings, connect: at(alice) })
  const side = (host: WorldHost): Side => ({ host, typed: 0, run: 1 })
  return { world, dice, sides: [side(alice), side(bob)], strangers: 0 }
}

const isRunning = ({ host }: Side): boolean => host.network.up && host.exit() === undefined

const other = ({ sides }: Stage, side: Side): Side => (side === sides[0] ? sides[1] : sides[0])

const say = ({ dice }: Stage, side: Side): void => {
  const count = dice.pick([1, 1, 2, 10, 60])
  for (let n = 0; n < count; n++) {
    const size = dice.chance(0.03) ? 30_000 : dice.integer(0, 200)
    side.host.type(`${side.host.name}#${side.run} ${side.typed++} ${'.'.repeat(size)}`)
  }
}

const restart = ({ world }: Stage, side: Side): void => {
  if (isRunning(side)) return
  world.restart(side.host)
  side.run++
  side.typed = 0
}

const callAsStranger = (stage: Stage, side: Side): void => {
  const target = at(side.host)
  const name = `stranger ${++stage.strangers}`
  const script: Effect.Effect<unknown, never, Transport | Scope> = stage.dice.pick([
    reach(target),
    call(target)
  ])
  rawHost(stage.world, name, Effect.andThen(Effect.exit(script), Effect.sleep('30 seconds')))
}

type Step = (stage: Stage, side: Side) => void

const onLastLink =
  (act: (stage: Stage, link: ReturnType<World['network']['links']>[number]) => void): Step =>
  (stage) => {
    const link = stage.dice.pick([undefined, ...stage.world.network.links()])
    if (link !== undefined) act(stage, link)
  }

/** What may happen, and how often. */
const STEPS: readonly (readonly [number, Step])[] = [
  [10, say],
  [3, onLastLink(({ world }, link) => world.network.cut(link))],
  [2, onLastLink(({ world }, link) => world.network.blackholeLink(link))],
  [1, onLastLink(({ world }, link) => world.network.healLink(link))],
  [1, ({ world, sides }) => world.network.blackhole(sides[0].host.network, sides[1].host.network)],
  [
    1,
    (stage, side) =>
      stage.world.network.blackholeOneWay(side.host.network, other(stage, side).host.network)
  ],
  [3, ({ world }) => world.network.healAll()],
  [
    1,
    (_, side) => {
      side.host.network.isRefusing = !side.host.network.isRefusing
    }
  ],
  [
    1,
    ({ world }, side) => {
      if (isRunning(side)) world.kill(side.host)
    }
  ],
  [
    1,
    ({ world }, side) => {
      if (isRunning(side)) world.stop(side.host)
    }
  ],
  [
    1,
    (_, side) => {
      if (isRunning(side)) side.host.enter({ type: 'quit' })
    }
  ],
  [4, restart],
  [
    2,
    (stage, side) => side.host.enter({ type: 'connect', target: other(stage, side).host.address })
  ],
  [
    1,
    ({ dice }, side) => side.host.jumpWall(dice.integer(-1, 1) * dice.integer(0, 10 * MINUTE_MS))
  ],
  [1, ({ dice }, side) => side.host.enter({ type: 'nick', nickname: `n${dice.integer(0, 99)}` })],
  [1, callAsStranger],
  [1, (_, side) => side.host.enter({ type: 'info' })]
]

const STEP_WEIGHTS = STEPS.flatMap(([weight, step]) => Array.from({ length: weight }, () => step))

const play = (stage: Stage): void => {
  const { world, dice, sides } = stage
  const steps = dice.integer(5, STEPS_MAX)
  for (let step = 0; step < steps; step++) {
    dice.pick(STEP_WEIGHTS)(stage, dice.pick(sides))
    const pause = dice.pick([0, 5, 50, 500, 4_000, 20_000])
    world.clock.advance(dice.float() * pause)
  }
}

/** All faults end and everybody runs: whoever was cut off has to find the other again. */
const heal = (stage: Stage): void => {
  const { world, sides } = stage
  world.network.healAll()
  for (const side of sides) {
    side.host.network.isRefusing = false
    world.clock.advance(5 * SECOND_MS)
    restart(stage, side)
  }
  world.clock.advance(4 * MINUTE_MS)
}

const ofLife: readonly EarshotEvent['type'][] = [
  'peer.connected',
  'peer.disconnected',
  'peer.reconnecting',
  'peer.awaited',
  'peer.lost'
]

const comings: readonly EarshotEvent['type'][] = ['peer.connected', 'peer.disconnected']

const allOf = ({ host, run }: Side): readonly EarshotEvent[] =>
  host.events.flatMap(({ instance, event }) => (instance === run ? [event] : []))

/** What the run that goes on told last of its peer's coming and going. */
const lastOf = (side: Side): EarshotEvent | undefined =>
  allOf(side).findLast(({ type }) => ofLife.includes(type))

const checkLiveness = (stage: Stage): void => {
  const { world, sides } = stage
  for (const side of sides) {
    const { name } = side.host
    if (outcome(side.host) !== undefined) throw new Fault(`${name} ended by itself`)
    if (lastOf(side)?.type === 'peer.reconnecting') throw new Fault(`${name} still reconnects`)
    const came = allOf(side).findLast(({ type }) => comings.includes(type))
    if (came?.type === 'peer.disconnected' && came.reason._tag !== 'Bye')
      throw new Fault(`${name} did not come back from ${came.reason._tag}`)
  }
  const between = () =>
    world.network.links().filter(({ from, to }) => {
      const ends = sides.map(({ host }) => host.network)
      return ends.includes(from) && ends.includes(to) && from !== to
    })
  // Where one left with a goodbye and the other's call back met a fault, nobody is to call again.
  if (between().length === 0) {
    sides[1].host.enter({ type: 'connect', target: sides[0].host.address })
    world.clock.advance(30 * SECOND_MS)
  }
  if (between().length !== 1) throw new Fault(`${between().length} links between them`)
  for (const side of sides) {
    if (lastOf(side)?.type !== 'peer.connected')
      throw new Fault(`${side.host.name} has a link and says ${lastOf(side)?.type}`)
    say(stage, side)
  }
  world.clock.advance(30 * SECOND_MS)
}

const checkRest = ({ world, sides }: Stage): void => {
  for (const { host } of sides) host.enter({ type: 'quit' })
  world.clock.advance(2 * MINUTE_MS)
  for (const { host } of sides)
    if (outcome(host)?.exit !== 'clean') throw new Fault(`${host.name} does not leave`)
  const held = JSON.stringify(world.held())
  if (held !== '{"timers":0,"fibers":0,"links":0,"ports":0}') throw new Fault(`it holds ${held}`)
}

/** What a seed came to: undefined when all held, else what did not. */
export interface Verdict {
  readonly seed: number
  readonly fault: string | undefined
  readonly trace: readonly string[]
  readonly said: number
}

export const hunt = (seed: number): Verdict => {
  const stage = startStage(seed)
  const { world, sides } = stage
  const [alice, bob] = sides.map(({ host }) => host) as [WorldHost, WorldHost]
  let fault: string | undefined
  try {
    play(stage)
    heal(stage)
    checkLiveness(stage)
    for (const host of [alice, bob]) checkStory(host)
    checkDelivery(alice, bob)
    checkDelivery(bob, alice)
    checkRest(stage)
  } catch (error) {
    // A defect of the program or of the clock is a finding like any other.
    fault = error instanceof Fault ? error.message : String((error as Error).stack ?? error)
  }
  const said = told(alice, 'message.queued').length + told(bob, 'message.queued').length
  return { seed, fault, trace: world.trace, said }
}
