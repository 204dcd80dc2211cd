/** A peer of this process, as its program holds it: what is asked becomes commands to its run. */
import type { Command } from '../domain/commands.ts'
import type { PeerDetails } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import type { Endpoint } from '../domain/failures.ts'
import { cleanNickname } from '../domain/nicknames.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { safetyNumber } from '../domain/safety-number.ts'
import { type KnownPeer, PeerBook } from '../services/peer-book.ts'
import type { ConversationSummary, HistoryEntry } from '../services/store.ts'
import { orAborted } from './abort.ts'
import type { ConnectOptions, HistoryQuery, Peer, SentMessage, WaitingMessage, Who } from './api.ts'
import { Archive } from './archive.ts'
import { dialTargetOf } from './dial-targets.ts'
import { EarshotError, misuse } from './earshot-error.ts'
import { iterate } from './event-stream.ts'
import type { Gate } from './gate.ts'
import type { Hearing } from './hearing.ts'
import { peerIdOf } from './options.ts'
import type { Orders } from './orders.ts'
import {
  isPeerEventType,
  type Listener,
  PEER_EVENTS,
  type PeerEvent,
  type PeerEventType
} from './peer-events.ts'
import { Queue } from './queue.ts'
import type { Run } from './run.ts'

export interface OwnPeerParts {
  readonly id: PeerId
  readonly run: Run
  readonly orders: Orders
  readonly hearing: Hearing
  readonly gate: Gate
  readonly address: Endpoint | undefined
  readonly addresses: readonly string[]
}

const typeOf = (type: unknown): PeerEventType => {
  if (isPeerEventType(type)) return type
  throw misuse('There is no such type of event.', 'docs/LIBRARY.md lists them all.')
}

export class OwnPeer implements Peer {
  readonly id: string
  readonly address: Endpoint | undefined
  readonly addresses: readonly string[]
  readonly closed: Promise<void>
  readonly #parts: OwnPeerParts
  readonly #ownId: PeerId
  readonly #archive: Archive
  readonly #queue: Queue
  /** true: it was asked to end, or has ended. */
  #isOver = false

  constructor(parts: OwnPeerParts) {
    this.#parts = parts
    this.#ownId = parts.id
    this.#archive = new Archive(parts.run)
    this.#queue = new Queue({ ask: (...commands) => this.#ask(...commands) })
    parts.hearing.queue = this.#queue
    this.id = parts.id
    this.address = parts.address
    this.addresses = parts.addresses
    this.closed = parts.run.ended.then((failure) => {
      this.#isOver = true
      if (failure !== undefined) throw failure
    })
    this.closed.catch(() => undefined)
  }

  on<T extends PeerEventType>(type: T, listener: Listener<T>): () => void {
    typeOf(type)
    if (typeof listener !== 'function')
      throw misuse('A listener is a function.', 'docs/LIBRARY.md shows one.')
    return this.#parts.hearing.audience.on(type, listener)
  }

