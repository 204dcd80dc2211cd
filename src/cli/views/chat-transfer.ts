/** Lines of files on their way. What moves is drawn by transfer-progress.ts; here is what is worth a line. */
import { explainEnd, explainTransfer } from '../../domain/explain-transfer.ts'
import { showBytes } from '../../domain/explanation.ts'
import { errorLine, errorLines, reasonsOf, statusLine, statusLines } from './lines.ts'
import { ownOfferLines, questionLines } from './transfer-offer.ts'
import { transfersLines } from './transfer-table.ts'
import {
  callOf,
  nameBehind,
  percentOf,
  safePathText,
  showCount,
  showTime
} from './transfer-text.ts'
import type { EventOf, Renderers, ViewContext } from './view-context.ts'

const pausedLines = (event: EventOf<'transfer.paused'>, ctx: ViewContext): readonly string[] => {
  const { style } = ctx
  const { transfer, by, why, doneBytes, failure } = event
  const call = callOf(transfer)
  const peer = ctx.nameOf(transfer.peer)
  const at = `at ${percentOf(doneBytes, transfer.bytes)}%`
  const name = nameBehind(transfer.name, ctx)
  if (failure !== undefined) {
    const { text, next = '' } = explainTransfer(failure)
    const waits = `This waits ${at}, ${call}: ${name}`
    return errorLines(style, waits, text, next, 'It goes on by itself when that is done.')
  }
  switch (why) {
    case 'unnoted':
      return errorLines(style, `This waits until it can be noted, ${at}, ${call}: ${name}`)
    case 'paused':
      return by === 'us'
        ? statusLines(style, `Paused ${at}, ${call}: ${name}`, `/resume ${call} lets it go on.`)
        : statusLines(style, `Paused ${at} by ${peer}, ${call}: ${name}`)
    case 'disk-full':
      return by === 'us'
        ? errorLines(
            style,
            `The disk is full, so this waits ${at}, ${call}: ${name}`,
            'It goes on by itself when there is room.'
          )
        : statusLines(
            style,
            `The disk of ${peer} is full, so this waits ${at}, ${call}: ${name}`,
            'It goes on by itself when there is room.'
          )
    case 'queued':
      return statusLines(style, `Others go first, so this waits for its turn, ${call}: ${name}`)
    case 'lost':
      return statusLines(
        style,
        `Interrupted ${at}, ${call}: ${name}`,
        `It goes on from there by itself, when you and the peer are connected again: ${peer}`
      )
  }
}

const doneLines = (event: EventOf<'transfer.done'>, ctx: ViewContext): readonly string[] => {
  const { transfer, path, elapsedMs } = event
  const call = callOf(transfer)
  const size = showBytes(transfer.bytes)
  const time = elapsedMs === undefined ? '' : ` in ${showTime(elapsedMs)}`
  const text =
    transfer.direction === 'in'
      ? `Received ${call}, ${size}${time}: ${safePathText(path ?? transfer.name)}`
      : `Sent ${call}, ${size}${time}, checked and stored by ${ctx.nameOf(transfer.peer)}: ${nameBehind(transfer.name, ctx)}`
  return statusLines(ctx.style, text)
}

const endedLines = (event: EventOf<'transfer.ended'>, ctx: ViewContext): readonly string[] => {
  const { transfer, by, why, failure } = event
  const call = callOf(transfer)
  const name = nameBehind(transfer.name, ctx)
  const whose = transfer.direction === 'in' ? 'from' : 'to'
  const peer = ctx.nameOf(transfer.peer)
  if (why === 'declined' || why === 'cancelled')
    return statusLines(
      ctx.style,
      by === 'us'
        ? `You ${why} ${call}, ${whose} ${peer}: ${name}`
        : `The peer ${why} ${call}, ${peer}: ${name}`
    )
  const explanation =
    failure === undefined
      ? explainEnd(why, { by, direction: transfer.direction })
      : explainTransfer(failure)
  return errorLines(
    ctx.style,
    `Not transferred, ${call}, ${whose} ${peer}: ${name}`,
    ...reasonsOf(explanation)
  )
}

const NOT_OPENED = {
  'not-media': 'it is no picture, sound or film',
  'no-program': 'no program for it was found'
} as const

