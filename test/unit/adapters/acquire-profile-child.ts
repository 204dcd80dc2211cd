/** A process of its own that takes a profile, says which, and keeps it until its stdin ends. */
import * as Effect from 'effect/Effect'
import { acquireProfile } from '../../../src/adapters/profile-lock.ts'

const stdinEnds = Effect.callback<void>((resume) => {
  process.stdin.on('end', () => resume(Effect.void))
  process.stdin.resume()
})

const program = Effect.gen(function* () {
  const { profile } = yield* acquireProfile({
    dataHome: process.argv[2] ?? '',
    wanted: process.argv[3]
  })
  process.stdout.write(`${profile}\n`)
  yield* stdinEnds
}).pipe(
  Effect.scoped,
  Effect.catch((error) => Effect.sync(() => process.stdout.write(`${error.reason._tag}\n`)))
)

await Effect.runPromise(program)
