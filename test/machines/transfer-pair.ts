/**
 * The two machines of one transfer over links that are cut and processes that are killed. Beside them stands
 * what the desks do with notes and messages, in the fewest words (protocol.md §5): every message, write of a
 * note, turn, piece and piece of work is a step of its own.
 */
import type { TransferEnd, TransferHold } from '../../src/domain/transfers.ts'
import type { IncomingEvent } from '../../src/machines/incoming-transfer.types.ts'
import type { OutgoingEvent } from '../../src/machines/outgoing-transfer.types.ts'
import {
  type PlayedIncoming,
  type PlayedOutgoing,
  playIncoming,
  playOutgoing
} from './played-transfer.ts'
import * as samples from './samples.ts'

const PIECES = 4
/** Far more than any plan needs. */
const ROUNDS_MAX = 500

type Body =
  | { readonly kind: 'offer' | 'ask-list' | 'list' | 'done' | 'over' | 'all' }
  | { readonly kind: 'fetch' | 'piece'; readonly stream: number; readonly piece: number }
  | { readonly kind: 'hold'; readonly why: TransferHold }
  | { readonly kind: 'end'; readonly why: TransferEnd }

interface Note {
  state: 'offered' | 'accepted' | 'done' | 'ended'
  paused: boolean
  end: TransferEnd
  isListed: boolean
  isPlaced: boolean
  pieces: number
}

const newNote = (isListed: boolean): Note => ({
  state: 'offered',
  paused: false,
  end: 'unknown',
  isListed,
  isPlaced: false,
  pieces: 0
})

/** The bytes of one stream, at either end. */
interface Stream {
  readonly stream: number
  next: number
}

/** What both ends have: a note, a machine, the link, and what the user was told at the end. */
abstract class End<Machine extends PlayedOutgoing | PlayedIncoming> {
  note: Note | undefined
  machine: Machine | undefined
  stream: Stream | undefined
  /** Messages on their way to the other end; undefined: no link. */
  sent: Body[] | undefined
  readonly told: string[] = []
  /** The note as a kill leaves it, and what is said and told when it is as `note` is. */
  #disk: Note | undefined
  #unwritten: (() => void)[] = []

  protected say(body: Body): void {
    this.sent?.push(body)
  }

  protected keep(change: Partial<Note>, then: () => void = () => undefined): void {
    if (this.note !== undefined) Object.assign(this.note, change)
    this.#unwritten.push(then)
  }

  /** Behind everything that waits to be said until the note is written. */
  protected whenWritten(then: () => void): void {
    if (this.#unwritten.length === 0) then()
    else this.#unwritten.push(then)
  }

  write(): boolean {
    const then = this.#unwritten
    this.#unwritten = []
    this.#disk = this.note && { ...this.note }
    for (const call of then) call()
    return then.length > 0
  }

  protected forget(): void {
    this.write()
    this.note = undefined
    this.#disk = undefined
  }

  /** Of one that goes on, it answers what an end said before it was killed. */
  protected onOver(): void {
    if (this.machine === undefined) this.forget()
  }

  protected recall(): void {
    this.#unwritten = []
    this.note = this.#disk && { ...this.#disk }
  }

  /** Acts on what the machine asked for. */
  run(): void {
    for (const text of this.machine?.did() ?? []) {
      const [name = '', word = ''] = text.split(' ')
      if (name === 'stop') this.stream = undefined
      if (name === 'keepPaused' || name === 'keepResumed') this.#keepPaused(name === 'keepPaused')
      if (name === 'repeatHold')
        this.say({ kind: 'hold', why: word === 'disk-full' ? word : 'paused' })
      if (name === 'keepEnd') this.#keepEnd()
      if (name === 'transfer.over') this.machine = undefined
      else this.act(name, word)
    }
  }

  protected abstract act(name: string, word: string): void

  #keepPaused(paused: boolean): void {
    this.keep({ paused }, () => {
      if (paused) this.say({ kind: 'hold', why: 'paused' })
    })
  }

  #keepEnd(): void {
    const end = this.machine?.context().end
    if (end === undefined) throw new Error('it ended for no reason')
    this.keep({ state: 'ended', end: end.why }, () => {
      this.told.push('ended')
      if (end.by === 'us') this.say({ kind: 'end', why: end.why })
      else this.over()
    })
  }

  protected over(): void {
    this.forget()
    this.say({ kind: 'over' })
  }

  /** What either end does with the end that the other tells. */
  protected onEnd(why: TransferEnd): void {
    if (this.note === undefined || this.note.state === 'ended') this.over()
    else (this.machine as PlayedOutgoing | undefined)?.play({ type: 'peer.end', why })
  }
}

export class Sender extends End<PlayedOutgoing> {
  constructor() {
    super()
    this.note = newNote(true)
    this.machine = playOutgoing()
    this.machine.finish()
    this.run()
    this.write()
  }

