/** `earshot history PEER --erase` and `--keep`: what changes a history. */
import * as Effect from 'effect/Effect'
import type { PeerRef } from '../../domain/peer-ref.ts'
import { StartError } from '../../domain/failures.ts'
import { shortPeerId } from '../../domain/peer-id.ts'
import { safeJson } from '../../domain/safe-text.ts'
import type { Store } from '../../services/store.ts'
import type { KeepChoice } from '../invocation.ts'
import { showMessages } from '../views/lines.ts'
import { asStartError, type HistoryReader, type HistoryWorld, nameOf } from './world.ts'

/** How many messages of the conversation are stored, pending ones included. */
const storedOf = (store: HistoryReader, peer: PeerRef): Effect.Effect<number, StartError> =>
  store.conversations.pipe(
    Effect.map((all) => all.find((each) => each.peer === peer.id)?.kept ?? 0),
    Effect.mapError(asStartError)
  )

/** Nothing is deleted by a flag alone: says what would go, and what to add. */
export const refuseErasure = (world: HistoryWorld, peer: PeerRef): StartError =>
  new StartError({
    reason: {
      _tag: 'UsageInvalid',
      detail: `This deletes what is kept of the conversation with ${nameOf(world, peer)}, for ever.`,
      next: `To do it: earshot history ${shortPeerId(peer.id)} --erase --yes`
    }
  })

/** Deletes what is settled; what waits to be delivered stays. */
export const eraseHistory = Effect.fnUntraced(function* (
  world: HistoryWorld,
  store: Store['Service'],
  peer: PeerRef
): Effect.fn.Return<void, StartError> {
  const erased = yield* Effect.mapError(store.erase(peer.id), asStartError)
  yield* world.output.write(
    world.json
      ? `${safeJson({ peer, erased })}\n`
      : `Deleted: ${showMessages(erased)} of the conversation with ${nameOf(world, peer)}.\n`
  )
})

const KEEP: Readonly<Record<KeepChoice, boolean | undefined>> = {
  on: true,
  off: false,
  default: undefined
}

/** Decides whether a conversation is kept from now on. */
export const keepHistory = Effect.fnUntraced(function* (
  world: HistoryWorld,
  store: Store['Service'],
  peer: PeerRef,
  choice: KeepChoice
): Effect.fn.Return<void, StartError> {
  const keep = KEEP[choice]
  const written = store.commit(peer.id, [{ type: 'keep', keep }], 'synced')
  yield* Effect.mapError(written, asStartError)
  const kept = keep ?? world.saveHistory
  const stored = yield* storedOf(store, peer)
  if (world.json) {
    yield* world.output.write(`${safeJson({ peer, kept, stored })}\n`)
    return
  }
  const name = nameOf(world, peer)
  const why = keep === undefined ? ', as save_history says' : ''
  const now = `The conversation with ${name} is ${kept ? '' : 'not '}kept from now on${why}.`
  const earlier =
    kept || stored === 0
      ? ''
      : ` What was kept so far stays: ${showMessages(stored)}. To delete it: earshot history ${shortPeerId(peer.id)} --erase --yes`
  yield* world.output.write(`${now}${earlier}\n`)
})
