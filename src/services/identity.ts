/** The port to who we are. Every key, nonce and random id comes from here (never from the dice). */
import * as Context from 'effect/Context'
import type { PeerId } from '../domain/peer-id.ts'

export class Identity extends Context.Service<
  Identity,
  {
    readonly peerId: PeerId
    /** Name of the profile that the key belongs to. */
    readonly profile: string
    /** Fresh unpredictable bytes. Synchronous, since nothing waits for it. */
    readonly randomBytes: (count: number) => Uint8Array
  }
>()('earshot/Identity') {}
