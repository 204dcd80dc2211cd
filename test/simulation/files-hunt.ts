/**
 * A random plan with files against the whole program, from one seed: two people send each other files and folders,
 * take them, refuse them, pause and cancel, while links are cut, processes killed in the middle of any call of their
 * disks, the power fails, disks are full, slow or broken, pieces are damaged and sources change. Then all is
 * healed and everything is taken, and what must hold is checked. `npm run hunt -- --files` looks through many
 * seeds.
 */
import { runChat } from '../../src/runtime/app.ts'
import { type Dice, makeDice } from '../../src/simulation/dice.ts'
import type { FileCall } from '../../src/simulation/memory-files.ts'
import { makeWorld, type World } from '../../src/simulation/world.ts'
import type { Program, WorldHost } from '../../src/simulation/world-host.ts'
import { checkFiles, checkHandles } from './file-checks.ts'
import { endOf, KIB, MIB, offeredBy, putFile, putFolder, send, sourceAt } from './file-stage.ts'
import type { Verdict } from './hunt.ts'
import { Fault } from './hunt-checks.ts'
import { MINUTE_MS, outcome, SECOND_MS } from './stage.ts'

const STEPS_MAX = 40
/** How many calls of a disk ahead a fault in the middle of one is planned. */
const CALLS_AHEAD_MAX = 60
const CAPACITY_BYTES = 2 ** 40
const TRANSFERS_MAX = 12
const READS: readonly FileCall['kind'][] = ['stat', 'list', 'open', 'read']

interface FileStage {
  readonly world: World
  readonly dice: Dice
  readonly hosts: readonly [WorldHost, WorldHost]
  /** Names of what was sent, by the host that did. */
  readonly sent: Map<WorldHost, string[]>
  /** Whose sources changed: nobody knows which bytes were sent. */
  readonly changed: Set<string>
  sends: number
}

type FileStep = (stage: FileStage, host: WorldHost) => void

const isRunning = (host: WorldHost): boolean => host.network.up && outcome(host) === undefined

const restart: FileStep = ({ world }, host) => {
  if (!isRunning(host)) world.restart(host)
}

const startStage = (seed: number, program: Program<unknown, unknown>): FileStage => {
  const dice = makeDice(`files ${seed}`)
  const world = makeWorld(seed, {
    latencyMs: dice.pick([
      [0.1, 1],
      [1, 20],
      [20, 100]
    ] as const),
    bytesPerSecond: dice.pick([1_000_000, 5_000_000, 50_000_000]),
    fragments: dice.chance(0.3)
  })
  const settings = {
    heartbeatIntervalMs: dice.pick([1_000, 5_000]),
    reconnectAttempts: 1_000,
    reconnectDelayMs: dice.pick([50, 500])
  }
  const start = (name: string, host: string): WorldHost =>
    world.startHost(name, program, {
      settings: { ...settings, nickname: name, connect: { host, port: 7000 } }
    })
  const hosts = [start('alice', '10.0.0.2'), start('bob', '10.0.0.1')] as const
  world.clock.advance(2 * SECOND_MS)
  const sent = new Map(hosts.map((host) => [host, [] as string[]]))
  return { world, dice, hosts, sent, changed: new Set(), sends: 0 }
}

const sendSomething: FileStep = (stage, host) => {
  const { dice, sent } = stage
  if (stage.sends === TRANSFERS_MAX) return
  const number = ++stage.sends
  const isFolder = dice.chance(0.3)
  const name = isFolder ? `folder ${number}` : `file ${number}.bin`
  const path = isFolder
    ? putFolder(host, name, dice.integer(1, 40), dice.pick([100, 30 * KIB, 200 * KIB]))
    : putFile(host, name, dice.pick([0, 1, 70 * KIB, MIB, dice.integer(0, 6 * MIB)]), number)
  sent.get(host)?.push(name)
  send(host, path)
}

const changeSource: FileStep = ({ dice, sent, changed }, host) => {
  const files = (sent.get(host) ?? []).filter((name) => name.endsWith('.bin'))
  if (files.length === 0) return
  const name = dice.pick(files)
  changed.add(name)
  if (dice.chance(0.3)) host.files.disk.remove(`${host.files.home}/${name}`)
  else putFile(host, name, dice.integer(0, 2 * MIB), dice.integer(1_000, 2_000))
}

const takeAway: FileStep = ({ world, dice }, host) => {
  if (!isRunning(host)) return
  if (dice.chance(0.5)) world.kill(host)
  else world.powerCut(host)
}

/** A fault in the middle of a call of the disk that is still to come: the process is taken, or the call fails. */
const atCall: FileStep = (stage, host) => {
  const { disk } = host.files
  const at = disk.calls + stage.dice.integer(1, CALLS_AHEAD_MAX)
  const code = stage.dice.pick([undefined, undefined, 'EIO', 'ENOSPC', 'EACCES'])
  disk.onCall = ({ number, kind, path }) => {
    if (number < at) return undefined
    // A start that cannot read its notes knows of no transfers, and says so.
    const isRead = path.startsWith(host.files.notes) && READS.includes(kind)
    if (code !== undefined && isRead) return undefined
    disk.onCall = () => undefined
    if (code === undefined) takeAway(stage, host)
    return code
  }
}

