/**
 * How fast the program is, against yardsticks that run beside it. `npm run bench`
 *
 *     node bench/main.ts [--quick] [--only NAME]...
 *
 * Prints one table (docs/BENCH.md says how to read it, and which benches there are). A goal that is
 * missed is said and is no failure: a busy machine must not break a build.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { BENCH_NAMES, type BenchName, runBenches } from './benches.ts'
import { diskName } from './disk-name.ts'
import { SIZES } from './sizes.ts'
import { table } from './table.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] }
  }
})

const namesOf = (only: readonly string[]): readonly BenchName[] => {
  const unknown = only.filter((name) => !BENCH_NAMES.some((known) => known === name))
  if (unknown.length > 0)
    throw new Error(`There is no bench '${unknown.join(', ')}', only ${BENCH_NAMES.join(', ')}.`)
  return only.length === 0 ? BENCH_NAMES : BENCH_NAMES.filter((name) => only.includes(name))
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const from = performance.now()
const rows = await runBenches(namesOf(values.only), values.quick ? SIZES.quick : SIZES.full)
say(table(rows))
const seconds = Math.round((performance.now() - from) / 1000)
const processors = cpus()
const model = processors[0]?.model ?? 'unknown'
say(
  `Node ${process.versions.node}, ${processors.length} × ${model}, stores on ${diskName()}, ${seconds} s`
)
