/** Standard output for much text: it is written no faster than it is read. */
import * as Effect from 'effect/Effect'

/**
 * Writes text that is safe to show. false: the reader has gone (as `head` does when it has seen
 * enough), so that more need not be written.
 */
export const writeOut = (text: string): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    process.stdout.write(text, (error) =>
      resume(Effect.succeed(error === null || error === undefined))
    )
  })
