/**
 * Goal: what one end sends is what the other end writes, checks and notes, and what goes wrong has its name.
 * Method: both pumps over a simulated line that cuts the bytes anywhere, with disks in memory.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import { TRANSFER_WINDOW_BYTES } from '../../../../src/domain/limits.ts'
import type { Message } from '../../../../src/protocol/messages.ts'
import { fileOf, isWhole, makePumps, MemoryDownload } from './pump-pair.ts'

const FOLDER = { path: 'folder', kind: 'folder', bytes: 0, executable: false } as const
const PIECE = 200_000
const LIST = [
  fileOf('one', 450_001),
  FOLDER,
  fileOf('empty', 0),
  fileOf('two', 1),
  fileOf('three', PIECE),
  fileOf('four', 300_000)
]
const PIECES = 3 + 1 + 1 + 2

/** Changes the first byte of the n-th DATA, once. */
const damaging = (which: number) => {
  let seen = 0
  return (message: Message): Message | undefined => {
    if (message.type !== 'data') return undefined
    seen += 1
    if (seen !== which) return undefined
    const bytes = message.bytes.slice()
    bytes[0] = (bytes[0] ?? 0) ^ 1
    return { ...message, bytes }
  }
}

describe('the pumps', () => {
  it('move a folder, whole and in order', () => {
    const pumps = makePumps({ list: LIST, pieceBytes: PIECE, line: { fragments: true } })
    expect(pumps.end()).toEqual(Exit.void)
    expect(isWhole(pumps.download, LIST)).toBe(true)
    expect(pumps.fetched).toEqual([0])
    expect(pumps.synced.at(-1)).toBe(PIECES)
    expect(pumps.written.at(-1)).toBe(950_002)
    expect(pumps.sends[0]?.pollUnsafe()).toEqual(Exit.void)
    expect([...pumps.sender.violations, ...pumps.receiver.violations]).toEqual([])
  })

  it('move nothing of a folder without bytes', () => {
    const pumps = makePumps({ list: [FOLDER, fileOf('empty', 0)], pieceBytes: PIECE })
    expect(pumps.end()).toEqual(Exit.void)
    expect(pumps.fetched).toEqual([])
  })

  it('go on behind the pieces that are there', () => {
    const download = new MemoryDownload()
    const before = makePumps({ list: LIST, pieceBytes: PIECE, download })
    before.end()
    download.cut(600_000)
    const pumps = makePumps({ list: LIST, pieceBytes: PIECE, download, pieces: 3 })
    expect(pumps.end()).toEqual(Exit.void)
    expect(pumps.fetched).toEqual([3])
    expect(isWhole(download, LIST)).toBe(true)
  })

  it('fetch a piece again that came wrong, and those behind it', () => {
    const pumps = makePumps({ list: LIST, pieceBytes: PIECE, onBulk: damaging(25) })
    expect(pumps.end()).toEqual(Exit.void)
    expect(pumps.fetched).toHaveLength(2)
    expect(pumps.fetched[1]).toBeGreaterThan(0)
    expect(isWhole(pumps.download, LIST)).toBe(true)
  })

  it('give up a piece that is wrong twice, and keep those in front of it', () => {
    const onBulk = (message: Message): Message | undefined =>
      message.type === 'digest' && message.digest[7] === (PIECE & 0xff)
        ? undefined
        : (message.type === 'digest' && { ...message, digest: new Uint8Array(32) }) || undefined
    const pumps = makePumps({ list: LIST, pieceBytes: PIECE, onBulk })
    expect(pumps.end()).toEqual(Exit.fail({ _tag: 'Damaged', piece: 2 }))
    expect(pumps.fetched).toEqual([0, 2])
    expect(pumps.synced.at(-1)).toBe(2)
  })

  it('stop with what is wrong with the source', () => {
    const pumps = makePumps({ list: LIST, pieceBytes: PIECE, changedAt: 400_000 })
    pumps.end(5_000)
    const sent = pumps.sends[0]?.pollUnsafe()
    expect(sent !== undefined && Exit.isFailure(sent)).toBe(true)
    expect(pumps.download.bytes).toBeLessThan(450_001)
  })

  it('stop at a full disk with every checked piece noted', () => {
    const download = new MemoryDownload()
    download.room = 500_000
    const pumps = makePumps({ list: LIST, pieceBytes: PIECE, download })
    const end = pumps.end()
    expect(end !== undefined && Exit.isFailure(end)).toBe(true)
    expect(pumps.synced.at(-1)).toBe(4)
  })

  it('note what is checked when they are interrupted', () => {
    const pumps = makePumps({
      list: [fileOf('long', 5_000_000)],
      pieceBytes: 1_000_000,
      line: { bytesPerSecond: 1_000_000 }
    })
    pumps.end(3_500)
    expect(pumps.synced.at(-1)).toBeGreaterThanOrEqual(1)
    pumps.run(Effect.asVoid(Fiber.interrupt(pumps.receiving)))
    expect(pumps.synced.at(-1)).toBe(3)
  })

  it('note what is checked while nothing comes', () => {
    const pumps = makePumps({
      list: [fileOf('one', 100_000), fileOf('long', 90_000_000)],
      pieceBytes: 80_000_000,
      line: { bytesPerSecond: 200_000 }
    })
    pumps.end(3_000)
    expect(pumps.synced).toEqual([1])
  })

  it('never have more than the window between line and disk', () => {
    const download = new MemoryDownload()
    download.writeMs = 500
    let received = 0
    let untaken = 0
    const onBulk = (message: Message): undefined => {
      if (message.type === 'data') received += message.bytes.length
      untaken = Math.max(untaken, received - download.bytes)
    }
    const list = [fileOf('long', 12_000_000)]
    const pumps = makePumps({ list, pieceBytes: 2_000_000, download, onBulk })
    expect(pumps.end()).toEqual(Exit.void)
    expect(untaken).toBeLessThanOrEqual(TRANSFER_WINDOW_BYTES)
    expect(untaken).toBeGreaterThan(TRANSFER_WINDOW_BYTES / 2)
    expect(isWhole(download, list)).toBe(true)
    expect(download.writes).toBeGreaterThanOrEqual(12_000_000 / TRANSFER_WINDOW_BYTES)
    expect(pumps.receiver.violations).toEqual([])
  })
})
