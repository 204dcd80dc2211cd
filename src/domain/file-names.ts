/**
 * Names of files that travel. On the wire only names are taken that mean one and the same file on every
 * system and show what they are; whoever sends makes its names so, whoever receives refuses all others. What
 * is not safe is never repaired by the end that receives: a repair that is wrong once is a hole
 * (pains and attacks, P1–P3).
 *
 * Characters that only a shell minds ($, backtick, &, parentheses) are safe: no shell of ours sees a name, and
 * real files have them.
 */
import { FILE_NAME_BYTES_MAX, TRANSFER_DEPTH_MAX } from './limits.ts'
import type { TransferEntry, TransferOffer, TransferRisk } from './transfers.ts'

/** UTF-16 units that are looked at: a longer name is cut before anything else is done with it. */
const UNITS_MAX = 1024

// What Windows forbids, what separates there, and what looks like a separator or a dot.
const SEPARATORS =
  '/\\\\:*?"<>|\u2044\u2215\u2216\u2571\u2572\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c\uff0e\u2024\ufe52'
const FORBIDDEN = new RegExp(
  `[${SEPARATORS}\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}\\p{Default_Ignorable_Code_Point}]`,
  'gu'
)
/** Invisible, and without a meaning that a name could lose. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
/** A character spelt in hexadecimal: whoever decodes names would see another one. */
const ENCODED = /%(?=[0-9a-f]{2})/giu
/** More marks on one letter than any script has. */
const PILED_MARKS = /(\p{M}{6})\p{M}+/gu
/** Devices of Windows, with whatever ending (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const RESERVED =
  /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)/iu
/** An option, somebody's home, or nothing to see at the front. */
const BAD_FRONT = /^[-~\p{Z}]/u
/** Windows drops these. */
const BAD_END = /[.\p{Z}]$/u
const HIDDEN = /^\./u

const ASCII_MAX = 0x7f
const TWO_BYTES_MAX = 0x7ff
const THREE_BYTES_MAX = 0xffff

const bytesOfPoint = (point: number): number =>
  point <= ASCII_MAX ? 1 : point <= TWO_BYTES_MAX ? 2 : point <= THREE_BYTES_MAX ? 3 : 4

const bytesOf = (text: string): number => {
  let bytes = 0
  for (const char of text) bytes += bytesOfPoint(char.codePointAt(0) ?? 0)
  return bytes
}

const matches = (pattern: RegExp, text: string): boolean => {
  pattern.lastIndex = 0
  return pattern.test(text)
}

/** A name inside a folder; one at the top must not be hidden besides. */
const isSafeEntryName = (name: string): boolean =>
  name !== '' &&
  name.length <= UNITS_MAX &&
  name.isWellFormed() &&
  name.normalize('NFC') === name &&
  !matches(FORBIDDEN, name) &&
  !matches(ENCODED, name) &&
  !matches(PILED_MARKS, name) &&
  !RESERVED.test(name) &&
  !BAD_FRONT.test(name) &&
  !BAD_END.test(name) &&
  bytesOf(name) <= FILE_NAME_BYTES_MAX

/** The name, if it is safe exactly as it is: of a file or folder that is offered. */
export const safeFileName = (name: string): string | undefined =>
  isSafeEntryName(name) && !HIDDEN.test(name) ? name : undefined

/** The path of an entry, if each of its names is safe and it is not too deep. */
export const safePath = (path: string): string | undefined => {
  const names = path.split('/')
  return names.length <= TRANSFER_DEPTH_MAX && names.every(isSafeEntryName) ? path : undefined
}

/** From the last dot on, where that is an ending and not most of the name. */
const endingOf = (name: string): string => {
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 ? name.slice(dot) : ''
  return bytesOf(ending) <= FILE_NAME_BYTES_MAX / 4 ? ending : ''
}

/** At most so many bytes, whole characters. */
const cut = (text: string, bytesMax: number): string => {
  let bytes = 0
  let at = 0
  for (const char of text) {
    bytes += bytesOfPoint(char.codePointAt(0) ?? 0)
    if (bytes > bytesMax) break
    at += char.length
  }
  return text.slice(0, at)
}

/** Short enough, with its ending. */
const fitted = (name: string): string => {
  if (bytesOf(name) <= FILE_NAME_BYTES_MAX) return name
  const ending = endingOf(name)
  const front = name.slice(0, name.length - ending.length)
  return `${cut(front, FILE_NAME_BYTES_MAX - bytesOf(ending)).replace(/[.\p{Z}]+$/u, '')}${ending}`
}

const NAMELESS = '_'

/**
 * What a name of this machine is sent as inside a folder. Safe, and the same again for one that is: nothing
 * is refused, what would not be safe is left out or becomes `_`, the ending stays.
 */
export const safeEntryNameFor = (local: string): string => {
  if (isSafeEntryName(local)) return local
  const visible = local
    .slice(0, UNITS_MAX)
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(INVISIBLE, '')
    .replaceAll(FORBIDDEN, '_')
    .replaceAll(ENCODED, '_')
    .replaceAll(PILED_MARKS, '$1')
    .normalize('NFC')
  const ended = visible.replace(/[.\p{Z}]+$/u, '')
  const fronted = ended.replace(/^[-~\p{Z}]+/u, ended === '' ? '' : '_')
  const named = RESERVED.test(fronted) ? `_${fronted}` : fronted
  const name = fitted(named)
  return isSafeEntryName(name) ? name : NAMELESS
}

