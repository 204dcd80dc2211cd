/** One row of the table of files: at which moment, who is hit, how often, and what came of what was sent. */
import { Dice } from './lines.ts'
import { type FileJudgement, judgeFiles } from './files-judge.ts'
import type { FileMoment } from './files-moments.ts'
import { FileTalk } from './files-talk.ts'
import { victimsOf, type Whom } from './row.ts'

/** What happens, and to whom. */
export interface Strike {
  readonly moment: FileMoment
  readonly whom: Whom
  /** Of the file that is sent. */
  readonly bytes: number
}

export interface FileRow extends FileJudgement {
  /** Times that a run of the program was killed, or stopped where none is killed. */
  readonly hits: number
  /** Parts and notes that nobody owns. */
  readonly leftOvers: number
  /** Bytes that were on the receiver's disk and were sent once more, of each that went on. */
  readonly again: readonly number[]
  /** From each new start until it moved. */
  readonly seconds: readonly number[]
  /** In how many transfers the receiver was caught in each stage. */
  readonly caught: ReadonlyMap<string, number>
}

const round = async (
  talk: FileTalk,
  { moment, whom, bytes }: Strike
): Promise<number | undefined> => {
  const victims = victimsOf(talk.pair, whom)
  await moment.strike(talk, victims, bytes)
  if (!talk.pair.bob.isRunning) talk.look()
  const from = performance.now()
  talk.movedAt = undefined
  await talk.pair.bringBack(false)
  await talk.finish()
  return talk.movedAt === undefined ? undefined : (talk.movedAt - from) / 1000
}

/** @param strikes one after the other; @param folder for the homes, empty. */
export const playFiles = async (
  strikes: readonly Strike[],
  seed: number,
  folder: string
): Promise<FileRow> => {
  const talk = await FileTalk.make(folder, new Dice(seed))
  const { pair } = talk
  const seconds: number[] = []
  try {
    for (const strike of strikes) {
      const moved = await round(talk, strike)
      if (moved !== undefined) seconds.push(moved)
    }
    await pair.whole()
    await pair.leave()
  } catch (error) {
    talk.faults.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    await Promise.all(pair.ends.map((end) => end.kill()))
  }
  const judged = judgeFiles(talk.items)
  const hitsOf = (signal: 'SIGKILL' | 'SIGSTOP'): number =>
    pair.ends.reduce((sum, { hits }) => sum + hits[signal], 0)
  return {
    ...judged,
    hits: strikes.every(({ moment }) => moment.spares === true)
      ? hitsOf('SIGSTOP')
      : hitsOf('SIGKILL'),
    leftOvers: talk.leftOvers.length,
    again: talk.again,
    seconds,
    caught: talk.caught,
    faults: [
      ...pair.ends.flatMap(({ faults }) => faults),
      ...judged.faults,
      ...talk.faults,
      ...talk.leftOvers.map((each) => `left over: ${each}`)
    ]
  }
}