  restart(): void {
    this.recall()
    this.stream = undefined
    const { state = 'ended', paused = false } = this.note ?? {}
    const isOver = state === 'ended' || state === 'done'
    const note = { path: undefined, paused, accepted: state === 'accepted' }
    this.machine = isOver ? undefined : playOutgoing(note)
    this.run()
  }

  greet(): void {
    const { note } = this
    if (note !== undefined && this.machine !== undefined) {
      this.say({ kind: 'offer' })
      if (note.paused) this.say({ kind: 'hold', why: 'paused' })
    }
    const link = this.sent
    this.whenWritten(() => {
      if (this.sent !== link) return
      this.#sayEnd()
      this.say({ kind: 'all' })
    })
  }

  #sayEnd(): void {
    if (this.machine === undefined && this.note !== undefined)
      this.say({ kind: 'end', why: this.note.end })
  }

  play(event: OutgoingEvent): void {
    this.machine?.play(event)
    this.run()
  }

  hear(body: Body): void {
    switch (body.kind) {
      case 'ask-list':
        if (this.machine !== undefined) this.say({ kind: 'list' })
        break
      case 'fetch':
        if (this.note === undefined) this.say({ kind: 'end', why: 'unknown' })
        else if (this.machine === undefined) this.whenWritten(() => this.#sayEnd())
        else this.machine.play({ type: 'peer.fetch', ...samples.FETCH, ...body })
        break
      case 'hold':
        this.machine?.play({ type: 'peer.hold', why: body.why })
        break
      case 'end':
        this.onEnd(body.why)
        break
      case 'done':
        if (this.machine === undefined) this.over()
        else this.machine.play({ type: 'peer.done' })
        break
      case 'over':
        this.onOver()
        break
      default:
        throw new Error(`the receiver never says ${body.kind}`)
    }
    this.run()
  }

  /** One piece leaves. */
  work(): boolean {
    if (this.stream === undefined) return false
    const { stream, next } = this.stream
    if (next < PIECES) {
      this.say({ kind: 'piece', stream, piece: next })
      this.stream.next += 1
    } else this.machine?.finish()
    this.run()
    return true
  }

  /** It may have ended since. */
  #offerAgain(): void {
    if (this.machine !== undefined) this.say({ kind: 'offer' })
  }

  protected act(name: string, word: string): void {
    if (name === 'offer') this.say({ kind: 'offer' })
    if (name === 'keepResumed') this.keep({}, () => this.#offerAgain())
    if (name === 'keepAccepted') this.keep({ state: 'accepted' })
    if (name === 'keepDone') {
      this.keep({ state: 'done' }, () => {
        this.told.push('done')
        this.over()
      })
    }
    if (name !== 'start' || word !== 'sendPump') return
    const fetch = this.machine?.context().fetch
    if (fetch !== undefined) this.stream = { stream: fetch.stream, next: fetch.piece }
  }
}

/** What a piece of work at the receiving end comes to. */
export type Luck = 'well' | 'full' | 'lost'

export class Receiver extends End<PlayedIncoming> {
  readonly #isFolder: boolean
  #isOffered = false
  #streams = 0
  #working: string | undefined
  wantsTurn = false
  published = 0

  constructor(isFolder: boolean) {
    super()
    this.#isFolder = isFolder
  }

  restart(): void {
    this.recall()
    this.stream = undefined
    this.#working = undefined
    this.wantsTurn = false
    const { note } = this
    this.machine = undefined
    if (note === undefined || note.state === 'done' || note.state === 'ended') return
    const { state, paused, isListed, isPlaced, pieces } = note
    const isWhole = pieces === PIECES
    this.machine = playIncoming({ state, paused, isListed, isPlaced, isWhole, isOffered: false })
    this.run()
  }

  greet(): void {
    this.#isOffered = false
    this.whenWritten(() => this.#sayOutcome())
  }

  #sayOutcome(): void {
    if (this.note?.state === 'done') this.say({ kind: 'done' })
    if (this.note?.state === 'ended') this.say({ kind: 'end', why: this.note.end })
  }

  play(event: IncomingEvent): void {
    this.machine?.play(event)
    this.run()
  }

