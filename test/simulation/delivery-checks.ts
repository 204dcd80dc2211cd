/**
 * What must hold of everything that two people said to each other, over all runs of both, whatever was
 * done to their processes and disks. Each check reads what the hosts told and what their stores hold;
 * test/simulation/delivery-checks.test.ts shows that each of them can fail.
 */
import type { EventType } from '../../src/domain/events.ts'
import { conversationOf } from '../../src/services/store-model.ts'
import { pageOf, summaryOf } from '../../src/services/store-model/pages.ts'
import type { EventRecord, WorldHost } from '../../src/simulation/world-host.ts'
import { Fault } from './hunt-checks.ts'
import type { EventOf } from './stage.ts'

/** A text that the sender's store held, whether or not its user heard of it. */
interface Written {
  readonly id: string
  readonly text: string
  /** The life of the sender's store in which it was written first. */
  readonly life: number
  /** When it was safe from a power cut; undefined: a power cut took it, or it never was. */
  readonly safeAtMs: number | undefined
}

/** A message that the receiver's store held. */
interface Taken {
  readonly id: string
  readonly log: string
  readonly seq: number
  readonly run: number
  readonly life: number
  readonly safeAtMs: number | undefined
}

interface Told<T extends EventType> {
  readonly atMs: number
  readonly run: number
  readonly event: EventOf<T>
}

/** One direction of a talk. */
export interface Direction {
  readonly sender: WorldHost
  readonly receiver: WorldHost
}

const label = ({ sender, receiver }: Direction): string => `${sender.name} to ${receiver.name}`

const isOf = <T extends EventType>(
  record: EventRecord,
  type: T
): record is EventRecord & { readonly event: EventOf<T> } => record.event.type === type

/** What a host told of the other end, by all its runs. */
const toldOf = <T extends EventType>(
  host: WorldHost,
  type: T,
  other: WorldHost
): readonly Told<T>[] =>
  host.events.flatMap((record) => {
    if (!isOf(record, type)) return []
    const { event } = record
    const isOther = 'peer' in event && event.peer.id === other.peerId
    return isOther ? [{ atMs: record.atMs, run: record.instance, event }] : []
  })

const writtenBy = ({ sender, receiver }: Direction): ReadonlyMap<string, Written> => {
  const written = new Map<string, Written>()
  for (const { peer, changes, run, flushedAtMs, isLost } of sender.store.journal) {
    if (peer !== receiver.peerId) continue
    for (const change of changes)
      for (const { id, body } of change.type === 'queued' ? change.messages : [])
        if (body.kind === 'text')
          written.set(id, {
            id,
            text: body.text,
            life: sender.store.lifeAt(run),
            safeAtMs: isLost ? undefined : flushedAtMs
          })
  }
  return written
}

const takenBy = ({ sender, receiver }: Direction): readonly Taken[] =>
  receiver.store.journal.flatMap(({ peer, changes, run, flushedAtMs, isLost }) =>
    peer !== sender.peerId
      ? []
      : changes.flatMap((change) =>
          change.type !== 'taken'
            ? []
            : change.messages.map(({ id, seq }) => ({
                id,
                log: change.epoch,
                seq,
                run,
                life: receiver.store.lifeAt(run),
                safeAtMs: isLost ? undefined : flushedAtMs
              }))
        )
  )

const isSafeBy = (all: readonly { readonly safeAtMs: number | undefined }[], atMs: number) =>
  all.some(({ safeAtMs }) => safeAtMs !== undefined && safeAtMs <= atMs)

/** Whether a run ended without having told, or noted, all that was so. */
const endedBadly = ({ crashes, store }: WorldHost, run: number): boolean =>
  crashes.has(run) || store.refusals.some((refusal) => refusal.run === run)

/** Whether a run may find what the one before it had shown, and not noted as such. */
const mayRepeat = (host: WorldHost, run: number): boolean =>
  endedBadly(host, run - 1) || host.store.lifeAt(run) !== host.store.lifeAt(run - 1)

