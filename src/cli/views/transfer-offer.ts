/**
 * The question whether to take what a peer offers: who, what, how large, where to, what is risky about
 * it, and how to answer, which is always the last line. However much is offered, it has few lines.
 */
import { showBytes } from '../../domain/explanation.ts'
import type { TransferEntry, TransferRisk } from '../../domain/transfers.ts'
import { statusLines } from './lines.ts'
import {
  callOf,
  isRightToLeft,
  nameBehind,
  safePathText,
  shortPath,
  showCount
} from './transfer-text.ts'
import type { EventOf, ViewContext } from './view-context.ts'

type Offered = EventOf<'transfer.offered'>

/** Entries of a folder that are named, and risky ones. */
const ENTRIES_SHOWN_MAX = 8
const RISKS_SHOWN_MAX = 5

const RISK: Readonly<Record<TransferRisk['kind'], string>> = {
  hidden: 'hidden',
  launcher: 'starts something when it is opened',
  executable: 'can be run as a program'
}

const what = ({ kind, bytes, files }: Offered['transfer']): string =>
  kind === 'file'
    ? `A file of ${showBytes(bytes)}`
    : `A folder of ${showCount(files, 'file', 'files')}, ${showBytes(bytes)}`

const andMore = (count: number): readonly string[] => (count > 0 ? [`  and ${count} more`] : [])

const entryLine = (entry: TransferEntry, ctx: ViewContext): string =>
  entry.kind === 'folder'
    ? `  folder: ${nameBehind(entry.path, ctx)}`
    : `  ${showBytes(entry.bytes)}: ${nameBehind(entry.path, ctx)}`

const entriesLines = ({ transfer, entries = [] }: Offered, ctx: ViewContext): readonly string[] => {
  if (transfer.kind === 'file') return []
  const shown = entries.slice(0, ENTRIES_SHOWN_MAX)
  const files = shown.filter(({ kind }) => kind === 'file').length
  return [
    ...shown.map((entry) => entryLine(entry, ctx)),
    ...(transfer.files > files
      ? [`  and ${showCount(transfer.files - files, 'more file', 'more files')}`]
      : [])
  ]
}

const riskLines = (risks: readonly TransferRisk[], ctx: ViewContext): readonly string[] =>
  risks.length === 0
    ? []
    : [
        'Careful:',
        ...risks
          .slice(0, RISKS_SHOWN_MAX)
          .map(({ kind, path }) => `  ${RISK[kind]}: ${nameBehind(path, ctx)}`),
        ...andMore(risks.length - RISKS_SHOWN_MAX)
      ]

/** Of a name that a screen may turn around: how it ends. */
const endingLines = (name: string): readonly string[] => {
  const ending = /\.[^.]*$/su.exec(name)?.[0]
  return isRightToLeft(name) && ending !== undefined
    ? [`Its ending is ${safePathText(ending)}`]
    : []
}

const placeLines = ({ transfer, folder, saveAs = transfer.name }: Offered): readonly string[] => {
  if (folder === undefined) return []
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  const path = `${folder}${folder.endsWith(separator) ? '' : separator}${saveAs}`
  return [
    ...(saveAs === transfer.name ? [] : ['That name is taken there, so it gets another one.']),
    `It would become ${safePathText(path)}`
  ]
}

const roomLines = ({ transfer, room }: Offered): readonly string[] => {
  if (room === undefined) return []
  return room < transfer.bytes
    ? [`NOT ENOUGH ROOM on that disk: ${showBytes(room)} free. It would stop until there is more.`]
    : [`Room on that disk: ${showBytes(room)}`]
}

/** What is offered to our user. */
export const questionLines = (event: Offered, ctx: ViewContext): readonly string[] => {
  const { style } = ctx
  const { transfer, risks = [] } = event
  const call = callOf(transfer)
  return [
    ...statusLines(
      style,
      `${what(transfer)}, offered as ${call} by ${ctx.nameOf(transfer.peer)}: ${nameBehind(transfer.name, ctx)}`,
      ...endingLines(transfer.name),
      ...entriesLines(event, ctx),
      ...placeLines(event),
      ...roomLines(event)
    ),
    ...riskLines(risks, ctx).map((line) => style.error(`  ${line}`)),
    ...(event.welcome === true
      ? []
      : [
          style.status(
            `  Take it: /accept ${call}${risks.length > 0 ? ' anyway' : ''}   Turn it away: /decline ${call}`
          )
        ])
  ]
}

const WHY_SKIPPED = {
  link: 'links',
  special: 'neither files nor folders',
  unreadable: 'unreadable'
} as const

const NAMED_MAX = 3

const skippedLines = ({ skipped = [] }: Offered, ctx: ViewContext): readonly string[] =>
  (['link', 'special', 'unreadable'] as const).flatMap((why) => {
    const paths = skipped.filter((each) => each.why === why).map(({ path }) => path)
    return paths.length === 0
      ? []
      : [
          `Left out, ${WHY_SKIPPED[why]}: ${paths.length}`,
          ...paths.slice(0, NAMED_MAX).map((path) => `  ${nameBehind(path, ctx)}`),
          ...andMore(paths.length - NAMED_MAX)
        ]
  })

const renamedLines = ({ renamed = [] }: Offered, ctx: ViewContext): readonly string[] =>
  renamed.length === 0
    ? []
    : [
        `Sent under names that are safe everywhere: ${renamed.length}`,
        ...renamed
          .slice(0, NAMED_MAX)
          .map(({ as }) => `  ${shortPath(as, Math.max(1, ctx.columns - 8), ctx.style)}`),
        ...andMore(renamed.length - NAMED_MAX)
      ]

/** What our user offers. */
export const ownOfferLines = (event: Offered, ctx: ViewContext): readonly string[] => {
  const { transfer, online } = event
  const name = nameBehind(transfer.name, ctx)
  const to = ctx.nameOf(transfer.peer)
  const text = online
    ? `${what(transfer)}, offered as ${callOf(transfer)} to ${to}: ${name}`
    : `${what(transfer)}, kept as ${callOf(transfer)} until the peer is here, ${to}: ${name}`
  return statusLines(ctx.style, text, ...skippedLines(event, ctx), ...renamedLines(event, ctx))
}
