/**
 * Goal: a download on the disk of a simulated host survives a crash at any call of it: it goes on behind what
 * was synced, ends whole under a free name, and leaves nothing that nobody owns.
 * Method: one file and one folder are received in steps; the process is killed, or the power fails, at each
 * call in turn, and the next run goes on from the pieces that were noted before.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { DISK_RESERVE_BYTES } from '../../../src/domain/limits.ts'
import type { TransferEntry, TransferOffer } from '../../../src/domain/transfers.ts'
import type { Downloads, OpenDownload } from '../../../src/services/downloads.ts'
import type { DownloadPlace } from '../../../src/services/transfer-notes.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { makeMemoryDownloads } from '../../../src/simulation/memory-downloads.ts'
import type { MemoryFiles } from '../../../src/simulation/memory-files.ts'
import { FILE, FOLDER, UNREAD } from '../../compliance/downloads-world.ts'
import { bytesOf, filesDisk, textOf } from './files-disk.ts'

const ROOT = '/downloads'

/** A byte of every place of the whole transfer. */
const byteAt = (at: number): Uint8Array => bytesOf('abcdefghijklmnop'.slice(at, at + 1))

const downloadsOn = (files: MemoryFiles) =>
  makeMemoryDownloads(files.open(), ROOT, makeDice(files.calls))

/** Writes byte by byte from `from` on, syncing and noting after each third one. */
const receive = (
  open: OpenDownload,
  list: readonly TransferEntry[],
  from: number,
  note: (safe: number) => void
) =>
  Effect.gen(function* () {
    let at = 0
    for (const [index, { bytes }] of list.entries())
      for (let inside = 0; inside < bytes; inside++, at++) {
        if (at < from) continue
        yield* open.write(index, inside, [byteAt(at)])
        if (at % 3 !== 2) continue
        yield* open.sync
        note(at + 1)
      }
  })

interface Noted {
  place?: DownloadPlace
  safe: number
  path?: string
}

/** All that a run does of a transfer, from what was noted on. */
const runOf = (
  downloads: Downloads['Service'],
  offer: TransferOffer,
  list: readonly TransferEntry[],
  noted: Noted
) =>
  Effect.gen(function* () {
    const place =
      noted.place?.partInode === undefined
        ? yield* downloads.begin(offer, {
            place: noted.place,
            write: (next) =>
              Effect.sync(() => {
                noted.place = next
              })
          })
        : noted.place
    const open = yield* downloads.open(place, offer, list, noted.safe)
    yield* receive(open, list, noted.safe, (safe) => {
      noted.safe = safe
    })
    yield* open.sync
    noted.safe = offer.bytes
    noted.path = yield* open.publish
  }).pipe(Effect.scoped)

const expectWhole = (
  files: MemoryFiles,
  offer: TransferOffer,
  at = `${ROOT}/${offer.name}`
): void => {
  if (offer.kind === 'file') expect(textOf(files.read(at))).toBe('abcdefghij')
  else {
    expect(files.list(at)).toEqual(['deep', 'last', 'run', 'void'])
    expect(files.list(`${at}/deep`)).toEqual(['empty', 'er'])
    expect(textOf(files.read(`${at}/deep/er/one`))).toBe('abcdef')
    expect(textOf(files.read(`${at}/run`))).toBe('ghij')
  }
}

