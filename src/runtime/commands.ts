/** What each command does: some are facts for the app machine to decide on, some only show what is. */
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { Command } from '../domain/commands.ts'
import { parseEndpoint } from '../domain/endpoint.ts'
import type { EarshotEvent, Trust } from '../domain/events.ts'
import { cleanNickname } from '../domain/nicknames.ts'
import type { StartFailure, StoreError, StoreFailure } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { safetyNumber } from '../domain/safety-number.ts'
import { transferNumberOf } from '../domain/transfer-commands.ts'
import type { AppContext, AppEvent } from '../machines/app.types.ts'
import type { KnownPeer, PeerBook } from '../services/peer-book.ts'
import type { Conversation } from './conversation.ts'
import type { Conversations } from './conversations.ts'
import type { Directory } from './directory.ts'
import type { KeptCommands } from './kept-commands.ts'
import type { TransferCommands } from './transfers/transfer-commands.ts'

export interface CommandWorld {
  readonly app: () => AppContext
  readonly send: (event: AppEvent) => void
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly conversations: Conversations
  readonly directory: Directory
  readonly peerBook: PeerBook['Service']
  /** Runs work whose outcome is told by events. */
  readonly run: (effect: Effect.Effect<void>) => void
  readonly defaultPort: number
  /** What is asked of the outbox and the history. */
  readonly kept: KeptCommands
  /** What is asked about files. */
  readonly transfers: TransferCommands
}

/** The commands of one run. `handle` never fails: what is wrong with a command is told. */
export class Commands {
  readonly #world: CommandWorld
  /** What was said to peers whose conversations are being opened. */
  readonly #early = new Map<PeerId, string[]>()

  constructor(world: CommandWorld) {
    this.#world = world
  }

  /** Everything that was read at once: lines to one peer that follow each other are said together. */
  readonly handle = (commands: readonly Command[]): void => {
    let texts: string[] = []
    let to: PeerId | undefined
    const sayAll = (): void => {
      if (texts.length > 0) this.#say(texts, to)
      texts = []
    }
    for (const command of commands)
      if (command.type === 'say') {
        if (command.to !== to) sayAll()
        to = command.to
        texts.push(command.text)
      } else {
        sayAll()
        this.#handleOther(command)
      }
    sayAll()
  }

