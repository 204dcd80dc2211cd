/** `earshot history` without a peer: the conversations of which something is stored. */
import * as Effect from 'effect/Effect'
import type { PeerRef } from '../../domain/peer-ref.ts'
import type { StoreError } from '../../domain/failures.ts'
import { formatPeerId } from '../../domain/peer-id.ts'
import { safeJson } from '../../domain/safe-text.ts'
import type { ConversationSummary } from '../../services/store.ts'
import { showMessages } from '../views/lines.ts'
import { makeLocalTime } from '../views/local-time.ts'
import { type HistoryReader, type HistoryWorld, nameOf } from './world.ts'

/** How to have conversations kept, where they are not. */
export const HOW_TO_KEEP =
  'To keep what is said: earshot --history, or save_history = true in the configuration.'

const keptText = (keep: boolean | undefined, saveHistory: boolean): string =>
  `${(keep ?? saveHistory) ? 'kept' : 'not kept'}, as ${keep === undefined ? 'save_history says' : 'you chose'}`

const refOf = (world: HistoryWorld, { peer }: ConversationSummary): PeerRef =>
  world.peers.find(({ id }) => id === peer) ?? { id: peer }

const spanText = (world: HistoryWorld, { kept, firstAt, lastAt }: ConversationSummary): string => {
  if (kept === 0) return 'none'
  const { day } = makeLocalTime(world.timeZone)
  const [from, to] = [day(firstAt), day(lastAt)]
  return `${showMessages(kept)}, ${from === to ? from : `${from} to ${to}`}`
}

const describe = (world: HistoryWorld, summary: ConversationSummary): string => {
  const { waiting, unshown, keep } = summary
  return [
    nameOf(world, refOf(world, summary)),
    `  id        ${formatPeerId(summary.peer)}`,
    `  stored    ${spanText(world, summary)}`,
    ...(waiting === 0 ? [] : [`  waiting   ${showMessages(waiting)}, not delivered yet`]),
    ...(unshown === 0 ? [] : [`  new       ${showMessages(unshown)}, not shown yet`]),
    `  history   ${keptText(keep, world.saveHistory)}`
  ].join('\n')
}

const jsonOf = (world: HistoryWorld, summary: ConversationSummary): string => {
  const { kept, waiting, unshown, firstAt, lastAt, keep } = summary
  return safeJson({
    peer: refOf(world, summary),
    stored: kept,
    waiting,
    unshown,
    ...(kept === 0 ? {} : { firstAt, lastAt }),
    kept: keep ?? world.saveHistory,
    ...(keep === undefined ? {} : { chosen: keep })
  })
}

/** Prints them, the one that was talked to last at the end. */
export const listHistory = Effect.fnUntraced(function* (
  world: HistoryWorld,
  store: HistoryReader
): Effect.fn.Return<void, StoreError> {
  const found = (yield* store.conversations).toSorted((a, b) => a.lastAt - b.lastAt)
  if (world.json) {
    for (const summary of found) yield* world.output.write(`${jsonOf(world, summary)}\n`)
    return
  }
  const texts = found.map((summary) => describe(world, summary))
  const how = world.saveHistory ? [] : [HOW_TO_KEEP]
  if (texts.length === 0)
    yield* world.output.write(`${['No messages are stored.', ...how].join(' ')}\n`)
  else yield* world.output.write(`${texts.join('\n\n')}\n`)
})
