/** The words of transfers: names that cannot hide their ending, sizes, rates and times. */
import type { StallCause, TransferRef } from '../../domain/transfer-events.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { cutMiddle } from '../../domain/text-columns.ts'
import type { Style } from './style.ts'
import type { ViewContext } from './view-context.ts'

/** UTF-16 units of a name or path that are looked at: more than a safe path of the deepest folder has. */
const PATH_CHARS_MAX = 8192
/** Columns of a name inside a sentence: fewer where the screen is narrow. */
const NAME_COLUMNS_MAX = 60
const NAME_COLUMNS_MIN = 16

export const ellipsisOf = (style: Style): string => (style.ascii ? '...' : '…')

/** A name or path, whole. */
export const safePathText = (path: string): string => safeLine(path, PATH_CHARS_MAX)

/** A name or path of at most so many columns, cut in its middle. */
export const shortPath = (path: string, columnsMax: number, style: Style): string =>
  cutMiddle(safePathText(path), columnsMax, ellipsisOf(style))

/** A name behind words of ours, cut to what a row has. */
export const nameBehind = (name: string, ctx: ViewContext): string =>
  shortPath(
    name,
    Math.max(NAME_COLUMNS_MIN, Math.min(NAME_COLUMNS_MAX, ctx.columns - NAME_COLUMNS_MIN)),
    ctx.style
  )

/** What the commands call it. */
export const callOf = (transfer: TransferRef): string => `t${transfer.number}`

/** `1 file`, `2 files`. */
export const showCount = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`

/** How far it is: 100 only where all is there. */
export const percentOf = (doneBytes: number, bytes: number): number =>
  bytes === 0 || doneBytes >= bytes ? 100 : Math.floor((doneBytes / bytes) * 100)

const twoDigits = (count: number): string => `${count}`.padStart(2, '0')

const DAY_HOURS = 24

/** `0:12`, `1:02:03`, `3 d`. */
export const showTime = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  if (hours >= DAY_HOURS * 2) return `${Math.floor(hours / DAY_HOURS)} d`
  const rest = twoDigits(seconds % 60)
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`
}

const STALLED: Readonly<Record<StallCause, string>> = {
  network: 'the network is slow',
  'peer-disk': "waits for the peer's disk",
  'our-disk': 'waits for our disk'
}

export const showStall = (cause: StallCause): string => STALLED[cause]

// Hebrew, Arabic and their neighbours, and their forms for presentation.
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** true: screens may draw parts of it from right to left, so that its ending may not stand at its end. */
export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text)
