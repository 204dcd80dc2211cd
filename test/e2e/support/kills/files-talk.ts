/** Alice sends and bob takes, while something happens to them; what both tell of it is kept. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { EarshotEvent, EventType } from '../../../../src/domain/events.ts'
import { downloadsOf, quoted } from '../files.ts'
import { Waiting } from '../waiting.ts'
import type { End } from './end.ts'
import { notesOf, partBytes, stageOf, untilSeen } from './files-disk.ts'
import { compare, type Item, makeItems, type Shape } from './files-sent.ts'
import type { Dice } from './lines.ts'
import { Pair } from './pair.ts'

type TransferEvent = Extract<EarshotEvent, { readonly transfer: unknown }>

/** A slow disk that others use too takes long for the largest of the files. */
const MOVED_MS_MAX = 120_000

const isOver = ({ over }: Item): boolean => over.alice.length > 0 && over.bob.length > 0

export class FileTalk {
  readonly pair: Pair
  readonly #folder: string
  readonly items: Item[] = []
  /** What was sent in this round. */
  round: readonly Item[] = []
  /** Bob takes what he is asked for. */
  isAnswering = true
  /** Who paused it in this round. */
  pausedBy: End | undefined
  /** When bob was told that something goes on, or is over. */
  movedAt: number | undefined
  /** Bytes that were on bob's disk and are sent once more, of each transfer that goes on. */
  readonly again: number[] = []
  /** How often bob died in each stage of a transfer. */
  readonly caught = new Map<string, number>()
  readonly faults: string[] = []
  readonly leftOvers: string[] = []
  readonly #told: { readonly end: End; readonly type: EventType }[] = []
  readonly #waiting = new Waiting(() => this.pair.ends.map((end) => end.lastTold(8)).join('\n'))

  private constructor(folder: string, pair: Pair) {
    this.#folder = folder
    this.pair = pair
  }

  /** Two who are connected. @param folder for their homes and what is sent, empty. */
  static async make(folder: string, dice: Dice): Promise<FileTalk> {
    const pair = await Pair.make(folder, dice, {
      env: { EARSHOT_MAX_FILE_SIZE_MB: '0' },
      hears: (end, event) => talk.hear(end, event)
    })
    const talk = new FileTalk(folder, pair)
    mkdirSync(downloadsOf(pair.bob.home))
    await pair.bringBack(false)
    await pair.whole()
    return talk
  }

  /** Makes what is sent in this round. @param bytes of one file. */
  make(shape: Shape, bytes = 0): readonly [Item, ...Item[]] {
    const made = makeItems(shape, join(this.#folder, 'sent'), this.items.length, bytes)
    this.items.push(...made)
    this.round = made
    return made
  }

  /** Alice is asked to send it. */
  send(): void {
    this.#offer(this.round)
  }

  #offer(items: readonly Item[]): void {
    const { alice, bob } = this.pair
    for (const item of items) item.run = alice.run
    const paths = items.map(({ source }) => quoted(source)).join(' ')
    alice.ask({ type: 'send', paths, to: bob.id })
  }

  hear(end: End, event: EarshotEvent): void {
    this.#told.push({ end, type: event.type })
    if ('transfer' in event) this.#hearOf(end, event)
    this.#waiting.arrived()
  }

  #hearOf(end: End, event: TransferEvent): void {
    const item = this.items.find(({ name }) => name === event.transfer.name)
    if (item === undefined) {
      this.faults.push(`${end.name}#${end.run} tells of ${event.transfer.name}`)
      return
    }
    if (event.type === 'transfer.offered') item.isOffered = true
    if (event.type === 'transfer.done') item.over[end.name].push({ run: end.run, how: 'done' })
    if (event.type === 'transfer.ended') item.over[end.name].push({ run: end.run, how: event.why })
    if (end === this.pair.bob) this.#hearOfBob(item, event)
  }

