/**
 * The text forms of a transfer's note, its list and its progress, read strictly: every field is checked and
 * copied by name, and what is of another version is not read at all. A failure is a clause that repeats
 * nothing of what the file holds.
 */
import * as Result from 'effect/Result'
import { type PeerId, parsePeerId } from '../../domain/peer-id.ts'
import { TRANSFER_ENTRIES_MAX } from '../../domain/limits.ts'
import { TRANSFER_ENDS, type TransferEntry, type TransferOffer } from '../../domain/transfers.ts'
import type {
  DownloadPlace,
  SourceEntry,
  TransferNote,
  TransferProgress
} from '../../services/transfer-notes.ts'

const VERSION = 1
/** Characters of the longest path or name that is read; no system has longer ones. */
const PATH_CHARS_MAX = 65_536
const ID = /^[A-Za-z0-9_-]{22}$/
const INODE = /^-?\d{1,20}:\d{1,20}$/

/** A note without its progress, which is in a file of its own. */
export type NoteHead = Omit<TransferNote, 'progress'>

type Fields = Readonly<Record<string, unknown>>

/** A fault inside of one text, which `reading` turns into a failure. */
class FormatFault extends Error {}

const fault = (clause: string): never => {
  throw new FormatFault(clause)
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldsOf = (value: unknown, what: string): Fields =>
  isFields(value) ? value : fault(`${what} is not an object`)

const textOf = (fields: Fields, name: string, pattern?: RegExp): string => {
  const value = fields[name]
  const isText = typeof value === 'string' && value !== '' && value.length <= PATH_CHARS_MAX
  return isText && (pattern?.test(value) ?? true) ? value : fault(`its "${name}" is wrong`)
}

const countOf = (fields: Fields, name: string, least = 0): number => {
  const value = fields[name]
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= least
  return isCount ? value : fault(`its "${name}" is wrong`)
}

const flagOf = (fields: Fields, name: string): boolean => {
  const value = fields[name]
  return typeof value === 'boolean' ? value : fault(`its "${name}" is wrong`)
}

const oneOf = <A extends string>(fields: Fields, name: string, words: readonly A[]): A =>
  words.find((word) => word === fields[name]) ?? fault(`its "${name}" is wrong`)

const listOf = <A>(fields: Fields, name: string, read: (each: Fields) => A): readonly A[] => {
  const value = fields[name]
  if (!Array.isArray(value) || value.length > TRANSFER_ENTRIES_MAX)
    return fault(`its "${name}" is wrong`)
  return value.map((each: unknown) => read(fieldsOf(each, `an entry of its "${name}"`)))
}

const peerOf = (fields: Fields): PeerId => {
  const text = textOf(fields, 'peer')
  const id = parsePeerId(text)
  return Result.isSuccess(id) && id.success === text ? id.success : fault('its "peer" is wrong')
}

const KINDS = ['file', 'folder'] as const
const STATES = ['offered', 'accepted', 'done', 'ended'] as const

const offerOf = (fields: Fields): TransferOffer => ({
  id: textOf(fields, 'id', ID),
  name: textOf(fields, 'name'),
  kind: oneOf(fields, 'kind', KINDS),
  bytes: countOf(fields, 'bytes'),
  files: countOf(fields, 'files'),
  entries: countOf(fields, 'entries'),
  pieceBytes: countOf(fields, 'pieceBytes', 1),
  executable: flagOf(fields, 'executable')
})

const entryOf = (fields: Fields): TransferEntry => ({
  path: textOf(fields, 'path'),
  kind: oneOf(fields, 'kind', KINDS),
  bytes: countOf(fields, 'bytes'),
  executable: flagOf(fields, 'executable')
})

/** Milliseconds, with fraction, also before 1970. */
const timeOf = (fields: Fields, name: string): number => {
  const value = fields[name]
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : fault(`its "${name}" is wrong`)
}

const sourceOf = (fields: Fields): SourceEntry => ({
  path: textOf(fields, 'path'),
  bytes: countOf(fields, 'bytes'),
  modifiedMs: timeOf(fields, 'modifiedMs'),
  inode: textOf(fields, 'inode', INODE)
})

const placeOf = (fields: Fields): DownloadPlace => ({
  root: textOf(fields, 'root'),
  rootInode: textOf(fields, 'rootInode', INODE),
  part: textOf(fields, 'part'),
  ...(fields['partInode'] === undefined ? {} : { partInode: textOf(fields, 'partInode', INODE) })
})

const headOf = (fields: Fields): NoteHead => ({
  peer: peerOf(fields),
  direction: oneOf(fields, 'direction', ['out', 'in'] as const),
  offer: offerOf(fieldsOf(fields['offer'], 'its "offer"')),
  at: timeOf(fields, 'at'),
  sources: listOf(fields, 'sources', sourceOf)
})

const progressOf = (fields: Fields): TransferProgress => ({
  state: oneOf(fields, 'state', STATES),
  paused: flagOf(fields, 'paused'),
  ...(fields['end'] === undefined ? {} : { end: oneOf(fields, 'end', TRANSFER_ENDS) }),
  ...(fields['endedBy'] === undefined
    ? {}
    : { endedBy: oneOf(fields, 'endedBy', ['us', 'them'] as const) }),
  pieces: countOf(fields, 'pieces'),
  ...(fields['place'] === undefined
    ? {}
    : { place: placeOf(fieldsOf(fields['place'], 'its "place"')) }),
  ...(fields['path'] === undefined ? {} : { path: textOf(fields, 'path') }),
  told: flagOf(fields, 'told')
})

const parse = (bytes: Uint8Array): Fields => {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return fault('it is not JSON')
  }
  const fields = fieldsOf(value, 'it')
  return fields['version'] === VERSION
    ? fields
    : fault(`it is not of version ${VERSION}, the only one this Earshot reads`)
}

const reading =
  <A>(read: (fields: Fields) => A) =>
  (bytes: Uint8Array): Result.Result<A, string> => {
    try {
      return Result.succeed(read(parse(bytes)))
    } catch (error) {
      if (error instanceof FormatFault) return Result.fail(error.message)
      throw error
    }
  }

export const readHead: (bytes: Uint8Array) => Result.Result<NoteHead, string> = reading(headOf)

export const readProgress: (bytes: Uint8Array) => Result.Result<TransferProgress, string> =
  reading(progressOf)

export const readList: (bytes: Uint8Array) => Result.Result<readonly TransferEntry[], string> =
  reading((fields) => listOf(fields, 'list', entryOf))

export const writeHead = ({ peer, direction, offer, at, sources }: TransferNote): string =>
  `${JSON.stringify({ version: VERSION, peer, direction, offer, at, sources })}\n`

export const writeProgress = (progress: TransferProgress): string =>
  `${JSON.stringify({ version: VERSION, ...progress })}\n`

export const writeList = (list: readonly TransferEntry[]): string =>
  `${JSON.stringify({ version: VERSION, list })}\n`