/** The same of what is offered itself: it is not hidden where it arrives. */
export const safeNameFor = (local: string): string => {
  const name = safeEntryNameFor(local)
  return HIDDEN.test(name) ? safeEntryNameFor(`_${name.replace(/^\.+/u, '')}`) : name
}

/**
 * A name or path as the least exact system compares it: case and composition do not count, `ß` is `ss`. Two that are the
 * same so would be one file there, and the second would be written over the first.
 */
export const foldedName = (name: string): string =>
  name.normalize('NFC').toUpperCase().toLowerCase()

/** Names to try where an offer arrives, its own first: " (1)", " (2)" … before the ending of a file. */
export const numberedName = ({ name, kind }: TransferOffer, number: number): string => {
  if (number === 0) return name
  const dot = kind === 'file' ? name.lastIndexOf('.') : -1
  const end = dot > 0 ? dot : name.length
  return `${name.slice(0, end)} (${number})${name.slice(end)}`
}

/** Why a list is refused as a whole. */
export type ListFault =
  | 'unsafe-path'
  | 'no-parent'
  | 'twice'
  | 'below-a-file'
  | 'wrong-count'
  | 'executable-folder'

interface Seen {
  readonly kinds: Map<string, TransferEntry['kind']>
  /** As the least exact system compares. */
  readonly folded: Set<string>
}

const entryFault = (
  { path, kind, executable }: TransferEntry,
  { kinds, folded }: Seen
): ListFault | undefined => {
  if (safePath(path) === undefined) return 'unsafe-path'
  if (kind === 'folder' && executable) return 'executable-folder'
  if (folded.has(foldedName(path))) return 'twice'
  const slash = path.lastIndexOf('/')
  if (slash < 0) return undefined
  const parent = kinds.get(path.slice(0, slash))
  if (parent === undefined) return 'no-parent'
  return parent === 'file' ? 'below-a-file' : undefined
}

/** Whether a file alone is listed as it was offered. */
const isOwnEntry = (offer: TransferOffer, [entry]: readonly TransferEntry[]): boolean =>
  entry?.kind === 'file' && entry.path === offer.name && entry.executable === offer.executable

/**
 * What is wrong with the list of an offer; undefined: nothing. Paths are safe, no two are the same to any system, every
 * entry stands behind the folder that holds it, and all of it adds up to what was offered.
 */
export const listFault = (
  offer: TransferOffer,
  list: readonly TransferEntry[]
): ListFault | undefined => {
  const seen: Seen = { kinds: new Map(), folded: new Set() }
  let files = 0
  let bytes = 0
  for (const entry of list) {
    const fault = entryFault(entry, seen)
    if (fault !== undefined) return fault
    seen.kinds.set(entry.path, entry.kind)
    seen.folded.add(foldedName(entry.path))
    if (entry.kind === 'file') files += 1
    bytes += entry.bytes
  }
  const addsUp =
    list.length === offer.entries &&
    files === offer.files &&
    bytes === offer.bytes &&
    (offer.kind === 'folder' || isOwnEntry(offer, list))
  return addsUp ? undefined : 'wrong-count'
}

const endings = (words: string): ReadonlySet<string> => new Set(words.split(' '))

/**
 * Endings of what some system runs, or opens with something that runs what is in it. Text for an interpreter that
 * nothing runs on a click (sh, py) is not here: what can be run of it is told by its mode.
 */
const LAUNCHERS = endings(
  'action app appimage application appref-ms bat chm cmd com command cpl crx deb desktop dmg docm exe ' +
    'gadget hta inf iso jar jnlp jse lnk msc msi msp mst pif pkg potm ppam ppsm pptm ps1 psc1 reg rpm ' +
    'scf scr sct settingcontent-ms sldm terminal tool url vb vbe vbs webloc workflow ws wsc wsf wsh xlam ' +
    'xll xlsm xltm'
)
/**
 * What a browser or Windows' own host of scripts runs. Told of a file that is sent alone: every folder of a
 * programmer is full of them, and a question that is always asked is never read.
 */
const WEB = endings('htm html js mht mhtml svg xhtml')

const endsIn = (known: ReadonlySet<string>, path: string): boolean => {
  const dot = path.lastIndexOf('.')
  return dot >= 0 && known.has(path.slice(dot + 1).toLowerCase())
}

/** What is in a hidden folder is told with the folder. */
const isHidden = (path: string): boolean => HIDDEN.test(path.slice(path.lastIndexOf('/') + 1))

const risksOfEntry = (
  { path, kind, executable }: TransferEntry,
  isAlone: boolean
): readonly TransferRisk[] => {
  const risks: TransferRisk[] = []
  if (isHidden(path)) risks.push({ kind: 'hidden', path })
  const isLauncher = endsIn(LAUNCHERS, path) || (isAlone && endsIn(WEB, path))
  if (kind === 'file' && isLauncher) risks.push({ kind: 'launcher', path })
  else if (executable) risks.push({ kind: 'executable', path })
  return risks
}

/** What the user is to know before it is taken, in the order of the list. */
export const risksOf = (
  offer: TransferOffer,
  list: readonly TransferEntry[]
): readonly TransferRisk[] => [
  ...(offer.kind === 'folder' && endsIn(LAUNCHERS, offer.name)
    ? [{ kind: 'launcher', path: offer.name } as const]
    : []),
  ...list.flatMap((entry) => risksOfEntry(entry, offer.kind === 'file'))
]