/** What the sender's user took back, as the user was told or, after a bad end, as the store has it. */
const cancelledBy = ({ sender, receiver }: Direction): ReadonlySet<string> => {
  const cancelled = new Set(
    toldOf(sender, 'message.cancelled', receiver).flatMap(({ event }) => event.ids)
  )
  let before: readonly string[] = []
  for (const { peer, changes, run, book } of sender.store.journal) {
    if (peer !== receiver.peerId) continue
    const { outbox } = conversationOf(book, peer)
    const after = new Set(outbox.toArray().map(({ message }) => message.id))
    if (changes.some(({ type }) => type === 'requeued') && endedBadly(sender, run))
      for (const id of before) if (!after.has(id)) cancelled.add(id)
    before = [...after]
  }
  return cancelled
}

const groupById = <A extends { readonly id: string }>(all: readonly A[]): Map<string, A[]> => {
  const groups = new Map<string, A[]>()
  for (const each of all) {
    const group = groups.get(each.id)
    if (group === undefined) groups.set(each.id, [each])
    else group.push(each)
  }
  return groups
}

/** What is told as queued, or sent, is safe on the sender's disk by then. */
export const checkQueued = (direction: Direction): void => {
  const { sender, receiver } = direction
  const written = writtenBy(direction)
  const isSafe = (id: string, atMs: number) =>
    isSafeBy([written.get(id) ?? { safeAtMs: undefined }], atMs)
  for (const { event, atMs } of toldOf(sender, 'message.queued', receiver)) {
    if (!isSafe(event.id, atMs))
      throw new Fault(`${label(direction)}: queued and not safe: ${event.text.slice(0, 30)}`)
    if (written.get(event.id)?.text !== event.text)
      throw new Fault(
        `${label(direction)}: another text is in the store: ${event.text.slice(0, 30)}`
      )
  }
  for (const { event, atMs } of toldOf(sender, 'message.sent', receiver))
    for (const id of event.ids)
      if (!isSafe(id, atMs)) throw new Fault(`${label(direction)}: sent and not safe: ${id}`)
}

/** What is shown was said, with the same words, and is safe on the receiver's disk by then. */
export const checkShown = (direction: Direction): void => {
  const { sender, receiver } = direction
  const written = writtenBy(direction)
  const taken = groupById(takenBy(direction))
  for (const { event, atMs } of toldOf(receiver, 'message.received', sender)) {
    const source = written.get(event.id)
    const words = event.text.slice(0, 30)
    if (source === undefined || source.safeAtMs === undefined || source.text !== event.text)
      throw new Fault(`${label(direction)}: shown what was not said: ${words}`)
    if (!isSafeBy(taken.get(event.id) ?? [], atMs))
      throw new Fault(`${label(direction)}: shown and not safe: ${words}`)
  }
}

/**
 * Within one life of the receiver's store, every message is shown once; again only as such, by a run that
 * follows one that ended before it could note it.
 */
export const checkOnce = (direction: Direction): void => {
  const { sender, receiver } = direction
  const lives = new Set<string>()
  const runs = new Set<string>()
  for (const { event, run } of toldOf(receiver, 'message.received', sender)) {
    const words = event.text.slice(0, 30)
    const inRun = `${run} ${event.id}`
    if (runs.has(inRun)) throw new Fault(`${label(direction)}: twice in one run: ${words}`)
    runs.add(inRun)
    const inLife = `${receiver.store.lifeAt(run)} ${event.id}`
    if (event.again === true) {
      if (!mayRepeat(receiver, run))
        throw new Fault(`${label(direction)}: again, after a run that ended well: ${words}`)
    } else if (lives.has(inLife)) throw new Fault(`${label(direction)}: shown twice: ${words}`)
    lives.add(inLife)
  }
}