  #handleOther(command: Exclude<Command, { readonly type: 'say' }>): void {
    const { send, directory } = this.#world
    switch (command.type) {
      case 'help':
        return this.#tell({ type: 'help.shown' })
      case 'quit':
        return send({ type: 'user.quit' })
      case 'info':
        return this.#info()
      case 'nick':
        return this.#nick(command.nickname)
      case 'peers':
        return this.#tell({ type: 'peers.shown', peers: directory.details() })
      case 'to':
        return this.#focus(command.who)
      case 'verify':
        return this.#verify(command.confirm, command.who)
      case 'accept':
      case 'decline':
        return this.#answer(command)
      case 'send':
      case 'accept-all':
      case 'transfers':
      case 'pause':
      case 'resume':
      case 'retry':
      case 'transfer-cancel':
      case 'autoopen':
        return this.#world.transfers.handle(command)
      case 'connect':
        return this.#connect(command)
      case 'hang-up':
        return send({ type: 'user.hang-up', call: command.call })
      case 'queue':
      case 'cancel':
      case 'history':
      case 'history-keep':
      case 'history-erase':
      case 'search':
        return this.#world.kept.handle(command)
      case 'invalid':
        return this.#tell({ ...command, type: 'command.invalid' })
      default:
        return command satisfies never
    }
  }

  #tell(event: EarshotEvent): void {
    this.#world.emit([event])
  }

  #invalid(input: string, detail: string): void {
    this.#tell({ type: 'command.invalid', input, detail })
  }

  #everybody(): readonly PeerId[] {
    return this.#world.app().sessions.map(({ peerId }) => peerId)
  }

  /** The one peer that a command means: the named one, else the only one there is to mean. */
  #pick(
    input: string,
    who: string | undefined,
    among: readonly PeerId[],
    nobody: string
  ): PeerId | undefined {
    const { directory } = this.#world
    const found =
      who === undefined ? among : directory.matching(who).filter((id) => among.includes(id))
    if (found.length === 1) return found[0]
    if (found.length > 1)
      this.#invalid(input, 'more than one peer is meant: name one, as /peers shows them')
    else this.#invalid(input, who === undefined ? nobody : `nobody here is called ${who}`)
    return undefined
  }

  /** @param to by default the peer in focus. */
  #say(texts: readonly string[], to = this.#world.app().focus): void {
    const { emit, conversations } = this.#world
    if (to === undefined)
      return emit(texts.map((text) => ({ type: 'message.failed', text, why: 'no-peer' })))
    const early = this.#early.get(to)
    const open = conversations.find(to)
    if (early !== undefined) early.push(...texts)
    else if (open === undefined) this.#sayLater(to, texts)
    else open.say(texts)
  }

  /** Says it once the conversation is open; what is said meanwhile comes behind it. */
  #sayLater(to: PeerId, texts: readonly string[]): void {
    const { conversations, directory, emit, run } = this.#world
    const early = [...texts]
    this.#early.set(to, early)
    const peer = directory.refOf(to)
    const failed = (failure: StoreFailure): void => {
      this.#early.delete(to)
      emit(
        early.map((text) => ({ type: 'message.failed', peer, text, why: 'not-stored', failure }))
      )
    }
    const opened = (conversation: Conversation): void => {
      this.#early.delete(to)
      conversation.say(early)
    }
    run(
      conversations
        .open(to)
        .pipe(Effect.match({ onSuccess: opened, onFailure: ({ reason }) => failed(reason) }))
    )
  }

  /** Does something with a conversation that this run has not needed yet. */
  #withConversation(peerId: PeerId, work: (conversation: Conversation) => void): void {
    const { conversations, directory, run } = this.#world
    const unreadable = ({ reason: failure }: StoreError): void =>
      this.#tell({ type: 'history.failed', peer: directory.refOf(peerId), failure })
    run(conversations.open(peerId).pipe(Effect.match({ onSuccess: work, onFailure: unreadable })))
  }

  #nick(input: string): void {
    const nickname = cleanNickname(input)
    if (nickname === undefined)
      return this.#invalid(`/nick ${input}`, 'a nickname needs a visible letter')
    this.#world.conversations.rename(nickname)
    this.#tell({ type: 'nick.changed', nickname })
  }

  #info(): void {
    const { ourId, listening } = this.#world.app()
    const nickname = this.#world.conversations.ourNickname()
    this.#tell({
      type: 'info.shown',
      id: ourId,
      ...(nickname === undefined ? {} : { nickname }),
      ...(listening === undefined ? {} : { listening }),
      peers: this.#world.directory.details()
    })
  }

  #verify(confirm: boolean, who: string | undefined): void {
    const { app, directory } = this.#world
    const { focus } = app()
    const among = who !== undefined || focus === undefined ? this.#everybody() : [focus]
    const peerId = this.#pick('/verify', who, among, 'nobody is connected yet')
    if (peerId === undefined) return
    if (confirm) return this.#markVerified(peerId)
    const known = directory.details().find(({ id }) => id === peerId)
    this.#showSafetyNumber(peerId, known?.trust ?? 'tofu')
  }

  #markVerified(peerId: PeerId): void {
    const { peerBook, directory, send, run } = this.#world
    const marked = (): void => {
      send({ type: 'peer.trusted', peerId, trust: 'verified' })
      this.#showSafetyNumber(peerId, 'verified')
    }
    const unsaved = (failure: StartFailure): void =>
      this.#tell({ type: 'peer.unsaved', peer: directory.refOf(peerId), failure })
    run(
      peerBook
        .setTrust(peerId, 'verified')
        .pipe(Effect.match({ onSuccess: marked, onFailure: ({ reason }) => unsaved(reason) }))
    )
  }

  #showSafetyNumber(peerId: PeerId, trust: Trust): void {
    const { app, directory } = this.#world
    this.#tell({
      type: 'peer.safety-number',
      peer: directory.refOf(peerId),
      safetyNumber: safetyNumber(app().ourId, peerId),
      trust
    })
  }

  /** Of a peer that knocks, or of an offer: whichever waits for an answer. */
  #answer(command: Extract<Command, { readonly type: 'accept' | 'decline' }>): void {
    const { transfers, directory } = this.#world
    const { who, type } = command
    const offers = transfers.waiting(who)
    const knocking = directory.knocking()
    const callers =
      who === undefined ? knocking : directory.matching(who).filter((id) => knocking.includes(id))
    const [offer, ...others] = offers
    if (offer === undefined) return this.#answerKnock(command, knocking)
    if (others.length === 0 && callers.length === 0) return transfers.answer(command, offer)
    this.#invalid(`/${type}`, `more than one waits: /${type} t${offer.number}, or another`)
  }

  #answerKnock(
    { type, who }: Extract<Command, { readonly type: 'accept' | 'decline' }>,
    knocking: readonly PeerId[]
  ): void {
    const nobody = 'nobody is knocking, and no file waits for your answer'
    if (who !== undefined && transferNumberOf(who) !== undefined)
      return this.#invalid(`/${type} ${who}`, 'no such transfer waits for your answer: /transfers')
    const peerId = this.#pick(`/${type}`, who, knocking, nobody)
    if (peerId !== undefined) this.#world.send({ type: `user.${type}`, peerId })
  }

  #focus(who: string): void {
    const { directory, send } = this.#world
    const peerId = this.#pick('/to', who, directory.matching(who), 'nobody is connected yet')
    // What is said to a peer that is not here waits for it.
    if (peerId !== undefined)
      this.#withConversation(peerId, () => send({ type: 'user.focus', peerId }))
  }

  #connect({ target, expect, call }: Extract<Command, { readonly type: 'connect' }>): void {
    const { defaultPort, send, directory } = this.#world
    // What looks like an address is one: a peer may call itself anything.
    const [peerId, ...others] = /[.:]/.test(target) ? [] : directory.matching(target)
    if (peerId !== undefined && others.length === 0) return this.#call(peerId, target, call)
    const endpoint = parseEndpoint(target, defaultPort)
    if (Result.isSuccess(endpoint))
      send({ type: 'user.connect', target: endpoint.success, expect, call })
    else this.#invalid(`/connect ${target}`, endpoint.failure)
  }

  /** Dials a known peer where it answered last. */
  #call(expect: PeerId, name: string, call: string | undefined): void {
    const { peerBook, defaultPort, send, run } = this.#world
    const dial = (known: KnownPeer | undefined): void => {
      const last = known?.targets.at(-1)
      const endpoint = last === undefined ? undefined : parseEndpoint(last, defaultPort)
      if (endpoint !== undefined && Result.isSuccess(endpoint))
        send({ type: 'user.connect', target: endpoint.success, expect, call })
      else
        this.#invalid(`/connect ${name}`, 'this peer has only called us: its address is not known')
    }
    run(Effect.map(peerBook.find(expect), dial))
  }
}