/** Notes that are named; a program gets all. */
const DAMAGED_SHOWN_MAX = 5

export const TRANSFER_LINES: Renderers<
  | 'transfer.preparing'
  | 'transfer.refused'
  | 'transfer.offered'
  | 'transfer.accepted'
  | 'transfer.started'
  | 'transfer.progress'
  | 'transfer.paused'
  | 'transfer.done'
  | 'transfer.ended'
  | 'transfer.opened'
  | 'transfer.not-opened'
  | 'transfers.shown'
  | 'accept-all.changed'
  | 'autoopen.changed'
  | 'transfers.unusable'
  | 'transfer.notes-damaged'
> = {
  'transfer.preparing': (event, ctx) => [
    statusLine(
      ctx.style,
      `Looking through it, ${showCount(event.entries, 'file or folder', 'files and folders')} so far: ${nameBehind(event.path, ctx)}`
    )
  ],
  'transfer.refused': (event, ctx) => {
    const { text, next } = explainTransfer(event.failure)
    return errorLines(ctx.style, `Not sent: ${text}`, ...(next === undefined ? [] : [next]))
  },
  'transfer.offered': (event, ctx) =>
    event.transfer.direction === 'in' ? questionLines(event, ctx) : ownOfferLines(event, ctx),
  'transfer.accepted': (event, ctx) => {
    const call = callOf(event.transfer)
    const name = nameBehind(event.transfer.name, ctx)
    const by = event.by === 'us' ? 'You take' : `Taken by ${ctx.nameOf(event.transfer.peer)},`
    return [statusLine(ctx.style, `${by} ${call}: ${name}`)]
  },
  'transfer.started': (event, ctx) => {
    const { transfer, fromBytes } = event
    const name = nameBehind(transfer.name, ctx)
    const at = `at ${percentOf(fromBytes, transfer.bytes)}%`
    return [
      statusLine(
        ctx.style,
        fromBytes > 0
          ? `Goes on ${at}, ${callOf(transfer)}: ${name}`
          : `${transfer.direction === 'in' ? 'Receiving' : 'Sending'} ${callOf(transfer)}: ${name}`
      )
    ]
  },
  'transfer.progress': () => [],
  'transfer.paused': pausedLines,
  'transfer.done': doneLines,
  'transfer.ended': endedLines,
  'transfer.opened': (event, ctx) => [
    statusLine(ctx.style, `Opened ${callOf(event.transfer)}: ${safePathText(event.path)}`)
  ],
  'transfer.not-opened': (event, ctx) => [
    statusLine(ctx.style, `Not opened, ${NOT_OPENED[event.why]}: ${safePathText(event.path)}`)
  ],
  'transfers.shown': (event, ctx) => transfersLines(event, ctx),
  'accept-all.changed': (event, ctx) => {
    const peer = ctx.nameOf(event.peer)
    return event.on
      ? statusLines(
          ctx.style,
          `Taken until you leave: all from ${peer} but what is risky`,
          '/accept-all off ends that.'
        )
      : [statusLine(ctx.style, `You are asked again what to take from ${peer}`)]
  },
  'autoopen.changed': (event, ctx) => [
    statusLine(
      ctx.style,
      event.on
        ? 'Pictures, sound and films that you take are opened when they are there.'
        : 'Nothing that you receive is opened by itself.'
    )
  ],
  'transfers.unusable': ({ failure }, { style }) => {
    const { text, next } = explainTransfer(failure)
    return errorLines(
      style,
      'Files can neither be sent nor taken now:',
      text,
      ...(next === undefined ? [] : [next]),
      'Then start again; messages go on meanwhile.'
    )
  },
  'transfer.notes-damaged': (event, ctx) => [
    errorLine(
      ctx.style,
      'Notes about transfers were damaged, so these do not go on; nothing was deleted:'
    ),
    ...event.paths
      .slice(0, DAMAGED_SHOWN_MAX)
      .map((path) => ctx.style.error(`  ${safePathText(path)}`)),
    ...(event.paths.length > DAMAGED_SHOWN_MAX
      ? [ctx.style.error(`  and ${event.paths.length - DAMAGED_SHOWN_MAX} more`)]
      : []),
    ctx.style.error('  Ask your peer to send again what is missing, or send it again.')
  ]
}