  #hearOfBob(item: Item, event: TransferEvent): void {
    const { bob } = this.pair
    if (event.type === 'transfer.offered') {
      item.asked = { run: bob.run, number: event.transfer.number }
      if (this.isAnswering) this.#accept(item)
    }
    if (event.type === 'transfer.paused' && event.why === 'lost')
      item.had = { bytes: partBytes(bob, item.name) ?? 0, isAll: false }
    if (event.type === 'transfer.started') this.#hearOn(item, event.fromBytes)
    if (event.type === 'transfer.done' && event.path !== undefined) item.path = event.path
    if (event.type === 'transfer.started' || event.type === 'transfer.done')
      this.movedAt ??= performance.now()
  }

  #hearOn(item: Item, fromBytes: number): void {
    const { had } = item
    if (had === undefined) return
    if (had.isAll && fromBytes > had.bytes)
      this.faults.push(`${item.name}: goes on at ${fromBytes}, and ${had.bytes} were there`)
    this.again.push(Math.max(0, had.bytes - fromBytes))
    delete item.had
  }

  #accept(item: Item): void {
    const { asked } = item
    delete item.asked
    if (asked?.run === this.pair.bob.run)
      this.pair.bob.ask({ type: 'accept', who: `t${asked.number}` })
  }

  /** Until this end tells one of these from now on. @returns which. */
  next(end: End, ...types: readonly EventType[]): Promise<EventType> {
    let from = this.#told.length
    return this.#waiting.until(`${types.join(' or ')} of ${end.name}`, () => {
      for (; from < this.#told.length; from += 1) {
        const told = this.#told[from]
        if (told?.end === end && types.includes(told.type)) return told.type
      }
      return undefined
    })
  }

  /** Until bob is told that something goes on from now on, or all of it is over. */
  moves(): Promise<true> {
    this.movedAt = undefined
    return this.until('it to move', () => this.movedAt !== undefined || this.round.every(isOver))
  }

  /** Until this is so, as both ends tell. */
  until(what: string, isSo: () => boolean): Promise<true> {
    return this.#waiting.until(what, () => isSo() || undefined, { timeoutMs: MOVED_MS_MAX })
  }

  /** Looks at bob's disk, who is dead. */
  look(): void {
    const { bob } = this.pair
    for (const item of this.round) {
      const stage = stageOf(bob, item.name, item.bytes)
      this.caught.set(stage, (this.caught.get(stage) ?? 0) + 1)
      const bytes = partBytes(bob, item.name)
      if (bytes !== undefined) item.had = { bytes, isAll: true }
    }
  }

  /** Both are there again: does what only a user can, and waits until all of the round is over at both. */
  async finish(): Promise<void> {
    this.isAnswering = true
    await this.#repeat()
    for (const item of this.round) this.#accept(item)
    await this.#resume()
    await this.until('all of it to be over', () => this.round.every(isOver))
    for (const end of this.pair.ends) await this.#clean(end)
    for (const item of this.round) compare(item)
  }

  /** What alice was told to send and had not noted when she died, she is told once more. */
  async #repeat(): Promise<void> {
    const { alice } = this.pair
    const unknown = this.round.filter(({ isOffered, run }) => !isOffered && run < alice.run)
    if (unknown.length === 0) return
    // Once they are connected she has read her notes.
    await this.pair.whole()
    const shown = alice.next('transfers.shown')
    alice.ask({ type: 'transfers' })
    const known = new Set((await shown).transfers.map(({ name }) => name))
    const missing = unknown.filter(({ name, isOffered }) => !known.has(name) && !isOffered)
    if (missing.length > 0) this.#offer(missing)
  }

  /** What was paused is so after a restart, until its user lets it go on. */
  async #resume(): Promise<void> {
    const end = this.pausedBy
    if (end === undefined) return
    const shown = end.next('transfers.shown')
    end.ask({ type: 'transfers' })
    const { transfers } = await shown
    for (const { name, state } of transfers)
      if (state !== 'paused') this.faults.push(`${name}: ${state} at ${end.name} who paused it`)
    end.ask({ type: 'resume', which: 'all' })
    this.pausedBy = undefined
  }

  /** What is there that nobody wants any more: notes once all is over, and parts. */
  async #clean(end: End): Promise<void> {
    const notes = notesOf(end)
    try {
      await untilSeen(notes, 'no notes', () => readdirSync(notes).length === 0 || undefined)
    } catch {
      for (const name of readdirSync(notes)) this.leftOvers.push(`${end.name}: note ${name}`)
    }
    if (end !== this.pair.bob) return
    const wanted = new Set(this.round.map(({ path = '' }) => basename(path)))
    for (const name of readdirSync(downloadsOf(end.home)))
      if (!wanted.has(name)) {
        this.leftOvers.push(`bob: ${name}`)
        rmSync(join(downloadsOf(end.home), name), { recursive: true })
      }
  }
}
