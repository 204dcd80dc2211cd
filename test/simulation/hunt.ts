/**
 * A random plan against the whole program, from one seed: two people talk while links are cut and
 * swallowed, processes are killed in the middle of anything, the power fails, disks are full, break, or are
 * set back to older copies, clocks jump and strangers call. Then all is healed, and what must hold is
 * checked. `npm run hunt` looks through many seeds.
 */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { EarshotEvent } from '../../src/domain/events.ts'
import { runChat } from '../../src/runtime/app.ts'
import type { Transport } from '../../src/services/transport.ts'
import { type Dice, makeDice } from '../../src/simulation/dice.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { Program, WorldHost } from '../../src/simulation/world-host.ts'
import { checkAll } from './delivery-checks.ts'
import { checkStory, Fault } from './hunt-checks.ts'
import { DISK_STEPS, healDisks, LOSS_STEPS } from './hunt-disks.ts'
import {
  isRunning,
  other,
  restart,
  type Side,
  type Stage,
  type Step,
  typeText
} from './hunt-side.ts'
import { call, rawHost, reach } from './mallory.ts'
import { at, MINUTE_MS, outcome, SECOND_MS, told } from './stage.ts'

const YEAR_MS = 365 * 24 * 60 * MINUTE_MS
const LOSS_CHANCE = 0.4
/** Kept as small as what was found so far needs; a longer plan finds no more, only later. */
const STEPS_MAX = 45

const startStage = (seed: number, program: Program<unknown, unknown>): Stage => {
  const dice = makeDice(`hunt ${seed}`)
  const world = makeWorld(seed, {
    latencyMs: dice.pick([
      [0.1, 1],
      [1, 20],
      [20, 200]
    ] as const),
    fragments: dice.chance(0.8),
    // Where little gets through, much waits behind what was sent.
    ...(dice.chance(0.2) && {
      bytesPerSecond: dice.pick([100_000, 1_000_000]),
      bufferBytes: 16 * 1024
    })
  })
  const settings = {
    heartbeatIntervalMs: dice.pick([1_000, 2_000, 5_000]),
    reconnectAttempts: 1_000,
    reconnectDelayMs: dice.pick([50, 500, 1_000])
  }
  const start = (name: string, host: string): Side => {
    const [saveHistory, readReceipts] = [dice.chance(0.5), dice.chance(0.8)]
    const connect = { host, port: 7000 }
    return {
      host: world.startHost(name, program, {
        settings: { ...settings, nickname: name, saveHistory, readReceipts, connect }
      }),
      saveHistory,
      readReceipts,
      typed: [],
      run: 1,
      copies: []
    }
  }
  const alice = start('alice', '10.0.0.2')
  world.clock.advance(dice.integer(0, 300))
  const bob = start('bob', '10.0.0.1')
  return {
    world,
    dice,
    sides: [alice, bob],
    strangers: 0,
    replacements: [],
    choseHistory: false
  }
}

/** Bytes of a text: mostly a line, now and then several items, rarely as much as is allowed. */
const sizeOf = (dice: Dice): number => {
  if (dice.chance(0.001)) return 1024 * 1024 - 100
  return dice.chance(0.03) ? 30_000 : dice.integer(0, 200)
}

const say: Step = ({ dice }, side) => {
  const count = dice.pick([1, 1, 2, 10, 60])
  for (let n = 0; n < count; n++) typeText(side, '.'.repeat(sizeOf(dice)))
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
  [1, ({ dice }, side) => side.host.jumpWall(dice.pick([-YEAR_MS, YEAR_MS]))],
  [
    2,
    ({ dice }, side) => {
      side.host.enter({ type: 'queue' })
      side.host.enter({ type: 'cancel', which: dice.pick(['all', 1, 2]) })
    }
  ],
  [2, (stage, side) => side.host.enter({ type: 'to', who: other(stage, side).host.peerId })],
  [1, (_, side) => side.host.enter({ type: 'history', count: 5 })],
  [1, (_, side) => side.host.enter({ type: 'search', words: 'alice' })],
  [
    1,
    (stage, side) => {
      // Most plans leave it to the settings, so that the history can be checked.
      if (!stage.choseHistory && !stage.dice.chance(0.1)) return
      stage.choseHistory = true
      side.host.enter({ type: 'history-keep', keep: stage.dice.pick(['on', 'off', 'default']) })
      if (stage.dice.chance(0.3)) side.host.enter({ type: 'history-erase', confirm: true })
    }
  ],
  [1, ({ dice }, side) => side.host.enter({ type: 'nick', nickname: `n${dice.integer(0, 99)}` })],
  [1, callAsStranger],
  [1, (_, side) => side.host.enter({ type: 'info' })]
]

