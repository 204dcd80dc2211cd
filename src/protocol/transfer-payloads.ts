/**
 * What is said about transfers, as JSON (docs/PROTOCOL.md §10). Names and paths are bounded here and judged
 * by whoever takes the offer: an unsafe one ends a transfer, not a link.
 */
import {
  CONTROL_PAYLOAD_BYTES_MAX,
  LINK_STREAMS_MAX,
  PIECE_BYTES_MIN,
  TRANSFER_ENTRIES_MAX,
  TRANSFER_PIECES_MAX
} from '../domain/limits.ts'
import {
  type DigestName,
  TRANSFER_ENDS,
  TRANSFER_HOLDS,
  type TransferEntry,
  type TransferId,
  type TransferOffer
} from '../domain/transfers.ts'
import {
  type Check,
  type Fields,
  integer,
  listOf,
  matching,
  objectOf,
  oneOf,
  unicode
} from './fields.ts'
import type { TransferBody, TransferMessage } from './transfer-messages.ts'
import { utf8Bytes } from './utf8.ts'

/** UTF-16 units of a name and of a path, at most: far above what is taken, so that a fault has a name. */
const NAME_UNITS_MAX = 1024
const PATH_UNITS_MAX = 8192
/** Bytes of the entries in one frame: room for the fields around them. */
const LIST_BYTES_MAX = CONTROL_PAYLOAD_BYTES_MAX - 1024

const count: Check<number> = integer(0, Number.MAX_SAFE_INTEGER)
const entryCount: Check<number> = integer(0, TRANSFER_ENTRIES_MAX)
const transferId = matching(/^[A-Za-z0-9_-]{22}$/)
const kindOfBody = oneOf([
  'offer',
  'ask-list',
  'list',
  'fetch',
  'hold',
  'end',
  'done',
  'over',
  'all'
])
const kind = oneOf(['file', 'folder'])
const digest: Check<DigestName> = oneOf(['sha256', 'blake3'])
const why = oneOf(TRANSFER_ENDS)
const hold = oneOf(TRANSFER_HOLDS)
const yes: Check<true> = (value) => (value === true ? true : undefined)

const boundedText =
  (unitsMax: number): Check<string> =>
  (value) => {
    const text = unicode(value)
    return text !== undefined && text.length <= unitsMax ? text : undefined
  }

const name = boundedText(NAME_UNITS_MAX)
const path = boundedText(PATH_UNITS_MAX)

const entry: Check<TransferEntry> = objectOf((fields) => {
  const own = { path: fields.take('p', path), executable: fields.takeOptional('x', yes) === true }
  const bytes = fields.takeOptional('b', count)
  return bytes === undefined
    ? { ...own, kind: 'folder' as const, bytes: 0 }
    : { ...own, kind: 'file' as const, bytes }
})

const entries: Check<readonly TransferEntry[]> = listOf(entry, TRANSFER_ENTRIES_MAX)

/** What is wrong between the fields of an offer. Too many entries or bytes are no fault: the offer is turned away. */
const offerFault = ({
  kind: what,
  bytes,
  files,
  entries: all,
  pieceBytes,
  executable
}: TransferOffer) => {
  if (pieceBytes < PIECE_BYTES_MIN || Math.ceil(bytes / pieceBytes) > TRANSFER_PIECES_MAX)
    return 'its pieces are too small'
  if (what === 'file') return files === 1 && all === 1 ? undefined : 'a file is one'
  if (files > all || (files === 0 && bytes > 0)) return 'its counts contradict each other'
  return executable ? 'a folder cannot be run' : undefined
}

const readOffer = (fields: Fields, id: TransferId): TransferOffer => {
  const offer: TransferOffer = {
    id,
    name: fields.take('n', name),
    kind: fields.take('what', kind),
    bytes: fields.take('b', count),
    files: fields.take('f', count),
    entries: fields.take('e', count),
    pieceBytes: fields.take('piece', count),
    executable: fields.takeOptional('x', yes) === true
  }
  const fault = offerFault(offer)
  if (fault !== undefined) fields.refuse(fault)
  return offer
}

const readBody = (fields: Fields): TransferBody => {
  const body = fields.take('k', kindOfBody)
  if (body === 'all') return { kind: body }
  const id = fields.take('t', transferId)
  switch (body) {
    case 'offer':
      return { kind: body, offer: readOffer(fields, id) }
    case 'list':
      return {
        kind: body,
        id,
        at: fields.take('at', entryCount),
        entries: fields.take('l', entries)
      }
    case 'fetch':
      return {
        kind: body,
        id,
        stream: fields.take('s', integer(1, LINK_STREAMS_MAX)),
        piece: fields.take('p', count),
        credit: fields.take('c', count),
        digest: fields.take('d', digest)
      }
    case 'hold':
      return { kind: body, id, why: fields.take('w', hold) }
    case 'end':
      return { kind: body, id, why: fields.take('w', why) }
    default:
      return { kind: body, id }
  }
}

/** The fields of TRANSFER. What it gives counts only if `fields.fault` is undefined after. */
export const readTransfer = (fields: Fields): TransferMessage => ({
  type: 'transfer',
  body: readBody(fields)
})

const entryJson = ({ path: p, kind: what, bytes, executable }: TransferEntry): object => ({
  p,
  ...(what === 'file' ? { b: bytes } : {}),
  ...(executable ? { x: true } : {})
})

const bodyJson = (body: TransferBody): object => {
  switch (body.kind) {
    case 'all':
      return { k: 'all' }
    case 'offer': {
      const {
        id,
        name: n,
        kind: what,
        bytes,
        files,
        entries: e,
        pieceBytes,
        executable
      } = body.offer
      const x = executable ? { x: true } : {}
      return { k: 'offer', t: id, n, what, b: bytes, f: files, e, piece: pieceBytes, ...x }
    }
    case 'list':
      return { k: 'list', t: body.id, at: body.at, l: body.entries.map(entryJson) }
    case 'fetch': {
      const { id, stream, piece, credit, digest: d } = body
      return { k: 'fetch', t: id, s: stream, p: piece, c: credit, d }
    }
    case 'hold':
    case 'end':
      return { k: body.kind, t: body.id, w: body.why }
    default:
      return { k: body.kind, t: body.id }
  }
}

/** The text of TRANSFER. */
export const writeTransfer = ({ body }: TransferMessage): string => JSON.stringify(bodyJson(body))

/** A list in as many bodies as it needs, each of which fits a frame. One at least. */
export const listFrames = (
  id: TransferId,
  list: readonly TransferEntry[]
): readonly TransferBody[] => {
  const bodies: TransferBody[] = []
  let from = 0
  let bytes = 0
  const cut = (to: number): void => {
    bodies.push({ kind: 'list', id, at: from, entries: list.slice(from, to) })
    from = to
    bytes = 0
  }
  for (const [at, each] of list.entries()) {
    const own = utf8Bytes(JSON.stringify(entryJson(each))) + 1
    if (bytes + own > LIST_BYTES_MAX) cut(at)
    bytes += own
  }
  cut(list.length)
  return bodies
}
