/** `earshot id`: who we are and where we can be reached. Makes the key on the first run. */
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import { layer as identityLayer } from '../../adapters/node-identity.ts'
import { ownAddresses } from '../../adapters/own-addresses.ts'
import { DEFAULT_PROFILE, profileDirectory } from '../../adapters/profile-lock.ts'
import { formatEndpoint } from '../../domain/endpoint.ts'
import { EXIT_OK } from '../../domain/exit-code.ts'
import type { StartError } from '../../domain/failures.ts'
import { formatPeerId } from '../../domain/peer-id.ts'
import { safeJson, safeLine } from '../../domain/safe-text.ts'
import { Identity } from '../../services/identity.ts'
import type { CommonFlags } from '../invocation.ts'
import { loadSettings } from '../load-settings.ts'
import type { StartFailures } from '../start-failures.ts'

/** Fails as the configuration and the key do. */
export const id = Effect.fnUntraced(function* (
  flags: CommonFlags
): Effect.fn.Return<number, StartError | StartFailures> {
  const { places, resolved } = yield* loadSettings(flags, process.env)
  const profile = places.profile ?? DEFAULT_PROFILE
  const directory = profileDirectory(places.dirs.data, profile)
  const { peerId } = yield* Identity.pipe(Effect.provide(identityLayer({ directory, profile })))
  const key = join(directory, 'identity.key')
  const port = resolved.values.default_port
  const addresses = ownAddresses(resolved.values.listen_host).map((host) =>
    formatEndpoint({ host, port })
  )
  process.stdout.write(
    flags.json
      ? `${safeJson({ id: peerId, profile, key, addresses })}\n`
      : [
          `Id:        ${formatPeerId(peerId)}`,
          `Profile:   ${profile}`,
          `Key:       ${safeLine(key, 4096)} (keep it to yourself)`,
          `Addresses: ${addresses.length === 0 ? 'none but this machine itself' : addresses.join('\n           ')}`,
          ''
        ].join('\n')
  )
  return EXIT_OK
})
