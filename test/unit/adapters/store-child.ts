/**
 * A process of its own with a store: `hold` keeps it until its stdin ends; `commit` commits without an
 * end and tells each number once it is stored; `try` opens it as a user without rights and commits,
 * and `look` reads it as such a one. Prints a line of JSON for whatever happens.
 */
import * as fs from 'node:fs'
import * as Effect from 'effect/Effect'
import { openReadOnly } from '../../../src/adapters/store/read-only.ts'
import type { Store } from '../../../src/services/store.ts'
import { openStore, optionsIn } from '../../compliance/store-sqlite-disk.ts'
import { BOB, linked, own, queued, taken, theirs } from '../services/store-talk.ts'

const [, , mode, directory = ''] = process.argv

/** At once, so that nothing is told that is not out when the process is killed. */
const tell = (value: unknown): void => {
  fs.writeSync(1, `${JSON.stringify(value)}\n`)
}

const stdinEnds = Effect.callback<void>((resume) => {
  process.stdin.on('end', () => resume(Effect.void))
  process.stdin.resume()
})

/** Both ways in turns; what was taken is written, and safe from the end of a process as well. */
const commitForEver = Effect.fnUntraced(function* (store: Store['Service']) {
  const { last, taken: logs } = yield* store.ledger(BOB)
  const upTo = logs.at(-1)?.upTo ?? 0
  tell({ found: last, taken: upTo })
  yield* store.commit(BOB, [linked], 'written')
  // What the one before had not taken when it was killed.
  if (upTo < last) yield* store.commit(BOB, [taken(last, theirs(last))], 'written')
  for (let number = last + 1; ; number++) {
    yield* store.commit(BOB, [queued(own(number))], 'synced')
    tell({ queued: number })
    yield* store.commit(BOB, [taken(number, theirs(number))], 'written')
    tell({ taken: number })
    if (number % 3 === 0) {
      yield* store.commit(
        BOB,
        [
          { type: 'acknowledged', upTo: number, instance: 'child' },
          { type: 'shown', upTo: number }
        ],
        'written'
      )
      tell({ settled: number })
    }
  }
})

const work = (store: Store['Service']): Effect.Effect<void, unknown> => {
  tell('open')
  if (mode === 'commit') return commitForEver(store)
  if (mode === 'hold') return stdinEnds
  return Effect.map(store.commit(BOB, [linked, queued(own(1))], 'synced'), () => tell('stored'))
}

const looking = Effect.gen(function* () {
  const store = yield* openReadOnly(optionsIn(directory))
  tell((yield* store.page(BOB, { limit: 100 })).map(({ text }) => text))
})

if ((mode === 'try' || mode === 'look') && process.getuid?.() === 0) {
  const NOBODY = 65_534
  process.setgid?.(NOBODY)
  process.setuid?.(NOBODY)
}

await Effect.runPromise(
  (mode === 'look' ? looking : Effect.flatMap(openStore(optionsIn(directory)), work)).pipe(
    Effect.scoped,
    Effect.catch((error) =>
      Effect.sync(() =>
        tell(
          typeof error === 'object' && error !== null && 'reason' in error
            ? error.reason
            : String(error)
        )
      )
    )
  )
)
