/** Files from disk to disk: how fast, at what price, and what a kill in the middle costs. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { bundle } from '../build.ts'
import { inFolder } from './children.ts'
import { killAtHalf, sendOnce, type Sent } from './file-pair.ts'
import { hashedTwice, onDisk, overTls, RAW_BUNDLE } from './file-parts.ts'
import { hasScp, scpSeconds } from './scp.ts'
import { oursAtMost, ratioAtLeast, ratioAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'

const MIB = 2 ** 20
const BYTES_PER_GB = 1e9
const SMALL_FILE_BYTES = 4096
const FILES_PER_FOLDER = 100

/** Bytes that no disk or line can make smaller, by the MiB. */
const writeRandom = (path: string, bytes: number): void => {
  const block = randomBytes(Math.min(MIB, bytes))
  writeFileSync(path, '')
  for (let at = 0; at < bytes; at += block.length) {
    block.writeUInt32BE(at / block.length, 0)
    writeFileSync(path, block.subarray(0, Math.min(block.length, bytes - at)), { flag: 'a' })
  }
}

const row = (
  name: string,
  unit: string,
  ours: readonly number[],
  rest: Pick<Row, 'goal'> & Partial<Row>
): Row => ({ name, unit, ours, yardstick: [], against: '', ...rest })

/** One large file, against bytes that no disk and no hash holds up. */
export const fileBench = async (size: Size): Promise<readonly Row[]> => {
  await bundle(join('bench', 'raw-bytes.ts'), RAW_BUNDLE)
  return inFolder(async (folder) => {
    const { fileBytes: bytes } = size
    const source = join(folder, 'large.bin')
    writeRandom(source, bytes)
    const yardstick: number[] = []
    const disk: number[] = []
    const parts: number[] = []
    const scp: number[] = []
    const sent: Sent[] = []
    const isScpThere = hasScp()
    // The first writing of so many pages is the machine's own work, above all where it is a virtual one.
    await sendOnce(folder, source, bytes)
    for (let round = 0; round < size.fileRounds; round += 1) {
      const tls = await overTls(folder, bytes)
      const copied = onDisk(folder, source)
      const hashed = hashedTwice(bytes)
      yardstick.push(bytes / MIB / tls.seconds)
      disk.push(bytes / MIB / copied.seconds)
      const alone = [tls, copied, hashed].map((each) => each.processorSeconds)
      parts.push(alone.reduce((sum, each) => sum + each, 0) / (bytes / BYTES_PER_GB))
      if (isScpThere) scp.push(bytes / MIB / (await scpSeconds(folder, source)))
      sent.push(await sendOnce(folder, source, bytes))
    }
    const speeds = sent.map(({ seconds }) => bytes / MIB / seconds)
    const kill = await killAtHalf(folder, source, bytes)
    return [
      row('file: disk to disk', 'MiB/s', speeds, {
        yardstick,
        against: 'memory to memory, TLS',
        goal: ratioAtLeast(0.6)
      }),
      row('file: the same', 'MiB/s', speeds, {
        yardstick: disk,
        against: 'the disk alone',
        goal: ratioAtLeast(0.6)
      }),
      ...(isScpThere
        ? [
            row('file: the same', 'MiB/s', speeds, {
              yardstick: scp,
              against: 'scp',
              goal: ratioAtLeast(1)
            })
          ]
        : []),
      row(
        'file: processor of the sender',
        's/GB',
        sent.map((each) => each.senderSecondsPerGb),
        {
          goal: oursAtMost(2, 's/GB')
        }
      ),
      row(
        'file: processor of the receiver',
        's/GB',
        sent.map((each) => each.receiverSecondsPerGb),
        {
          goal: oursAtMost(2.5, 's/GB')
        }
      ),
      row(
        'file: processor of both ends',
        's/GB',
        sent.map((each) => each.senderSecondsPerGb + each.receiverSecondsPerGb),
        { yardstick: parts, against: 'TLS, disk and hashes, alone', goal: ratioAtMost(2) }
      ),
      row('file: kill at half, until it moves again', 's', [kill.seconds], {
        goal: oursAtMost(3, 's')
      }),
      row('file: kill at half, sent again', 'MiB', [kill.againBytes / MIB], {
        goal: oursAtMost(128, 'MiB')
      })
    ]
  })
}

const writeSmallFiles = (folder: string, count: number): void => {
  for (let at = 0; at < count; at += 1) {
    const parent = join(folder, `folder ${Math.floor(at / FILES_PER_FOLDER)}`)
    if (at % FILES_PER_FOLDER === 0) mkdirSync(parent, { recursive: true })
    writeFileSync(join(parent, `file ${at}.txt`), randomBytes(SMALL_FILE_BYTES))
  }
}

/** Many small ones, against a copy on the same disk that is flushed as well. */
export const smallFilesBench = (size: Size): Promise<readonly Row[]> =>
  inFolder(async (folder) => {
    const source = join(folder, 'many')
    writeSmallFiles(source, size.smallFiles)
    const bytes = size.smallFiles * SMALL_FILE_BYTES
    await sendOnce(folder, source, bytes)
    const ours: number[] = []
    const yardstick: number[] = []
    for (let round = 0; round < size.fileRounds; round += 1) {
      const copy = join(folder, 'copy')
      const from = performance.now()
      cpSync(source, copy, { recursive: true })
      execFileSync('sync', ['-f', copy])
      yardstick.push((performance.now() - from) / 1000)
      rmSync(copy, { recursive: true })
      ours.push((await sendOnce(folder, source, bytes)).seconds)
    }
    return [
      row(`files: ${size.smallFiles.toLocaleString('en')} of 4 KiB`, 's', ours, {
        yardstick,
        against: 'cp and sync',
        goal: ratioAtMost(10)
      })
    ]
  })

/** Whether memory grows with the bytes that pass. The source holds no blocks: only the target is a disk's work. */
export const fileMemoryBench = (size: Size): Promise<readonly Row[]> =>
  inFolder(async (folder) => {
    const source = join(folder, 'long.bin')
    writeFileSync(source, '')
    truncateSync(source, size.longFileBytes)
    const sent = await sendOnce(folder, source, size.longFileBytes, false)
    const growth = (end: string, mib: number): Row =>
      row(`file: growth of the ${end}, second half`, 'MiB', [mib], { goal: oursAtMost(15, 'MiB') })
    return [growth('sender', sent.senderGrowthMib), growth('receiver', sent.receiverGrowthMib)]
  })
