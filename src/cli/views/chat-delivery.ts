/** Lines of what becomes of messages: what waits, what cannot be stored, what a lost store means. */
import { explainStore } from '../../domain/explain-store.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { errorLines, reasonsOf, showMessages, statusLines } from './lines.ts'
import type { EventOf, Renderers, ViewContext } from './view-context.ts'

/** Characters of a path, and of what is wrong with a file. */
const PATH_CHARS_MAX = 300

/** Peers that are named when something waits for many. */
const NAMED_MAX = 5

/** One peer in a sentence, several a line each, so that no name can look like a part of the list. */
const waitingFor = (event: EventOf<'outbox.waiting'>, ctx: ViewContext): readonly string[] => {
  const each = event.peers.map(
    ({ peer, count }) => `${showMessages(count)} for ${ctx.nameOf(peer)}`
  )
  if (each.length <= 1) return each
  const total = event.peers.reduce((sum, { count }) => sum + count, 0)
  const rest = each.length - NAMED_MAX
  return [
    `${showMessages(total)} for ${each.length} peers`,
    ...each.slice(0, NAMED_MAX).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and for ${rest} more`] : [])
  ]
}

const outboxLines = (event: EventOf<'outbox.waiting'>, ctx: ViewContext): readonly string[] => {
  const [first, ...rest] = waitingFor(event, ctx)
  if (first === undefined) return []
  return event.when === 'start'
    ? statusLines(
        ctx.style,
        `Waiting to be delivered: ${first}`,
        ...rest,
        'What waits goes out when you are connected; /queue shows it.'
      )
    : statusLines(
        ctx.style,
        `Not delivered yet: ${first}`,
        ...rest,
        'Nothing is lost: it is kept, and goes out when you are connected again.'
      )
}

/** What becomes of our own messages, with the verb that fits how many they are. */
const waitingGoes = (count: number, one: string, many: string): readonly string[] =>
  count === 0
    ? []
    : [
        `${count === 1 ? 'Your message that waits' : `Your ${count} messages that wait`} ${count === 1 ? one : many}.`
      ]

/** What was noticed, what it means, what to do: for each end and each kind of loss. */
const restartedLines = (
  event: EventOf<'delivery.restarted'>,
  ctx: ViewContext
): readonly string[] => {
  const { style } = ctx
  const name = ctx.nameOf(event.peer)
  const { waiting } = event
  if (event.whose === 'theirs')
    return event.why === 'new'
      ? statusLines(
          style,
          `The peer's store of messages is new: ${name}`,
          'What was not shown there yet may be lost.',
          ...waitingGoes(waiting, 'is sent again', 'are sent again'),
          'Ask what arrived last, and say the rest again.'
        )
      : statusLines(
          style,
          `The peer's store is an older copy, or in use on two machines: ${name}`,
          'What the other copy has taken is not sent to this one.',
          ...waitingGoes(waiting, 'is sent to this one', 'are sent to this one'),
          'Ask which one your peer reads: one identity belongs on one machine.'
        )
  return event.why === 'new'
    ? errorLines(
        style,
        `Your store of messages is new, but the peer knows an older one: ${name}`,
        'What waited in that, and what it had not shown you yet, may be lost.',
        ...waitingGoes(waiting, 'is sent', 'are sent'),
        'Look through the last lines with your peer, and say again what is missing.'
      )
    : errorLines(
        style,
        `Your store is an older copy, or this identity runs on two machines: noticed with ${name}`,
        'The peer has messages of yours that are not here.',
        ...waitingGoes(
          waiting,
          'is sent, and dropped there if it arrived before',
          'are sent, and dropped there if they arrived before'
        ),
        'If it runs elsewhere, quit it there: one identity belongs on one machine.'
      )
}

const cancelledLines = (
  event: EventOf<'message.cancelled'>,
  ctx: ViewContext
): readonly string[] => {
  const { style } = ctx
  const name = ctx.nameOf(event.peer)
  const late = event.tooLate
  const gone = `${showMessages(late)} ${late === 1 ? 'was' : 'were'} on the way already, so the peer may have ${late === 1 ? 'it' : 'them'}`
  if (event.ids.length > 0)
    return statusLines(
      style,
      `Taken back: ${showMessages(event.ids.length)} for ${name}`,
      ...(late > 0 ? [`${gone}.`] : [])
    )
  return late > 0
    ? errorLines(style, `Too late: ${gone}: ${name}`)
    : statusLines(style, `Nothing waits for ${name}`)
}

/** Where the key is, as seen from where the messages are. */
const besides = ({ path, keyPath }: EventOf<'store.created'>): string => {
  const folder = /^.*[\\/]/su.exec(path)?.[0] ?? ''
  return keyPath.startsWith(folder) ? keyPath.slice(folder.length) : keyPath
}

export const DELIVERY_LINES: Renderers<
  | 'message.sent'
  | 'message.delivered'
  | 'message.read'
  | 'message.cancelled'
  | 'delivery.held'
  | 'delivery.resumed'
  | 'delivery.restarted'
  | 'outbox.waiting'
  | 'store.created'
  | 'store.set-aside'
> = {
  // A line for each would double the chat: a mark behind the message tells, and /queue.
  'message.sent': () => [],
  'message.delivered': () => [],
  'message.read': () => [],
  'message.cancelled': cancelledLines,
  'delivery.held': (event, ctx) =>
    errorLines(
      ctx.style,
      `What comes cannot be stored, so it is not shown, and waits at the peer: ${ctx.nameOf(event.peer)}`,
      ...reasonsOf(explainStore(event.failure))
    ),
  'delivery.resumed': (event, ctx) =>
    statusLines(ctx.style, `What comes is stored and shown again: ${ctx.nameOf(event.peer)}`),
  'delivery.restarted': restartedLines,
  'outbox.waiting': outboxLines,
  'store.created': (event, ctx) =>
    statusLines(
      ctx.style,
      `Messages are stored, encrypted, in ${safeLine(event.path, PATH_CHARS_MAX)}`,
      event.locked
        ? 'Your passphrase protects their key.'
        : `Their key lies there as it is (${safeLine(besides(event), PATH_CHARS_MAX)}); earshot passphrase set protects it.`
    ),
  'store.set-aside': (event, ctx) =>
    errorLines(
      ctx.style,
      `The store of messages was damaged, and a new one was begun: ${safeLine(event.path, PATH_CHARS_MAX)}`,
      `What was wrong: ${safeLine(event.detail, PATH_CHARS_MAX)}`,
      `The old one is not deleted: ${safeLine(event.aside, PATH_CHARS_MAX)}`,
      'What waited in it is not sent: say again what matters.'
    )
}
