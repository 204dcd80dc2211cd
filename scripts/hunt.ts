/**
 * `npm run hunt -- --seeds 1000 --from 1`: looks for a plan of faults that breaks a promise of the
 * program (test/simulation/hunt.ts; with `--files`, files-hunt.ts). The first seed that does is printed with the end of its trace, and
 * with how to see it again; the exit code is 1. With one seed, its whole trace is printed.
 */
import { parseArgs } from 'node:util'
import { huntFiles } from '../test/simulation/files-hunt.ts'
import { hunt } from '../test/simulation/hunt.ts'

const TRACE_LINES = 40
const REPORT_EVERY = 100

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    files: { type: 'boolean', default: false }
  }
})
/** The exit code: 0 when every seed held, 1 when one did not, 64 for a wrong use. */
const main = (first: number, count: number): number => {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    console.error('hunt: --seeds and --from are whole numbers, --seeds at least 1')
    return 64
  }
  for (let seed = first; seed < first + count; seed++) {
    const { fault, trace } = values.files ? huntFiles(seed) : hunt(seed)
    if (count === 1 || fault !== undefined)
      console.log((count === 1 ? trace : trace.slice(-TRACE_LINES)).join('\n'))
    if (fault !== undefined) {
      console.log(`seed ${seed}: ${fault}`)
      console.log(`again: npm run hunt -- ${values.files ? '--files ' : ''}--from ${seed}`)
      return 1
    }
    const done = seed - first + 1
    if (done % REPORT_EVERY === 0 || done === count) console.log(`${done} of ${count} seeds held`)
  }
  return 0
}

process.exitCode = main(Number(values.from), Number(values.seeds))
