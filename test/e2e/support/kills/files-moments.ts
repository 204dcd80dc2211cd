/** The moments in which an end is killed while files move. Each comes back when all victims are dead. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import type { EventType } from '../../../../src/domain/events.ts'
import { JOURNAL_INTERVAL_BYTES } from '../../../../src/domain/limits.ts'
import { downloadsOf } from '../files.ts'
import type { End } from './end.ts'
import { partBytes, untilSeen } from './files-disk.ts'
import type { Shape } from './files-sent.ts'
import type { FileTalk } from './files-talk.ts'
import { kill } from './moments.ts'

export interface FileMoment {
  readonly name: string
  /** @param victims at least one; where one of them has to do something first, it is the first. */
  readonly strike: (
    talk: FileTalk,
    victims: readonly [End, ...End[]],
    bytes: number
  ) => Promise<void>
  /** true: nobody is killed. */
  readonly spares?: boolean
}

/** More of a file that is paused: it is not over before the command comes. */
const PAUSED_BYTES = 40 * 2 ** 20

/** Half as much again as may be unsynced. */
const LARGE_BYTES = 1.5 * JOURNAL_INTERVAL_BYTES

const placed: FileMoment = {
  name: 'as its part is made',
  strike: async (talk, victims, bytes) => {
    const { bob } = talk.pair
    const [{ name }] = talk.make('one', bytes)
    talk.send()
    await untilSeen(downloadsOf(bob.home), `a part of ${name}`, () => partBytes(bob, name))
    await kill(victims)
  }
}

/** Until so much of a file is on the disk of the receiver, or it has its name. */
const untilOnDisk = ({ pair: { bob } }: FileTalk, name: string, bytes: number): Promise<true> => {
  const folder = downloadsOf(bob.home)
  const isThere = (): boolean =>
    (partBytes(bob, name) ?? 0) >= bytes || existsSync(join(folder, name))
  return untilSeen(folder, `${bytes} of ${name}`, () => isThere() || undefined)
}

const untilNamed = ({ pair: { bob } }: FileTalk, name: string): Promise<true> => {
  const folder = downloadsOf(bob.home)
  return untilSeen(folder, name, () => existsSync(join(folder, name)) || undefined)
}

/** Right after one of them tells this. */
const whenTold = (name: string, type: EventType): FileMoment => ({
  name,
  strike: async (talk, victims, bytes) => {
    const [first] = victims
    talk.isAnswering = type !== 'transfer.offered'
    talk.make('one', bytes)
    const told = first.next(type)
    talk.send()
    await told
    await kill(victims)
  }
})

/** Some time, up to this, after alice was told to send. */
const within = (name: string, shape: Shape, msMax: number): FileMoment => ({
  name,
  strike: async (talk, victims, bytes) => {
    talk.make(shape, bytes)
    talk.send()
    await after(talk.pair.dice.below(msMax))
    await kill(victims)
  }
})

/** Some time, up to this, after this end told this. */
const behind = (
  name: string,
  shape: Shape,
  [who, type]: readonly ['alice' | 'bob', EventType],
  msMax: number
): FileMoment => ({
  name,
  strike: async (talk, victims, bytes) => {
    talk.make(shape, bytes)
    const told = talk.pair[who].next(type)
    talk.send()
    await told
    await after(talk.pair.dice.below(msMax))
    await kill(victims)
  }
})

/** When a part of the bytes, by chance, is on the receiver's disk. */
const toSomeByte = async (talk: FileTalk, bytes: number): Promise<void> => {
  const [{ name }] = talk.make('one', bytes)
  talk.send()
  await untilOnDisk(talk, name, talk.pair.dice.below(bytes))
}

const atSomeByte: FileMoment = {
  name: 'at a random part of the bytes',
  strike: async (talk, victims, bytes) => {
    await toSomeByte(talk, bytes)
    await kill(victims)
  }
}

/** When more of it is on the disk than may be unsynced. */
const late: FileMoment = {
  name: 'late in a large file',
  strike: async (talk, victims, bytes) => {
    const [{ name }] = talk.make('one', bytes + LARGE_BYTES)
    talk.send()
    await untilOnDisk(talk, name, LARGE_BYTES)
    await kill(victims)
  }
}