const onLink =
  (act: (world: World, link: ReturnType<World['network']['links']>[number]) => void): FileStep =>
  ({ world, dice }) => {
    const link = dice.pick([undefined, ...world.network.links()])
    if (link !== undefined) act(world, link)
  }

const order =
  (type: 'pause' | 'resume' | 'transfer-cancel' | 'retry'): FileStep =>
  ({ dice }, host) => {
    host.enter({ type, which: dice.pick(['all' as const, 1, 2, 3, 4]) })
  }

/** What may happen, and how often. */
const STEPS: readonly (readonly [number, FileStep])[] = [
  [6, sendSomething],
  [4, (_, host) => host.enter({ type: 'accept' })],
  [3, ({ dice }, host) => host.enter({ type: 'accept-all', on: dice.chance(0.8) })],
  [1, (_, host) => host.enter({ type: 'decline' })],
  [2, order('pause')],
  [2, order('resume')],
  [1, order('transfer-cancel')],
  [1, order('retry')],
  [1, (_, host) => host.enter({ type: 'transfers' })],
  [2, onLink((world, link) => world.network.cut(link))],
  [1, onLink((world, link) => world.network.blackholeLink(link))],
  [2, ({ world }) => world.network.healAll()],
  [1, takeAway],
  [4, atCall],
  [4, restart],
  [1, ({ world }, host) => (isRunning(host) ? world.stop(host) : undefined)],
  [1, (_, host) => (isRunning(host) ? host.enter({ type: 'quit' }) : undefined)],
  [
    1,
    ({ dice }, { files: { disk } }) => {
      disk.capacityBytes = dice.pick([64 * MIB, 66 * MIB, CAPACITY_BYTES])
    }
  ],
  [
    1,
    ({ dice }, { files: { disk } }) => {
      disk.bytesPerSecond = dice.pick([undefined, 300_000, 10_000_000])
    }
  ],
  [
    1,
    (_, { files: { digests } }) => {
      digests.damaged++
    }
  ],
  [1, changeSource],
  [1, ({ dice }, host) => host.type(`words ${dice.uint32()}`)]
]

const ALL_STEPS = STEPS.flatMap(([weight, step]) => Array.from({ length: weight }, () => step))

const play = (stage: FileStage): void => {
  const { world, dice, hosts } = stage
  for (let step = dice.integer(5, STEPS_MAX); step > 0; step--) {
    dice.pick(ALL_STEPS)(stage, dice.pick(hosts))
    world.clock.advance(dice.float() * dice.pick([0, 5, 50, 500, 4_000, 20_000]))
  }
}

const isOver = ({ hosts }: FileStage): boolean =>
  hosts.every((from, index) =>
    offeredBy(from).every(
      (id) => endOf(from, id) !== undefined && endOf(hosts[1 - index] ?? from, id) !== undefined
    )
  )

/** All faults end, everybody runs, and takes everything. */
const heal = (stage: FileStage): void => {
  const { world, hosts } = stage
  world.network.healAll()
  for (const host of hosts) {
    const { disk, digests } = host.files
    disk.onCall = () => undefined
    disk.capacityBytes = CAPACITY_BYTES
    disk.bytesPerSecond = undefined
    digests.damaged = 0
    // Whoever is about to leave has left by then.
    world.clock.advance(5 * SECOND_MS)
    restart(stage, host)
  }
  hosts[0].enter({ type: 'connect', target: '10.0.0.2' })
  for (let round = 0; round < 4; round++) {
    world.clock.advance(30 * SECOND_MS)
    for (const host of hosts) {
      host.enter({ type: 'accept-all', on: true })
      host.enter({ type: 'accept' })
      host.enter({ type: 'resume', which: 'all' })
    }
  }
  world.clock.runUntil(() => isOver(stage), 20 * MINUTE_MS)
  // A note that could not be removed goes with the next run, once the peer was told again.
  for (const host of hosts) {
    world.stop(host)
    world.clock.advance(SECOND_MS)
    restart(stage, host)
  }
  world.clock.advance(3 * MINUTE_MS)
}

const checkRest = ({ world, hosts }: FileStage): void => {
  for (const host of hosts) host.enter({ type: 'quit' })
  world.clock.advance(2 * MINUTE_MS)
  for (const host of hosts) {
    if (outcome(host)?.exit !== 'clean') throw new Fault(`${host.name} does not leave`)
    checkHandles(host)
  }
  const held = JSON.stringify(world.held())
  if (held !== '{"timers":0,"fibers":0,"links":0,"ports":0}') throw new Fault(`it holds ${held}`)
}

/** @param program another one than the product, to see that its faults are found. */
export const huntFiles = (
  seed: number,
  program: Program<unknown, unknown> = runChat
): Verdict & { readonly done: number } => {
  const stage = startStage(seed, program)
  const { world, hosts, changed } = stage
  let fault: string | undefined
  try {
    play(stage)
    heal(stage)
    checkFiles(hosts, (host, name) => (changed.has(name) ? undefined : sourceAt(host, name)))
    checkRest(stage)
  } catch (error) {
    // A defect of the program or of the clock is a finding like any other.
    fault = error instanceof Fault ? error.message : String((error as Error).stack ?? error)
  }
  const ends = hosts.flatMap((host) => offeredBy(host).map((id) => endOf(host, id)?.type))
  const done = ends.filter((type) => type === 'transfer.done').length
  return { seed, fault, trace: world.trace, said: ends.length, done }
}