const weighed = (steps: readonly (readonly [number, Step])[]): readonly Step[] =>
  steps.flatMap(([weight, step]) => Array.from({ length: weight }, () => step))

const SAFE_STEPS = weighed([...STEPS, ...DISK_STEPS])
const ALL_STEPS = weighed([...STEPS, ...DISK_STEPS, ...LOSS_STEPS])

const play = (stage: Stage, lossChance: number): void => {
  const { world, dice, sides } = stage
  const steps = dice.integer(5, STEPS_MAX)
  const possible = dice.chance(lossChance) ? ALL_STEPS : SAFE_STEPS
  for (let step = 0; step < steps; step++) {
    dice.pick(possible)(stage, dice.pick(sides))
    const pause = dice.pick([0, 5, 50, 500, 4_000, 20_000])
    world.clock.advance(dice.float() * pause)
  }
}

/** All faults end and everybody runs: whoever was cut off has to find the other again. */
const heal = (stage: Stage): void => {
  const { world, sides } = stage
  world.network.healAll()
  healDisks(stage)
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
  // A slow link may have a long text in front of all this.
  world.clock.advance(MINUTE_MS)
}

/** Of everything typed into the run that goes on, the user heard what became of it. */
const checkAnswered = ({ sides }: Stage): void => {
  for (const { host, typed, run } of sides) {
    const answered = new Set(
      [...told(host, 'message.queued', run), ...told(host, 'message.failed', run)].map(
        ({ text }) => text
      )
    )
    // What was taken back before it had a number is told by its id only.
    const queued = new Set(told(host, 'message.queued').map(({ id }) => id))
    const early = told(host, 'message.cancelled', run)
      .flatMap(({ ids }) => ids)
      .filter((id) => !queued.has(id))
    const silent = typed.filter((text) => !answered.has(text))[early.length]
    if (silent !== undefined) throw new Fault(`${host.name}: no word of ${silent.slice(0, 30)}`)
  }
}

/** Whether a process ended in mid-sentence, or was refused something, after this time. */
const wasDisturbed = ({ host }: Side, after: number): boolean =>
  [...host.crashes.values()].some((atMs) => atMs > after) ||
  host.store.refusals.some(({ atMs }) => atMs > after)

/**
 * Whose store was replaced, and whose peer could tell, was told so; and so was the peer. Where one of
 * them died after that, the news may have died with it.
 */
const checkTold = ({ replacements, sides }: Stage): void => {
  for (const { atMs, side } of replacements) {
    const untold = sides.filter(
      ({ host }) =>
        !host.events.some(
          ({ event, atMs: when }) =>
            event.type === 'delivery.restarted' &&
            event.whose === (host === side.host ? 'ours' : 'theirs') &&
            when >= atMs
        )
    )
    if (untold.length > 0 && !sides.some((each) => wasDisturbed(each, atMs)))
      throw new Fault(`${untold[0]?.host.name} was not told that ${side.host.name} lost its store`)
  }
}

const checkTalk = (stage: Stage): void => {
  const { sides, choseHistory } = stage
  checkAnswered(stage)
  checkTold(stage)
  const receipts = sides.every(({ readReceipts }) => readReceipts)
  for (const [from, to] of [sides, sides.toReversed()] as [Side, Side][]) {
    const saves = { sender: from.saveHistory, receiver: to.saveHistory }
    checkAll(
      { sender: from.host, receiver: to.host },
      { receipts, ...(!choseHistory && { saves }) }
    )
  }
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

export interface HuntOptions {
  /** Another one than the product, to see that its faults are found. */
  readonly program?: Program<unknown, unknown>
  /** How many of the plans delete stores or set them back: 0 to 1. */
  readonly lossChance?: number
}

export const hunt = (seed: number, options: HuntOptions = {}): Verdict => {
  const { program = runChat, lossChance = LOSS_CHANCE } = options
  const stage = startStage(seed, program)
  const { world, sides } = stage
  const [alice, bob] = sides.map(({ host }) => host) as [WorldHost, WorldHost]
  let fault: string | undefined
  try {
    play(stage, lossChance)
    heal(stage)
    checkLiveness(stage)
    for (const host of [alice, bob]) checkStory(host)
    checkTalk(stage)
    checkRest(stage)
  } catch (error) {
    // A defect of the program or of the clock is a finding like any other.
    fault = error instanceof Fault ? error.message : String((error as Error).stack ?? error)
  }
  const said = told(alice, 'message.queued').length + told(bob, 'message.queued').length
  return { seed, fault, trace: world.trace, said }
}
