/** A process of its own that opens a key, and writes what came of it. */
import * as Effect from 'effect/Effect'
import { openKeyring } from '../../../src/adapters/keyring.ts'

const [, , directory = '', passphrase = ''] = process.argv

const program = openKeyring({ directory, ask: () => Effect.succeed(passphrase) }).pipe(
  Effect.map(({ locked }) => ({ locked })),
  Effect.catch((error) => Effect.succeed(error.reason))
)

process.stdout.write(JSON.stringify(await Effect.runPromise(program)))
