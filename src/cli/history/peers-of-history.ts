/** Whom a typed name means, and how the peers of the histories are called. */
import * as Result from 'effect/Result'
import type { PeerRef } from '../../domain/peer-ref.ts'
import type { StartFailure } from '../../domain/failures.ts'
import { confusableKey, displayName, isReservedName, NAMELESS } from '../../domain/nicknames.ts'
import { shortPeerId } from '../../domain/peer-id.ts'
import { safeLine } from '../../domain/safe-text.ts'

const keyOf = (peer: PeerRef): string => confusableKey(displayName(peer))

/** The peer's name, with its short id where it has none, or could be taken for another one by it. */
export const nameAmong = (peers: readonly PeerRef[], peer: PeerRef): string => {
  const key = keyOf(peer)
  const isShared = peers.some((other) => other.id !== peer.id && keyOf(other) === key)
  const name = displayName(peer)
  return displayName(peer, isShared || name === NAMELESS || isReservedName(name))
}

/** Names that a list of choices shows. */
const CHOICES_MAX = 10

const ambiguous = (who: string, found: readonly PeerRef[]): StartFailure => {
  const names = found
    .slice(0, CHOICES_MAX)
    .map((peer) => `${displayName(peer)} ${shortPeerId(peer.id)}`)
  const rest = found.length > CHOICES_MAX ? ' …' : ''
  return {
    _tag: 'UsageInvalid',
    detail: `'${safeLine(who, 80)}' may be ${found.length} peers: ${names.join(', ')}${rest}.`,
    next: 'Name it by its short id, or by its whole id: earshot peers.'
  }
}

const unknown = (who: string): StartFailure => ({
  _tag: 'UsageInvalid',
  detail: `No peer called '${safeLine(who, 80)}' is known.`,
  next: 'earshot history lists the conversations that there are, earshot peers those that you know.'
})

/**
 * The one peer that is called so: by its nickname, as it looks, its short id, or its whole id, before
 * which no name comes.
 */
export const findPeer = (
  peers: readonly PeerRef[],
  who: string
): Result.Result<PeerRef, StartFailure> => {
  const compact = who.replaceAll(/[\s-]/g, '').toLowerCase()
  const key = confusableKey(who)
  const whole = peers.find(({ id }) => id === compact)
  if (whole !== undefined) return Result.succeed(whole)
  const found = peers.filter(
    ({ id, nickname }) =>
      shortPeerId(id) === compact ||
      (key !== '' && nickname !== undefined && confusableKey(nickname) === key)
  )
  const [only, another] = found
  if (only === undefined) return Result.fail(unknown(who))
  return another === undefined ? Result.succeed(only) : Result.fail(ambiguous(who, found))
}
