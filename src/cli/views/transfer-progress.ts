/**
 * What moves now, one line each: `↓ t2 photo.jpg  ███████░░░░  62%  11.4 MB/s  0:12 left`. Of any width from
 * 20 columns on; what does not fit is left out, the name and the percentage last.
 */
import type { EarshotEvent } from '../../domain/events.ts'
import type { TransferRef } from '../../domain/transfer-events.ts'
import { showBytes } from '../../domain/explanation.ts'
import { columnsMost } from '../../domain/text-columns.ts'
import type { TransferId } from '../../domain/transfers.ts'
import type { Style } from './style.ts'
import {
  callOf,
  isRightToLeft,
  percentOf,
  safePathText,
  shortPath,
  showStall,
  showTime
} from './transfer-text.ts'
import type { EventOf } from './view-context.ts'

/** Lines at a time; of more transfers it says how many. */
const LINES_MAX = 4
const NAME_COLUMNS_MIN = 8
const NAME_COLUMNS_MAX = 24
const BAR_COLUMNS_MIN = 6
const BAR_COLUMNS_MAX = 20

type Moving = Omit<EventOf<'transfer.progress'>, 'type' | 'bytesPerSecond'> & {
  /** Missing before it was measured. */
  readonly bytesPerSecond?: number
}

const barOf = (done: number, bytes: number, columns: number, style: Style): string => {
  const [full, empty] = style.ascii ? ['#', '-'] : ['█', '░']
  const filled = bytes === 0 ? columns : Math.floor(Math.min(1, done / bytes) * columns)
  return `${full.repeat(filled)}${empty.repeat(columns - filled)}`
}

/** What is told behind the percentage, the first that fits first. */
const factsOf = ({ stalled, bytesPerSecond, leftMs }: Moving): readonly string[] => {
  if (stalled !== undefined) return [showStall(stalled)]
  return [
    ...(bytesPerSecond === undefined ? [] : [`${showBytes(bytesPerSecond)}/s`]),
    ...(leftMs === undefined ? [] : [`${showTime(leftMs)} left`])
  ]
}

/** One transfer in at most `columns` columns. @param nameColumns of the name, where there is room. */
const progressLine = (
  moving: Moving,
  columns: number,
  nameColumns: number,
  style: Style
): string => {
  const { transfer, doneBytes } = moving
  const arrow = transfer.direction === 'in' ? (style.ascii ? '<' : '↓') : style.ascii ? '>' : '↑'
  const head = `${arrow} ${callOf(transfer)} `
  const percent = `${percentOf(doneBytes, transfer.bytes)}%`.padStart(4)
  // What stands behind a name that runs from right to left, screens may draw before it.
  const isLast = isRightToLeft(safePathText(transfer.name))
  let room = columns - head.length - percent.length - (isLast ? 2 : 1)
  const facts: string[] = []
  for (const fact of factsOf(moving)) {
    if (room - fact.length - 2 < NAME_COLUMNS_MIN) break
    facts.push(`  ${fact}`)
    room -= fact.length + 2
  }
  const nameMax = Math.max(1, Math.min(nameColumns, room))
  const name = shortPath(transfer.name, nameMax, style)
  const padded = `${name}${' '.repeat(Math.max(0, nameMax - columnsMost(name)))}`
  const barColumns = Math.min(BAR_COLUMNS_MAX, room - nameMax - 2)
  const bar =
    barColumns < BAR_COLUMNS_MIN ? '' : barOf(doneBytes, transfer.bytes, barColumns, style)
  const meter = `${percent}${facts.join('')}`
  if (isLast) return `${head}${bar}${meter}  ${name}`
  return `${head}${padded}${bar === '' ? '' : `  ${bar}`} ${meter}`
}

export interface Progress {
  /** Learns what moves. @returns true: what is shown has other lines now, so it is not put off. */
  readonly note: (event: EarshotEvent) => boolean
  readonly lines: (columns: number) => readonly string[]
}

/** What moves, for one screen and one run. */
export const makeProgress = (style: Style): Progress => {
  const moving = new Map<TransferId, Moving>()
  const note = (event: EarshotEvent): boolean => {
    switch (event.type) {
      case 'transfer.started': {
        const { transfer, fromBytes } = event
        moving.set(transfer.id, { transfer, doneBytes: fromBytes })
        return true
      }
      case 'transfer.progress': {
        const isNew = !moving.has(event.transfer.id)
        moving.set(event.transfer.id, event)
        return isNew
      }
      case 'transfer.paused':
      case 'transfer.done':
      case 'transfer.ended':
        return moving.delete(event.transfer.id)
      default:
        return false
    }
  }
  const lines = (columns: number): readonly string[] => {
    const shown = [...moving.values()].slice(0, LINES_MAX)
    const widest = Math.max(0, ...shown.map(({ transfer }) => nameColumnsOf(transfer)))
    const more = moving.size - shown.length
    return [
      ...shown.map((each) => progressLine(each, columns, widest, style)),
      ...(more > 0 ? [`+${more} more`] : [])
    ].map((line) => style.status(line))
  }
  return { note, lines }
}

const nameColumnsOf = ({ name }: TransferRef): number =>
  Math.min(NAME_COLUMNS_MAX, columnsMost(safePathText(name)))

/** Without a screen, each transfer is told of when it is so much further, or so long after the last time. */
const QUIET_PERCENT = 10
const QUIET_MS = 10_000

/** The lines of progress where nothing can be redrawn. @param now milliseconds, from Effect's clock. */
export const makeQuietProgress = (
  style: Style,
  now: () => number
): ((event: EarshotEvent) => readonly string[]) => {
  const told = new Map<TransferId, { readonly percent: number; readonly at: number }>()
  return (event) => {
    if (event.type === 'transfer.started') {
      const percent = percentOf(event.fromBytes, event.transfer.bytes)
      told.set(event.transfer.id, { percent, at: now() })
    }
    if (event.type === 'transfer.done' || event.type === 'transfer.ended')
      told.delete(event.transfer.id)
    if (event.type !== 'transfer.progress') return []
    const { transfer, doneBytes } = event
    const percent = percentOf(doneBytes, transfer.bytes)
    const last = told.get(transfer.id) ?? { percent: 0, at: Number.NEGATIVE_INFINITY }
    const isFurther = Math.floor(percent / QUIET_PERCENT) > Math.floor(last.percent / QUIET_PERCENT)
    if (!isFurther && now() - last.at < QUIET_MS) return []
    told.set(transfer.id, { percent, at: now() })
    const facts = [`${percent}% of ${showBytes(transfer.bytes)}`, ...factsOf(event)]
    return [
      style.status(`* ${callOf(transfer)}: ${facts.join(', ')}: ${safePathText(transfer.name)}`)
    ]
  }
}