  events<T extends PeerEventType = PeerEventType>(
    ...types: readonly T[]
  ): AsyncIterableIterator<PeerEvent<T>, undefined> {
    const wanted: ReadonlySet<PeerEventType> = new Set(
      types.length === 0 ? PEER_EVENTS : types.map(typeOf)
    )
    return iterate<T>(this.#parts.hearing.audience.open(wanted))
  }

  async once<T extends PeerEventType>(
    type: T,
    { signal }: { readonly signal?: AbortSignal } = {}
  ): Promise<PeerEvent<T>> {
    const queue = this.#parts.hearing.audience.open(new Set([typeOf(type)]))
    const stop = (): void => queue.stop()
    try {
      const { value } = await orAborted(queue.next(), signal, stop)
      if (value === undefined) throw new EarshotError({ _tag: 'Closed' })
      return value as PeerEvent<T>
    } finally {
      stop()
    }
  }

  async connect(
    target: string | Endpoint,
    { expect, signal }: ConnectOptions = {}
  ): Promise<PeerRef> {
    this.#mustBeOpen()
    const to = dialTargetOf(target)
    const wanted = expect === undefined ? undefined : peerIdOf(expect)
    if ('address' in to) return this.#dial(to.address, wanted, signal)
    if (wanted !== undefined && wanted !== to.id)
      throw misuse('The peer that is dialled is not the one that is expected.', 'Name one of them.')
    return this.#dialKnown(to.id, signal)
  }

  async send(to: Who, text: string): Promise<SentMessage> {
    this.#mustBeOpen()
    const id = peerIdOf(to)
    if (id === this.#ownId)
      throw misuse('A peer has nothing to say to itself.', 'Name another one.')
    if (typeof text !== 'string' || text === '')
      throw misuse('A message is a text that is not empty.', 'Say something.')
    // As it is on the wire: UTF-8 has no halves of characters.
    const said = text.toWellFormed()
    const message = this.#parts.hearing.sent.say(id, said)
    this.#parts.orders.push({ type: 'say', text: said, to: id })
    return message
  }

  async waiting(): Promise<readonly WaitingMessage[]> {
    this.#mustBeOpen()
    return (await this.#queue.show()).map(({ number: _, ...message }) => message)
  }

  async cancel(message: string | SentMessage): Promise<boolean> {
    this.#mustBeOpen()
    const id = typeof message === 'object' ? message?.id : message
    if (typeof id !== 'string')
      throw misuse('A message is named by its id.', 'send() returns it, and waiting() tells all.')
    return this.#queue.cancel(id)
  }

  async history(who: Who, query: HistoryQuery = {}): Promise<readonly HistoryEntry[]> {
    this.#mustBeOpen()
    return this.#archive.page(peerIdOf(who), query)
  }

  async search(
    who: Who,
    words: string,
    query: HistoryQuery = {}
  ): Promise<readonly HistoryEntry[]> {
    this.#mustBeOpen()
    return this.#archive.search(peerIdOf(who), words, query)
  }

  async keepHistory(who: Who, keep: boolean | undefined): Promise<void> {
    this.#mustBeOpen()
    await this.#archive.keep(peerIdOf(who), keep)
  }

  async eraseHistory(who: Who): Promise<number> {
    this.#mustBeOpen()
    return this.#archive.erase(peerIdOf(who))
  }

  async conversations(): Promise<readonly ConversationSummary[]> {
    this.#mustBeOpen()
    return this.#archive.conversations()
  }

  async peers(): Promise<readonly PeerDetails[]> {
    this.#mustBeOpen()
    return this.#ask()
  }

  async knownPeers(): Promise<readonly KnownPeer[]> {
    this.#mustBeOpen()
    return this.#parts.run.ask(PeerBook.use((book) => book.list))
  }

  async accept(who: Who): Promise<void> {
    this.#mustBeOpen()
    await this.#ask({ type: 'accept', who: peerIdOf(who) })
  }

  async decline(who: Who): Promise<void> {
    this.#mustBeOpen()
    await this.#ask({ type: 'decline', who: peerIdOf(who) })
  }

  safetyNumber(who: Who): string {
    return safetyNumber(this.#ownId, peerIdOf(who))
  }

  async markVerified(who: Who): Promise<void> {
    this.#mustBeOpen()
    const id = peerIdOf(who)
    // Who came a moment ago is still being written down; what is asked of the book waits for that.
    const isHere = (await this.peers()).some((peer) => peer.id === id)
    if (!isHere) await this.#known(id)
    await this.#parts.run.ask(PeerBook.use((book) => book.setTrust(id, 'verified')))
    // A session that is here learns of it; where there is none, nobody has to.
    await this.#ask({ type: 'verify', confirm: true, who: id }).catch(() => undefined)
  }

  async setNickname(nickname: string): Promise<string> {
    this.#mustBeOpen()
    const clean = typeof nickname === 'string' ? cleanNickname(nickname) : undefined
    if (clean === undefined)
      throw misuse('A nickname needs something visible in it.', 'Choose another one.')
    await this.#ask({ type: 'nick', nickname: clean })
    return clean
  }

  async close({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (!this.#isOver) {
      this.#isOver = true
      this.#parts.hearing.audience.closing()
      // Whoever does not read any more must not keep the goodbye from being read.
      this.#parts.gate.leaveOpen()
      this.#parts.orders.push({ type: 'quit' })
    }
    await orAborted(this.#parts.run.ended, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #mustBeOpen(): void {
    if (this.#isOver) throw new EarshotError({ _tag: 'Closed' })
  }

  /** Hands over a command; done when it was carried out, with who is here then. */
  #ask(...commands: readonly Command[]): Promise<readonly PeerDetails[]> {
    const answer = this.#parts.hearing.questions.ask()
    this.#parts.orders.push(...commands, { type: 'peers' })
    return answer
  }

  #dial(target: string, expect: PeerId | undefined, signal?: AbortSignal): Promise<PeerRef> {
    const { hearing, orders } = this.#parts
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const { call, answer } = hearing.calls.make()
    const expected = expect === undefined ? {} : { expect }
    orders.push({ type: 'connect', target, call, ...expected })
    return orAborted(answer, signal, () => orders.push({ type: 'hang-up', call }))
  }

  /** Dials a peer where it answered before, at the newest address first. */
  async #dialKnown(id: PeerId, signal: AbortSignal | undefined): Promise<PeerRef> {
    const here = (await this.peers()).find((peer) => peer.id === id)
    if (here?.state === 'online') {
      const { nickname } = here
      return nickname === undefined ? { id } : { id, nickname }
    }
    const { targets } = await this.#known(id)
    let failure: unknown = misuse(
      'This peer has never answered a dial, so its address is not known.',
      'Dial it by its address once.'
    )
    for (const target of targets.toReversed())
      try {
        return await this.#dial(target, id, signal)
      } catch (error) {
        failure = error
        if (signal?.aborted === true) break
      }
    throw failure
  }

  async #known(id: PeerId): Promise<KnownPeer> {
    const known = await this.#parts.run.ask(PeerBook.use((book) => book.find(id)))
    if (known === undefined)
      throw misuse('We have never met this peer.', 'knownPeers() tells whom we know.')
    return known
  }
}
