/**
 * Goal: whatever two people do with files and whatever is done to their links, processes and disks, every transfer
 * ends at both ends, whole and byte for byte where it is done, and nothing is left behind.
 * Method: random plans (files-hunt.ts); and the same over programs that are broken on purpose, so that the checks
 * are seen to fail. A seed that fails is replayed by `npm run hunt -- --files --from SEED`.
 */
import { expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { runChat } from '../../src/runtime/app.ts'
import { Downloads } from '../../src/services/downloads.ts'
import { TransferNotes } from '../../src/services/transfer-notes.ts'
import type { Program } from '../../src/simulation/world-host.ts'
import { huntFiles } from './files-hunt.ts'
import { seeds } from './stage.ts'

it.each([0, 30])('30 random plans with files, behind %d others', (behind) => {
  let done = 0
  for (const seed of seeds(30, behind)) {
    const verdict = huntFiles(seed)
    expect(verdict.fault, `npm run hunt -- --files --from ${seed}`).toBeUndefined()
    done += verdict.done
  }
  expect(done).toBeGreaterThan(20)
})

it.each([151, 439, 595, 774])(
  'an end that the disk takes late is told, though the peer knows of it before (seed %d)',
  (seed) => {
    expect(huntFiles(seed).fault).toBeUndefined()
  }
)

it('the same seed is the same plan', () => {
  expect(huntFiles(7).trace).toEqual(huntFiles(7).trace)
})

/** The product over other downloads, or over other notes. */
const withDownloads = (
  change: (downloads: Downloads['Service']) => Partial<Downloads['Service']>
): Program<unknown, unknown> =>
  Effect.flatMap(Downloads, (downloads) =>
    Effect.provideService(runChat, Downloads, { ...downloads, ...change(downloads) })
  )

const withNotes = (change: Partial<TransferNotes['Service']>): Program<unknown, unknown> =>
  Effect.flatMap(TransferNotes, (notes) =>
    Effect.provideService(runChat, TransferNotes, { ...notes, ...change })
  )

/** The words of the first fault that is found, in ten seeds behind so many others. */
const foundIn = (program: Program<unknown, unknown>, behind: number): string | undefined => {
  for (const seed of seeds(10, behind)) {
    const { fault } = huntFiles(seed, program)
    if (fault !== undefined) return fault
  }
  return undefined
}

it.each([
  [
    'bytes that are not written',
    withDownloads((downloads) => ({
      open: (...where) =>
        Effect.map(downloads.open(...where), (open) => ({
          ...open,
          sync: open.sync,
          publish: open.publish,
          write: (entry, at, bytes) =>
            open.write(
              entry,
              at,
              bytes.map((each) =>
                each.map((byte, index) => (at === 0 && index === 0 ? byte ^ 1 : byte))
              )
            )
        }))
    })),
    /is not|names of/u,
    0
  ],
  [
    'parts that are not removed',
    withDownloads(() => ({ discard: () => Effect.void })),
    /nobody owns/u,
    95
  ],
  [
    'parts that are made before they are noted',
    withDownloads((downloads) => ({
      begin: (offer, note) =>
        downloads.begin(offer, {
          place: undefined,
          write: (place) => (place.partInode === undefined ? Effect.void : note.write(place))
        })
    })),
    /nobody owns/u,
    10
  ],
  ['notes that are not removed', withNotes({ remove: () => Effect.void }), /noted still/u, 0]
] as const)('finds %s', (_, program, fault, behind) => {
  expect(foundIn(program, behind)).toMatch(fault)
})
