/** /transfers: what it is, and how it stands, which fits 40 columns. */
import type { TransferDetails } from '../../domain/transfer-events.ts'
import { showBytes } from '../../domain/explanation.ts'
import { statusLine } from './lines.ts'
import { callOf, percentOf, safePathText, shortPath, showStall, showTime } from './transfer-text.ts'
import type { EventOf, ViewContext } from './view-context.ts'

/** Rows that are shown; a program gets all. */
const ROWS_MAX = 50
/** In front of a name: the indent, the direction, the number. */
const BEFORE_NAME = 12
const NAME_COLUMNS_MIN = 10
const INDENT = 4

/** A state in words; `peer` is its name. */
const stateText = (transfer: TransferDetails, peer: string): string => {
  const call = callOf(transfer)
  switch (transfer.state) {
    case 'offered':
      return transfer.online ? 'not answered yet' : 'offered when the peer is here'
    case 'asking':
      return `your turn: /accept ${call} or /decline ${call}`
    case 'preparing':
      return 'being prepared'
    case 'moving':
      return transfer.stalled === undefined ? 'moving' : showStall(transfer.stalled)
    case 'waiting':
      return transfer.online ? 'waits for its turn' : 'goes on when the peer is here'
    case 'paused':
      return `paused: /resume ${call}`
    case 'paused-by-peer':
      return `paused by ${peer}`
    case 'disk-full':
      return 'waits for room on the disk'
    case 'verifying':
      return 'all is there, the peer checks it'
    case 'publishing':
      return 'all is there, being put in its place'
    case 'done':
      return 'done'
    case 'declined':
      return 'declined'
    case 'cancelled':
      return 'cancelled'
    case 'failed':
      return transfer.direction === 'out' ? `failed: /retry ${call}` : 'failed'
  }
}

/** Facts on as few lines as hold them whole. */
const flowed = (facts: readonly string[], columns: number): readonly string[] => {
  const lines: string[] = []
  for (const fact of facts) {
    const last = lines.at(-1)
    const longer = last === undefined ? fact : `${last}, ${fact}`
    if (last === undefined || longer.length > columns) lines.push(fact)
    else lines[lines.length - 1] = longer
  }
  return lines
}

const rows = (transfer: TransferDetails, ctx: ViewContext): readonly string[] => {
  const { style } = ctx
  const peer = ctx.nameOf(transfer.peer)
  const arrow = transfer.direction === 'in' ? (style.ascii ? '<' : '↓') : style.ascii ? '>' : '↑'
  const name = shortPath(
    transfer.name,
    Math.max(NAME_COLUMNS_MIN, ctx.columns - BEFORE_NAME),
    style
  )
  const whose = `${transfer.direction === 'in' ? 'from' : 'to'} ${peer}`
  const isOver = ['done', 'declined', 'cancelled', 'failed'].includes(transfer.state)
  const size = showBytes(transfer.bytes)
  const percent = percentOf(transfer.doneBytes, transfer.bytes)
  const facts = [
    stateText(transfer, peer),
    isOver || transfer.doneBytes === 0 ? size : `${percent}% of ${size}`,
    whose,
    ...(transfer.bytesPerSecond === undefined ? [] : [`${showBytes(transfer.bytesPerSecond)}/s`]),
    ...(transfer.leftMs === undefined ? [] : [`${showTime(transfer.leftMs)} left`])
  ]
  return [
    `  ${arrow} ${callOf(transfer).padEnd(3)} ${style.own(name)}`,
    ...flowed(facts, ctx.columns - INDENT).map((line) => `    ${style.quiet(line)}`),
    ...(transfer.path === undefined ? [] : [`    ${style.quiet(safePathText(transfer.path))}`])
  ]
}

export const transfersLines = (
  { transfers }: EventOf<'transfers.shown'>,
  ctx: ViewContext
): readonly string[] =>
  transfers.length === 0
    ? [statusLine(ctx.style, 'No transfers. /send PATH offers a file or folder.')]
    : [
        statusLine(ctx.style, `Transfers: ${transfers.length}`),
        ...transfers.slice(0, ROWS_MAX).flatMap((transfer) => rows(transfer, ctx)),
        ...(transfers.length > ROWS_MAX
          ? [ctx.style.quiet(`  and ${transfers.length - ROWS_MAX} more`)]
          : [])
      ]
