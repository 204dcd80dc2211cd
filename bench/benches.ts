/** All benches by name, and a run of them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { catchUpBench } from './catch-up.ts'
import { chatBesideBench } from './chat-beside.ts'
import { killLiving, root } from './children.ts'
import { fileBench, fileMemoryBench, smallFilesBench } from './files.ts'
import { historyBench } from './history.ts'
import { idleBench } from './idle.ts'
import { deliveredBench, roundTripBench, throughputBench } from './links.ts'
import { memoryBench } from './memory.ts'
import type { Row } from './samples.ts'
import type { Size } from './sizes.ts'
import { startBench } from './start.ts'

export const BENCHES = {
  start: startBench,
  idle: idleBench,
  delivered: deliveredBench,
  'round-trip': roundTripBench,
  throughput: throughputBench,
  'catch-up': catchUpBench,
  memory: memoryBench,
  history: historyBench,
  file: fileBench,
  'small-files': smallFilesBench,
  'file-memory': fileMemoryBench,
  'chat-beside': chatBesideBench
} as const satisfies Record<string, (size: Size) => Promise<readonly Row[]>>

export type BenchName = keyof typeof BENCHES
export const BENCH_NAMES = Object.keys(BENCHES) as readonly BenchName[]

const newestIn = (path: string): number =>
  statSync(path).isDirectory()
    ? Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
    : statSync(path).mtimeMs

/** Builds the program when it is missing or older than what it is made from. */
export const buildIfStale = (): void => {
  const built = join(root, 'dist', 'main.cjs')
  const sources = ['src', 'build.ts', 'package.json'].map((name) => newestIn(join(root, name)))
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources)) return
  execFileSync(process.execPath, [join(root, 'build.ts')], { cwd: root, stdio: 'inherit' })
}

/** Runs the named benches one after the other, so that none disturbs another. */
export const runBenches = async (
  names: readonly BenchName[],
  size: Size
): Promise<readonly Row[]> => {
  buildIfStale()
  const rows: Row[] = []
  try {
    for (const name of names) rows.push(...(await BENCHES[name](size)))
    return rows
  } finally {
    killLiving()
  }
}
