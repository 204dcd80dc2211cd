/**
 * How fast the program is, against yardsticks that run beside it. `npm run bench`
 *
 *     node bench/main.ts [--quick] [--only start|idle|round-trip|throughput]
 *     node bench/main.ts --memory      the sender's memory over a million messages
 *
 * Prints one table (docs/BENCH.md says how to read it). A goal that is missed is said and is no
 * failure: a busy machine must not break a build.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { BENCH_NAMES, type BenchName, runBenches } from './benches.ts'
import { senderMemory } from './links.ts'
import { SIZES } from './sizes.ts'
import { table } from './table.ts'

const MEMORY_MESSAGES = 1_000_000

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    only: { type: 'string' }
  }
})

const namesOf = (only: string | undefined): readonly BenchName[] => {
  if (only === undefined) return BENCH_NAMES
  const found = BENCH_NAMES.filter((name) => name === only)
  if (found.length === 0)
    throw new Error(`There is no bench '${only}', only ${BENCH_NAMES.join(', ')}.`)
  return found
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

if (values.memory) {
  const residentMib = await senderMemory(MEMORY_MESSAGES)
  say(`Resident memory of the sender at each tenth of ${MEMORY_MESSAGES} messages, in MiB:`)
  say(residentMib.map((mib) => mib.toFixed(0)).join(' '))
} else {
  const from = performance.now()
  const rows = await runBenches(namesOf(values.only), values.quick ? SIZES.quick : SIZES.full)
  say(table(rows))
  const seconds = Math.round((performance.now() - from) / 1000)
  const processors = cpus()
  say(
    `Node ${process.versions.node}, ${processors.length} × ${processors[0]?.model ?? 'unknown'}, ${seconds} s`
  )
}
