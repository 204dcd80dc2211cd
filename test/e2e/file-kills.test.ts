/**
 * Goal: files and folders on their way survive `kill -9` of either end or of both: after a restart they go on by
 * themselves where the disk had them, end whole, are told as done, and leave nothing else behind at either
 * end, whenever it happens (features.md E2).
 * Method: two built programs, one of which sends while alice (who sends), bob (who takes) or both are killed at
 * the moments of support/kills/files-moments.ts; what came is compared byte by byte, and both disks are looked at.
 * `npm run kills -- --files` does it for longer.
 */
import { describe, expect, it } from 'vitest'
import { JOURNAL_INTERVAL_BYTES } from '../../src/domain/limits.ts'
import { FILE_MOMENTS } from './support/kills/files-moments.ts'
import { playFiles, type Strike } from './support/kills/files-row.ts'
import { builtProgram, temporaryFolder } from './support/program.ts'

const BYTES = 20 * 2 ** 20 + 5
const SEED = 1

const strike = (moment: keyof typeof FILE_MOMENTS, whom: Strike['whom']): Strike => ({
  moment: FILE_MOMENTS[moment],
  whom,
  bytes: BYTES
})

describe('E2: an end is killed while files move', () => {
  it.each<readonly [string, readonly Strike[]]>([
    [
      'files go on by themselves, and come whole',
      [
        strike('late', 'both'),
        strike('atSomeByte', 'alice'),
        strike('atTheLastByte', 'bob'),
        strike('named', 'bob'),
        strike('manyNamed', 'both')
      ]
    ],
    [
      'so do folders, and what was not answered, was paused or cancelled stays so',
      [
        strike('offered', 'bob'),
        strike('inFolder', 'both'),
        strike('whilePaused', 'alice'),
        strike('cancelled', 'bob')
      ]
    ]
  ])('%s', { timeout: 60_000 }, async (_, strikes) => {
    builtProgram()
    const row = await playFiles(strikes, SEED, temporaryFolder())
    expect(row.faults).toEqual([])
    expect(row).toMatchObject({ wrong: 0, lost: 0, leftOvers: 0 })
    expect(row.hits).toBeGreaterThan(strikes.length)
    // What is sent again is not much more than what may be unsynced.
    expect(Math.max(...row.again)).toBeLessThan(1.4 * JOURNAL_INTERVAL_BYTES)
  })
})