/** Messages are shown in the order in which they were said. */
export const checkOrder = (direction: Direction): void => {
  const { sender, receiver } = direction
  const places = new Map([...writtenBy(direction).keys()].map((id, place) => [id, place]))
  // A copy of the store brings back what was cancelled since.
  const cancelled = cancelledBy(direction)
  const reached = new Map<number, number>()
  for (const { event, run } of toldOf(receiver, 'message.received', sender)) {
    const place = places.get(event.id)
    if (event.again === true || cancelled.has(event.id) || place === undefined) continue
    const life = receiver.store.lifeAt(run)
    if (place < (reached.get(life) ?? -1))
      throw new Fault(`${label(direction)}: out of order: ${event.text.slice(0, 30)}`)
    reached.set(life, place)
  }
}

/** One number of one log is one message. */
export const checkNumbers = (direction: Direction): void => {
  const ids = new Map<string, string>()
  for (const { id, log, seq, life, safeAtMs } of takenBy(direction)) {
    const place = `${life} ${log} ${seq}`
    const before = ids.get(place)
    if (safeAtMs !== undefined && before !== undefined && before !== id)
      throw new Fault(`${label(direction)}: number ${seq} of ${log} is two messages`)
    ids.set(place, id)
  }
}

/** What is told as delivered is safe on the receiver's disk by then, and told once a run. */
export const checkDelivered = (direction: Direction): void => {
  const { sender, receiver } = direction
  const taken = groupById(takenBy(direction))
  const told = new Set<string>()
  for (const { event, atMs, run } of toldOf(sender, 'message.delivered', receiver))
    for (const id of event.ids) {
      if (!isSafeBy(taken.get(id) ?? [], atMs))
        throw new Fault(`${label(direction)}: told as delivered, and not safe there: ${id}`)
      if (told.has(`${run} ${id}`)) throw new Fault(`${label(direction)}: delivered twice: ${id}`)
      told.add(`${run} ${id}`)
    }
}

/** What is told as read was shown by then, to a user who lets it be told. */
export const checkRead = (direction: Direction, receipts: boolean): void => {
  const { sender, receiver } = direction
  const shown = new Map<string, number>()
  for (const { event, atMs } of toldOf(receiver, 'message.received', sender))
    if (!shown.has(event.id)) shown.set(event.id, atMs)
  for (const { event, atMs } of toldOf(sender, 'message.read', receiver))
    for (const id of event.ids) {
      if (!receipts) throw new Fault(`${label(direction)}: told as read, without receipts: ${id}`)
      if ((shown.get(id) ?? Number.POSITIVE_INFINITY) > atMs)
        throw new Fault(`${label(direction)}: told as read, and not shown: ${id}`)
    }
}

/** What is told as cancelled, or as not stored, is never shown, unless a copy of the store brought it back. */
export const checkCancelled = (direction: Direction): void => {
  const { sender, receiver } = direction
  const shown = new Set(toldOf(receiver, 'message.received', sender).map(({ event }) => event.id))
  for (const { event, run } of toldOf(sender, 'message.cancelled', receiver))
    for (const id of event.ids)
      if (shown.has(id) && sender.store.lifeAt(run) === sender.store.lifeAt(Infinity))
        throw new Fault(`${label(direction)}: cancelled, and shown: ${id}`)
  const heard = new Set(toldOf(receiver, 'message.received', sender).map(({ event }) => event.text))
  for (const { event } of sender.events)
    if (event.type === 'message.failed' && heard.has(event.text))
      if (event.failure?._tag !== 'StoreIo')
        // After a flush that failed nobody knows.
        throw new Fault(
          `${label(direction)}: told as failed, and shown: ${event.text.slice(0, 30)}`
        )
}

/** What was accepted and not cancelled reached the receiver, or is gone with a store that was replaced. */
export const checkNothingLost = (direction: Direction): void => {
  const { sender, receiver } = direction
  const lifeNow = sender.store.lifeAt(Infinity)
  const arrived = new Set([
    ...toldOf(receiver, 'message.received', sender).map(({ event }) => event.id),
    // Safe there, and then its store was replaced before it was shown.
    ...takenBy(direction).flatMap(({ id, life, safeAtMs }) =>
      safeAtMs !== undefined && life < receiver.store.lifeAt(Infinity) ? [id] : []
    )
  ])
  const cancelled = cancelledBy(direction)
  const outbox = conversationOf(sender.store.written, receiver.peerId).outbox.toArray()
  const waits = new Set(outbox.map(({ message }) => message.id))
  for (const { event, run } of toldOf(sender, 'message.queued', receiver)) {
    const isGone = sender.store.lifeAt(run) < lifeNow
    if (arrived.has(event.id) || cancelled.has(event.id) || waits.has(event.id) || isGone) continue
    throw new Fault(`${label(direction)}: lost: ${event.text.slice(0, 30)}`)
  }
}

