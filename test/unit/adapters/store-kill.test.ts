/**
 * Goal: what a process was told to be stored is there after kill -9, whole and once, whatever it was
 * doing.
 * Method: a child that commits without an end and says what is stored; it is killed at a moment that
 * chance decides, and the next one begins with what it finds, twelve times over.
 */
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import { makeDice } from '../../../src/simulation/dice.ts'
import { BOB, own, theirs } from '../services/store-talk.ts'
import { during, freshOptions } from './store-on-disk.ts'

const CHILD = fileURLToPath(new URL('./store-child.ts', import.meta.url))

interface Line {
  readonly found?: number
  readonly taken?: number
  readonly queued?: number
  readonly settled?: number
}

/** What a child said until it was killed behind so many bytes of it. */
const killed = (directory: string, afterBytes: number): Effect.Effect<readonly Line[]> =>
  Effect.callback((resume) => {
    const child = spawn(process.execPath, [CHILD, 'commit', directory], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      if (text.length >= afterBytes) child.kill('SIGKILL')
    })
    child.on('close', () => {
      const whole = text.slice(0, text.lastIndexOf('\n')).split('\n')
      resume(Effect.succeed(whole.map((line) => JSON.parse(line) as Line)))
    })
  })

const most = (lines: readonly Line[], of: (line: Line) => number | undefined): number =>
  Math.max(0, ...lines.map((line) => of(line) ?? 0))

const upFrom = (first: number, last: number): readonly number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)

describe('a process that is killed', () => {
  it.effect(
    'leaves everything that it knew to be stored',
    () =>
      Effect.gen(function* () {
        const options = yield* freshOptions
        const dice = makeDice('kill')
        let before = 0
        for (let round = 0; round < 12; round++) {
          const lines = yield* killed(dirname(dirname(options.path)), dice.integer(60, 6_000))
          const found = lines.find((line) => line.found !== undefined)
          expect(found?.found ?? before).toBe(before)
          const queued = Math.max(
            before,
            most(lines, (line) => line.queued)
          )
          const taken = most(lines, (line) => line.taken)
          const settled = most(lines, (line) => line.settled)
          const {
            last,
            acked,
            shown,
            outbox,
            inbox,
            taken: logs
          } = yield* during(options, (store) => store.ledger(BOB))
          // At most the commit that was on its way is there as well.
          expect(last - queued).toBeLessThanOrEqual(1)
          expect(last).toBeGreaterThanOrEqual(queued)
          const upTo = logs.at(-1)?.upTo ?? 0
          expect(upTo).toBeGreaterThanOrEqual(taken)
          expect(acked).toBe(shown)
          expect(acked).toBeGreaterThanOrEqual(settled)
          expect(outbox).toEqual(upFrom(acked + 1, last).map((at) => own(at)))
          expect(inbox).toEqual(upFrom(shown + 1, upTo).map((seq) => theirs(seq)))
          const page = yield* during(options, (store) => store.page(BOB, { limit: 1_000_000 }))
          expect(page).toHaveLength(last + upTo)
          before = last
        }
        expect(before).toBeGreaterThan(100)
      }),
    120_000
  )
})
