/**
 * The text form of the peer book, read strictly: every field is checked and copied by name, an
 * unknown one or a second entry for a key is a fault. Peers are held in a Map, so that no name from
 * a file can reach a prototype.
 */
import * as Result from 'effect/Result'
import type { Trust } from '../domain/events.ts'
import { NICKNAME_CHARS_MAX, PEERS_MAX, TARGETS_PER_PEER_MAX } from '../domain/limits.ts'
import { type PeerId, parsePeerId } from '../domain/peer-id.ts'
import type { KnownPeer } from '../services/peer-book.ts'

const VERSION = 1
/** A DNS name has 253 characters at most, brackets and a port come on top. */
const TARGET_CHARS_MAX = 262
const TRUSTS: readonly Trust[] = ['tofu', 'verified', 'blocked']
const PEER_KEYS: ReadonlySet<string> = new Set([
  'id',
  'trust',
  'claimedNickname',
  'targets',
  'firstSeen',
  'lastSeen'
])

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown, charsMax: number): value is string =>
  typeof value === 'string' && value.length <= charsMax

const isTime = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const idOf = (value: unknown): PeerId | undefined => {
  if (typeof value !== 'string') return undefined
  const id = parsePeerId(value)
  return Result.isSuccess(id) && id.success === value ? id.success : undefined
}

const targetsOf = (value: unknown): readonly string[] | undefined => {
  if (!Array.isArray(value) || value.length > TARGETS_PER_PEER_MAX) return undefined
  return value.every((target) => isText(target, TARGET_CHARS_MAX)) ? value : undefined
}

const peerOf = (value: unknown): KnownPeer | string => {
  if (!isRecord(value)) return 'it is not an object'
  const extra = Object.keys(value).find((key) => !PEER_KEYS.has(key))
  if (extra !== undefined) return 'it has a field that is not known'
  const id = idOf(value['id'])
  if (id === undefined) return 'its id is wrong'
  const trust = TRUSTS.find((one) => one === value['trust'])
  if (trust === undefined) return 'its trust is wrong'
  const claimedNickname = value['claimedNickname']
  if (claimedNickname !== undefined && !isText(claimedNickname, NICKNAME_CHARS_MAX))
    return 'its nickname is wrong'
  const targets = targetsOf(value['targets'])
  if (targets === undefined) return 'its targets are wrong'
  const { firstSeen, lastSeen } = value
  if (!isTime(firstSeen) || !isTime(lastSeen)) return 'its times are wrong'
  return { id, trust, claimedNickname, targets, firstSeen, lastSeen }
}

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Reads the book. The failure says what is wrong, without repeating what the file holds. */
export const readPeers = (bytes: Uint8Array): Result.Result<Map<PeerId, KnownPeer>, string> => {
  const book = parseJson(bytes)
  if (!isRecord(book)) return Result.fail('it is not a JSON object')
  if (book['version'] !== VERSION)
    return Result.fail(`it is not of version ${VERSION}, the only one this Earshot reads`)
  const entries = book['peers']
  if (!Array.isArray(entries) || entries.length > PEERS_MAX)
    return Result.fail('its list of peers is missing or too long')
  const peers = new Map<PeerId, KnownPeer>()
  const pins = new Set<string>()
  for (const [at, entry] of entries.entries()) {
    const peer = peerOf(entry)
    if (typeof peer === 'string') return Result.fail(`entry ${at + 1}: ${peer}`)
    if (peers.has(peer.id)) return Result.fail(`entry ${at + 1}: its id is there twice`)
    if (peer.targets.some((target) => pins.has(target)))
      return Result.fail(`entry ${at + 1}: one of its targets belongs to another peer`)
    for (const target of peer.targets) pins.add(target)
    peers.set(peer.id, peer)
  }
  return Result.succeed(peers)
}

/** Writes the book, one field a line, so that a person can read it. */
export const writePeers = (peers: ReadonlyMap<PeerId, KnownPeer>): string =>
  `${JSON.stringify({ version: VERSION, peers: [...peers.values()] }, undefined, 2)}\n`
