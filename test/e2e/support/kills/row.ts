/** One row of the table of kills: a moment, who is hit, how often, and what was shown afterwards. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { environmentOf, root } from '../program.ts'
import type { End } from './end.ts'
import { judge, type Judgement } from './judge.ts'
import { Dice, numberOf } from './lines.ts'
import type { Moment } from './moments.ts'
import { Pair } from './pair.ts'

export type Whom = 'alice' | 'bob' | 'both'

export interface Row extends Judgement {
  readonly whom: string
  readonly moment: string
  /** Times that a run of the program was killed, or stopped where none is killed. */
  readonly hits: number
  /** After each hit, until everything had arrived. */
  readonly seconds: readonly number[]
}

interface Stored {
  readonly direction: 'in' | 'out'
  readonly text: string
  readonly state: string
}

/** What `earshot history` finds in a home. */
const storedAt = (end: End): readonly Stored[] => {
  const args = ['history', end.name === 'alice' ? 'bob' : 'alice', '--all', '--json']
  const { stdout } = spawnSync(process.execPath, [join(root, 'bin', 'earshot'), ...args], {
    cwd: end.home,
    env: environmentOf(end.home),
    encoding: 'utf8',
    maxBuffer: 1024 ** 3
  })
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Stored)
}

/** The history holds what was shown and said, in order and once, and nothing that still waits. */
const checkStored = ({ alice, bob }: Pair): readonly string[] => {
  const faults: string[] = []
  const kept = storedAt(bob)
  const numbers = (direction: Stored['direction'], { name }: End): string =>
    kept
      .filter((line) => line.direction === direction)
      .map(({ text }) => numberOf(name, text))
      .join()
  const shownAt = (end: End): string => [...new Set(end.shown.map(({ n }) => n))].join()
  if (numbers('in', alice) !== shownAt(bob)) faults.push('bob has not kept what he was shown')
  if (numbers('out', bob) !== shownAt(alice)) faults.push('bob has not kept what he said')
  const waiting = kept.filter(({ state }) => state === 'waiting').length
  if (waiting > 0) faults.push(`${waiting} still wait at bob's`)
  if (storedAt(alice).length > 0) faults.push('alice has kept something')
  return faults
}

/** Who is hit; where one has to do something first, it is the first. */
export const victimsOf = ({ alice, bob }: Pair, whom: Whom): readonly [End, ...End[]] => {
  if (whom === 'both') return [alice, bob]
  return [whom === 'alice' ? alice : bob]
}

/** @param who in turns; @param folder for the homes, empty. */
export const playRow = async (
  moment: Moment,
  who: readonly [Whom, ...Whom[]],
  rounds: number,
  seed: number,
  folder: string
): Promise<Row> => {
  const pair = await Pair.make(folder, new Dice(seed))
  const seconds: number[] = []
  try {
    await pair.bringBack(false)
    await pair.whole()
    for (let round = 0; round < rounds; round += 1) {
      const victims = victimsOf(pair, who[round % who.length] ?? 'both')
      await moment.strike(pair, victims)
      const from = performance.now()
      await pair.bringBack(moment.called === true)
      await pair.whole()
      seconds.push((performance.now() - from) / 1000)
    }
    await pair.leave()
  } catch (error) {
    throw new Error(
      [`${moment.name}, seed ${seed}`, ...pair.ends.map((end) => end.lastTold(12))].join('\n'),
      { cause: error }
    )
  } finally {
    await Promise.all(pair.ends.map((end) => end.kill()))
  }
  const signal = moment.spares === true ? 'SIGSTOP' : 'SIGKILL'
  const [there, back] = [judge(pair.alice, pair.bob), judge(pair.bob, pair.alice)]
  return {
    whom: who.join(', '),
    moment: moment.name,
    hits: pair.alice.hits[signal] + pair.bob.hits[signal],
    seconds,
    queued: there.queued + back.queued,
    shown: there.shown + back.shown,
    doubled: there.doubled + back.doubled,
    lost: there.lost + back.lost,
    again: there.again + back.again,
    faults: [...there.faults, ...back.faults, ...checkStored(pair)]
  }
}