const atTheLastByte: FileMoment = {
  name: 'when all of it is there',
  strike: async (talk, victims, bytes) => {
    const [{ name }] = talk.make('one', bytes)
    talk.send()
    await untilOnDisk(talk, name, bytes)
    await after(talk.pair.dice.below(40))
    await kill(victims)
  }
}

/** @param msMax from the first name on. */
const asNamed = (name: string, shape: Shape, msMax: number): FileMoment => ({
  name,
  strike: async (talk, victims) => {
    const [item] = talk.make(shape, 2 ** 20)
    talk.send()
    await untilNamed(talk, item.name)
    if (msMax > 0) await after(talk.pair.dice.below(msMax))
    await kill(victims)
  }
})

const whilePaused: FileMoment = {
  name: 'while it is paused',
  strike: async (talk, victims, bytes) => {
    const [first] = victims
    talk.make('one', bytes + PAUSED_BYTES)
    const started = talk.next(first, 'transfer.started')
    talk.send()
    await started
    const paused = talk.next(first, 'transfer.paused', 'transfer.done')
    first.ask({ type: 'pause', which: 'all' })
    if ((await paused) === 'transfer.paused') talk.pausedBy = first
    await kill(victims)
  }
}

/** Killed twice: the second time when `then` says so, while it starts. */
const twice = (name: string, then: (talk: FileTalk) => Promise<unknown>): FileMoment => ({
  name,
  strike: async (talk, victims, bytes) => {
    await toSomeByte(talk, bytes)
    await kill(victims)
    const now = then(talk)
    await talk.pair.bringBack(false)
    await now
    await kill(victims)
  }
})

const cancelled: FileMoment = {
  name: 'as it is cancelled',
  strike: async (talk, victims, bytes) => {
    const [first] = victims
    await toSomeByte(talk, bytes)
    for (const item of talk.round) item.mayEnd = true
    first.ask({ type: 'transfer-cancel', which: 'all' })
    await after(talk.pair.dice.below(15))
    await kill(victims)
  }
}

const stopped = (name: string, msMax: number, awakes: boolean): FileMoment => ({
  name,
  spares: awakes,
  strike: async (talk, victims, bytes) => {
    const { dice } = talk.pair
    await toSomeByte(talk, bytes)
    for (const victim of victims) victim.signal('SIGSTOP')
    await after(dice.below(msMax))
    if (!awakes) return kill(victims)
    for (const victim of victims) victim.signal('SIGCONT')
    // Who has lost it often waits long before it calls again.
    for (const victim of victims)
      talk.pair.otherOf(victim).ask({ type: 'connect', target: victim.address })
  }
})

export const FILE_MOMENTS = {
  random: within('at a random moment', 'one', 300),
  sent: within('as it is sent', 'one', 30),
  offered: whenTold('after transfer.offered', 'transfer.offered'),
  accepted: whenTold('after transfer.accepted', 'transfer.accepted'),
  placed,
  started: whenTold('after transfer.started', 'transfer.started'),
  atSomeByte,
  late,
  atTheLastByte,
  named: asNamed('as it gets its name', 'one', 0),
  manyNamed: asNamed('while many get their names', 'many', 60),
  done: whenTold('after transfer.done', 'transfer.done'),
  listed: behind('while the list of a folder is told', 'list', ['alice', 'transfer.offered'], 100),
  inFolder: behind('in the middle of a folder', 'folder', ['bob', 'transfer.started'], 100),
  whilePaused,
  goingOn: twice('as it goes on, again', (talk) => talk.moves()),
  starting: twice('twice within 300 ms', ({ pair }) => after(pair.dice.below(300))),
  cancelled,
  stopped: stopped('stopped for up to 0.5 s, then killed', 500, false),
  awakened: stopped('stopped for up to 1.5 s, and awakened', 1500, true)
} as const satisfies Readonly<Record<string, FileMoment>>
