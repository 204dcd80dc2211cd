/** Programs whose calendar shows another time, as after a break of days or with a clock that is wrong. */
import { join } from 'node:path'

const FIXTURE = join(import.meta.dirname, 'fixtures', 'clock.cjs')

export const DAY_MS = 24 * 60 * 60 * 1000

/** Variables for a program that runs this much later than now; earlier where it is negative. */
export const later = (ms: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--require=${JSON.stringify(FIXTURE)}`,
  EARSHOT_E2E_CLOCK_MS: `${ms}`
})