/** Nothing waits any more at either end: to be sent, or to be shown. */
export const checkArrived = (direction: Direction): void => {
  const { sender, receiver } = direction
  const { waiting } = summaryOf(sender.store.written, receiver.peerId)
  if (waiting > 0) throw new Fault(`${label(direction)}: ${waiting} still wait`)
  const { unshown } = summaryOf(receiver.store.written, sender.peerId)
  if (unshown > 0) throw new Fault(`${label(direction)}: ${unshown} are not shown`)
}

/** A store is called lost only if it was replaced. */
export const checkAlarms = ({ sender, receiver }: Direction): void => {
  for (const { event, run } of toldOf(sender, 'delivery.restarted', receiver)) {
    const isTrue =
      event.whose === 'ours' ? sender.store.lifeAt(run) > 1 : receiver.store.lifeAt(Infinity) > 1
    if (!isTrue) throw new Fault(`${sender.name}#${run}: false alarm: ${event.whose} ${event.why}`)
  }
}

/** What the history shows is what was said, of one end's own messages or of the other's. */
export const checkHistory = (
  direction: Direction,
  saves: Readonly<Record<'sender' | 'receiver', boolean>>
): void => {
  const { sender, receiver } = direction
  const kept = (host: WorldHost, other: WorldHost, way: 'in' | 'out') =>
    pageOf(host.store.written, other.peerId, { limit: Infinity })
      .filter((entry) => entry.direction === way)
      .map(({ id }) => id)
  const lifeOf =
    ({ store }: WorldHost) =>
    (run: number) =>
      store.lifeAt(run)
  const isNow = (host: WorldHost) => (run: number) =>
    lifeOf(host)(run) === host.store.lifeAt(Infinity)
  const cancelled = cancelledBy(direction)
  const said = toldOf(sender, 'message.queued', receiver)
    .filter(({ run, event }) => isNow(sender)(run) && !cancelled.has(event.id))
    .map(({ event }) => event.id)
  const shown = toldOf(receiver, 'message.received', sender)
    .filter(({ run, event }) => isNow(receiver)(run) && event.again !== true)
    .map(({ event }) => event.id)
  const out = new Set(kept(sender, receiver, 'out'))
  const into = new Set(kept(receiver, sender, 'in'))
  const missing = [
    ...(saves.sender ? said.filter((id) => !out.has(id)) : []),
    ...(saves.receiver ? shown.filter((id) => !into.has(id)) : [])
  ]
  if (missing.length > 0) throw new Fault(`${label(direction)}: not in the history: ${missing[0]}`)
  if (!saves.sender && out.size > 0) throw new Fault(`${label(direction)}: kept by the sender`)
  if (!saves.receiver && into.size > 0) throw new Fault(`${label(direction)}: kept by the receiver`)
}

export interface CheckOptions {
  /** Both ends tell what was read; true by default. */
  readonly receipts?: boolean
  /** Who keeps the history; undefined: it is not checked. */
  readonly saves?: Readonly<Record<'sender' | 'receiver', boolean>>
}

/** All of it, once everything had the time to arrive. */
export const checkAll = (
  direction: Direction,
  { receipts = true, saves }: CheckOptions = {}
): void => {
  checkQueued(direction)
  checkShown(direction)
  checkOnce(direction)
  checkOrder(direction)
  checkNumbers(direction)
  checkDelivered(direction)
  checkRead(direction, receipts)
  checkCancelled(direction)
  checkNothingLost(direction)
  checkArrived(direction)
  checkAlarms(direction)
  if (saves !== undefined) checkHistory(direction, saves)
}