describe.each([
  ['a file', FILE.offer, FILE.list],
  ['a folder', FOLDER.offer, FOLDER.list]
])('%s', (_, offer, list) => {
  it('is there under its name, and nothing else is', () => {
    const { files, run } = filesDisk()
    run(runOf(downloadsOn(files), offer, list, { safe: 0 }))
    expectWhole(files, offer)
    expect(files.list(ROOT)).toEqual([offer.name])
    expect(files.openHandles).toBe(0)
    files.crash('power')
    expectWhole(files, offer)
  })

  it.each(['process', 'power'] as const)(
    'survives the end of the %s at each of its calls',
    (how) => {
      for (let call = 1; ; call++) {
        const { files, clock, run } = filesDisk(call)
        const noted: Noted = { safe: 0 }
        files.onCall = ({ number }) => {
          if (number === call) files.crash(how)
          return undefined
        }
        clock.finish(runOf(downloadsOn(files), offer, list, noted), 100_000)
        if (noted.path !== undefined) break
        files.onCall = () => undefined
        const downloads = downloadsOn(files)
        const again = runOf(downloads, offer, list, noted)
        run(again)
        const path = noted.path ?? `${ROOT}/${offer.name}`
        expectWhole(files, offer, path)
        // Of a folder the name is taken before it is given: an end in between leaves it empty.
        const left = files
          .list(ROOT)
          .filter((name) => `${ROOT}/${name}` !== path)
          .filter((name) => offer.kind === 'file' || files.list(`${ROOT}/${name}`).length > 0)
        expect(left, `${how} at ${call}`).toEqual([])
        expect(files.openHandles).toBe(0)
      }
    }
  )

  it('takes a free name, and what had it stays as it is', () => {
    const { files, run } = filesDisk()
    files.putText(`${ROOT}/${offer.name}`, 'mine')
    const downloads = downloadsOn(files)
    const free = offer.kind === 'file' ? 'a (1).txt' : 'f.d (1)'
    expect(run(downloads.nameFor(offer))).toBe(free)
    const noted: Noted = { safe: 0 }
    run(runOf(downloads, offer, list, noted))
    expect(noted.path).toBe(`${ROOT}/${free}`)
    expect(textOf(files.read(`${ROOT}/${offer.name}`))).toBe('mine')
  })

  it('is discarded, and nothing else is; twice is once', () => {
    const { files, run } = filesDisk()
    files.putText(`${ROOT}/b.part`, 'mine')
    const downloads = downloadsOn(files)
    const place = run(downloads.begin(offer, UNREAD))
    run(
      Effect.scoped(
        Effect.flatMap(downloads.open(place, offer, list, 0), (open) =>
          receive(open, list, 0, () => undefined)
        )
      )
    )
    run(downloads.discard(place))
    run(downloads.discard(place))
    expect(files.list(ROOT)).toEqual(['b.part'])
  })

  it('is lost where the part is another one, or shorter than was noted', () => {
    const { files, run, refusal } = filesDisk()
    const downloads = downloadsOn(files)
    const place = run(downloads.begin(offer, UNREAD))
    const opened = (bytes: number) => Effect.scoped(downloads.open(place, offer, list, bytes))
    expect(refusal(opened(1)).reason._tag).toBe('PlaceLost')
    run(opened(0))
    files.remove(`${ROOT}/${place.part}`)
    files.putText(`${ROOT}/${place.part}`, 'another')
    expect(refusal(opened(0)).reason._tag).toBe('PlaceLost')
    run(downloads.discard(place))
    expect(files.list(ROOT)).toEqual([place.part])
  })

  it('waits for room: what was written stays, and it goes on', () => {
    const { files, run, refusal } = filesDisk()
    const downloads = downloadsOn(files)
    const noted: Noted = { safe: 0 }
    files.capacityBytes = 8
    expect(refusal(runOf(downloads, offer, list, noted)).reason._tag).toBe('DiskFull')
    expect(noted.safe).toBe(6)
    files.capacityBytes = 100
    run(runOf(downloads, offer, list, noted))
    expectWhole(files, offer)
  })
})

it('the owner may run what the sender could, and nothing else', () => {
  const { files, run } = filesDisk()
  const calls = files.open()
  run(runOf(makeMemoryDownloads(calls, ROOT, makeDice(1)), FOLDER.offer, FOLDER.list, { safe: 0 }))
  expect(run(calls.stat(`${ROOT}/f.d/run`)).isExecutable).toBe(true)
  expect(run(calls.stat(`${ROOT}/f.d/last`)).isExecutable).toBe(false)
})

it('room is what is left, but for the reserve', () => {
  const { files, run } = filesDisk()
  files.capacityBytes = DISK_RESERVE_BYTES + 5
  const downloads = downloadsOn(files)
  expect(run(downloads.room)).toBe(5)
  files.capacityBytes = 7
  expect(run(downloads.room)).toBe(0)
})

it('a download folder that is a file cannot be used', () => {
  const { files, refusal } = filesDisk()
  files.putText(ROOT, 'mine')
  expect(refusal(downloadsOn(files).begin(FILE.offer, UNREAD)).reason._tag).toBe('FolderUnusable')
})