  hear(body: Body): void {
    switch (body.kind) {
      case 'offer':
        this.#onOffer()
        break
      case 'list':
        if (this.note === undefined || this.note.isListed) break
        this.note.isListed = true
        this.write()
        this.machine?.play({ type: 'list.whole', isWelcome: false })
        break
      case 'piece':
        this.#onPiece(body.stream, body.piece)
        break
      case 'hold':
        this.machine?.play({ type: 'peer.hold', why: body.why })
        break
      case 'end':
        this.onEnd(body.why)
        break
      case 'over':
        this.onOver()
        break
      case 'all':
        if (!this.#isOffered) this.machine?.play({ type: 'peer.gone' })
        break
      default:
        throw new Error(`the sender never says ${body.kind}`)
    }
    this.run()
  }

  #onOffer(): void {
    this.#isOffered = true
    if (this.note !== undefined && this.machine === undefined) this.#onOfferOfEnded()
    else if (this.note === undefined) {
      this.note = newNote(!this.#isFolder)
      this.write()
      this.machine = playIncoming({ isListed: !this.#isFolder })
    } else this.machine?.play({ type: 'peer.offer' })
  }

  /** It is judged when the end is written: the note may be gone by then, and the offer a new one. */
  #onOfferOfEnded(): void {
    const link = this.sent
    this.whenWritten(() => {
      if (this.note !== undefined) this.#sayOutcome()
      else if (this.sent === link) this.#onOffer()
      this.run()
    })
  }

  #onPiece(stream: number, piece: number): void {
    if (this.stream?.stream !== stream || this.note === undefined) return
    if (piece !== this.stream.next) throw new Error(`piece ${piece} is out of order`)
    this.stream.next += 1
    if (this.stream.next < PIECES) return
    this.note.pieces = PIECES
    this.write()
    this.#working = undefined
    this.machine?.finish()
  }

  /** What came is safe from a crash. */
  sync(): void {
    if (this.stream !== undefined && this.note !== undefined) this.note.pieces = this.stream.next
    this.write()
  }

  grant(): boolean {
    if (!this.wantsTurn) return false
    this.wantsTurn = false
    this.play({ type: 'turn.granted' })
    return true
  }

  /** The actor of the state comes to its end. */
  work(luck: Luck): boolean {
    const work = this.#working
    if (work === undefined || this.note === undefined) return false
    if (work === 'receivePump' && luck === 'well') return false
    this.#working = undefined
    if (luck === 'full' && work !== 'roomWatcher')
      this.machine?.fail(samples.failedWith(samples.DISK_FULL))
    else if (luck === 'lost' && work !== 'roomWatcher' && work !== 'placer')
      this.machine?.fail(samples.failedWith(samples.PLACE_LOST))
    else this.#complete(work, this.note)
    this.run()
    return true
  }

  #complete(work: string, note: Note): void {
    if (work === 'placer') Object.assign(note, { state: 'accepted', isPlaced: true, pieces: 0 })
    if (work === 'publisher') {
      note.state = 'done'
      this.published += 1
      this.told.push('done')
    }
    this.write()
    this.#sayOutcome()
    this.machine?.finish()
  }

  protected act(name: string, word: string): void {
    if (name === 'askList') this.say({ kind: 'ask-list' })
    if (name === 'askTurn') this.wantsTurn = true
    if (name === 'leaveTurn') this.wantsTurn = false
    if (name === 'tellFull') this.say({ kind: 'hold', why: 'disk-full' })
    if (name === 'stop') this.#working = undefined
    if (name !== 'start') return
    this.#working = word
    if (word !== 'receivePump' || this.note === undefined) return
    this.#streams += 1
    const stream = { stream: this.#streams, next: this.note.pieces }
    this.stream = stream
    // A HOLD that waits for the note must not come behind it: the sender would wait for the next FETCH.
    this.whenWritten(() => {
      if (this.stream === stream)
        this.say({ kind: 'fetch', stream: stream.stream, piece: stream.next })
    })
  }
}

export class TransferPair {
  readonly sender = new Sender()
  readonly receiver: Receiver

  constructor(isFolder: boolean) {
    this.receiver = new Receiver(isFolder)
  }

  link(): void {
    if (this.sender.sent !== undefined) return
    this.sender.sent = []
    this.receiver.sent = []
    this.sender.greet()
    this.receiver.greet()
  }

  cut(): void {
    if (this.sender.sent === undefined) return
    this.#forget()
    this.sender.play({ type: 'link.lost' })
    this.receiver.play({ type: 'link.lost' })
  }

  /** The process ends at once: what its note says is all that is left. */
  kill(side: 'sender' | 'receiver'): void {
    const isLinked = this.sender.sent !== undefined
    this.#forget()
    this[side].restart()
    if (!isLinked) return
    if (side === 'sender') this.receiver.play({ type: 'link.lost' })
    else this.sender.play({ type: 'link.lost' })
  }

  #forget(): void {
    this.sender.sent = undefined
    this.receiver.sent = undefined
  }

  /** The next message arrives at the sender, or at the receiver. */
  carry(to: 'sender' | 'receiver'): boolean {
    const body = (to === 'sender' ? this.receiver : this.sender).sent?.shift()
    if (body !== undefined) this[to].hear(body)
    return body !== undefined
  }

  /** The users want it, disks have room, the link stays: it comes to its end. */
  settle(): void {
    this.link()
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (this.sender.machine?.context().paused === true) this.sender.play({ type: 'user.resume' })
      if (this.receiver.machine?.context().paused === true)
        this.receiver.play({ type: 'user.resume' })
      if (this.receiver.machine?.value() === 'asking') this.receiver.play({ type: 'user.accept' })
      const moved = [
        this.receiver.grant(),
        this.sender.write(),
        this.receiver.write(),
        this.carry('sender'),
        this.carry('receiver'),
        this.sender.work(),
        this.receiver.work('well')
      ]
      if (!moved.includes(true)) return
    }
    throw new Error('it never settles')
  }
}
