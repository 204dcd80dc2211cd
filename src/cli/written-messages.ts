/**
 * Messages count as shown once they have left the process: what a slow reader left in our memory is lost
 * with a process that dies, so the next run shows it again.
 */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { Scope } from 'effect/Scope'
import type { EarshotEvent } from '../domain/events.ts'
import { LAST_LINES_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import { HeardStore } from '../runtime/heard-store.ts'
import type { Store } from '../services/store.ts'
import type { Terminal } from '../services/terminal.ts'

export interface WrittenMessages {
  /** The store as the run is to see it. */
  readonly store: Store['Service']
  /** These events were printed. */
  readonly printed: (events: readonly EarshotEvent[]) => void
}

/** Does what it is given, one after the other, for as long as the scope lives. */
const makeWorker = Effect.fnUntraced(function* () {
  const waiting: Effect.Effect<void>[] = []
  const some = Latch.makeUnsafe(false)
  yield* Effect.forkScoped(
    Effect.forever(
      Effect.gen(function* () {
        yield* some.await
        some.closeUnsafe()
        for (const work of waiting.splice(0)) yield* work
      })
    )
  )
  return (work: Effect.Effect<void>): void => {
    waiting.push(work)
    some.openUnsafe()
  }
})

/** At the end of the scope a reader gets some time for what it has not read yet. */
export const writtenMessages = Effect.fnUntraced(function* (
  store: Store['Service'],
  { whenWritten }: Pick<Terminal['Service'], 'whenWritten'>
): Effect.fn.Return<WrittenMessages, never, Scope> {
  const heard = new HeardStore(store, yield* makeWorker())
  const written = Effect.callback<void>((resume) => whenWritten(() => resume(Effect.void)))
  yield* Effect.addFinalizer(() =>
    written.pipe(
      Effect.interruptible,
      Effect.timeoutOption(LAST_LINES_TIMEOUT_MS_MAX),
      Effect.andThen(heard.finish)
    )
  )
  return {
    store: heard.service,
    printed: (events) => {
      const received = events.filter((event) => event.type === 'message.received')
      if (received.length === 0) return
      whenWritten(() => {
        for (const event of received) heard.heard(event.peer.id, event)
      })
    }
  }
})
