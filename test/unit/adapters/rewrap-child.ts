/**
 * A process of its own that sets and takes away a passphrase without end, and writes a line after
 * each, until it is killed.
 */
import * as Effect from 'effect/Effect'
import { openKeyring, rewrapKeyring } from '../../../src/adapters/keyring.ts'

const [, , directory = '', passphrase = ''] = process.argv

const program = Effect.gen(function* () {
  const { masterKey } = yield* openKeyring({ directory, ask: () => Effect.succeed(passphrase) })
  for (let round = 0; ; round++) {
    const next = round % 2 === 0 ? passphrase : undefined
    yield* rewrapKeyring(directory, masterKey, next, { memoryKiB: 8, passes: 1, lanes: 1 })
    process.stdout.write(`${round}\n`)
  }
})

await Effect.runPromise(program)
