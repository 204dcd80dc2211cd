/** The commands about what is kept: what waits to be delivered, and the history. */
import * as Effect from 'effect/Effect'
import type { Command } from '../domain/commands.ts'
import type { EarshotEvent, QueuedLine } from '../domain/events.ts'
import { explainStore } from '../domain/explain-store.ts'
import type { StoreError, StoreFailure } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { AppContext } from '../machines/app.types.ts'
import type { Store } from '../services/store.ts'
import type { Conversations } from './conversations.ts'
import type { Directory } from './directory.ts'
import { historyLines } from './history-lines.ts'

export type KeptCommand = Extract<
  Command,
  {
    readonly type: 'queue' | 'cancel' | 'history' | 'history-keep' | 'history-erase' | 'search'
  }
>

export interface KeptCommandWorld {
  readonly app: () => AppContext
  readonly store: Store['Service']
  readonly conversations: Conversations
  readonly directory: Directory
  readonly emit: (events: readonly EarshotEvent[]) => void
  /** Runs work whose outcome is told by events. */
  readonly run: (effect: Effect.Effect<void>) => void
  readonly saveHistory: boolean
}

const HISTORY_LINES = 20
const HISTORY_LINES_MAX = 10_000
const FOUND_LINES_MAX = 100

const NOTHING_KEPT = { kept: 0, waiting: 0, unshown: 0 }

/** The outboxes of peers that have not been talked to in this run. */
const opened = (world: Pick<KeptCommandWorld, 'store' | 'conversations'>) =>
  Effect.gen(function* () {
    for (const { peer, waiting } of yield* world.store.conversations)
      if (waiting > 0) yield* world.conversations.open(peer)
  })

export class KeptCommands {
  readonly #world: KeptCommandWorld
  /** What the numbers of /queue mean: the peer and the message of each. */
  #numbered: readonly { readonly peerId: PeerId; readonly id: string }[] = []

  constructor(world: KeptCommandWorld) {
    this.#world = world
  }

  handle(command: KeptCommand): void {
    switch (command.type) {
      case 'queue':
        return this.#run(
          undefined,
          Effect.map(opened(this.#world), () => this.#showQueue())
        )
      case 'cancel':
        return command.which === 'all' ? this.#cancelAll() : this.#cancelOne(command.which)
      case 'history':
        return this.#history(command.count ?? HISTORY_LINES, command.who)
      case 'history-keep':
        return this.#keep(command.keep)
      case 'history-erase':
        return this.#erase(command.confirm)
      case 'search':
        return this.#search(command.words)
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

  /** @param peerId whom the work is about; undefined: all of them. */
  #run(peerId: PeerId | undefined, work: Effect.Effect<void, StoreError>): void {
    const failed = (failure: StoreFailure): void =>
      this.#tell(
        peerId === undefined
          ? { type: 'command.unavailable', command: '/queue', detail: explainStore(failure).text }
          : { type: 'history.failed', peer: this.#world.directory.refOf(peerId), failure }
      )
    const told = work.pipe(Effect.catch(({ reason }) => Effect.sync(() => failed(reason))))
    this.#world.run(told)
  }

  /** The named peer, else the one that is talked to. */
  #meant(input: string, who: string | undefined): PeerId | undefined {
    const { app, directory } = this.#world
    const { focus } = app()
    if (who === undefined) {
      if (focus === undefined) this.#invalid(input, 'name a peer first: /to NAME')
      return focus
    }
    const [found, ...others] = directory.matching(who)
    if (found === undefined) this.#invalid(input, `nobody is known by the name ${who}`)
    else if (others.length > 0)
      this.#invalid(input, 'more than one peer is meant: name one, as /peers shows them')
    else return found
    return undefined
  }

  #showQueue(): void {
    const { conversations, directory } = this.#world
    const entries: QueuedLine[] = []
    for (const [peerId, conversation] of conversations.all())
      for (const { message, sent } of conversation.pending())
        if (message.body.kind === 'text')
          entries.push({
            peer: directory.refOf(peerId),
            number: entries.length + 1,
            id: message.id,
            text: message.body.text,
            at: message.at,
            state: sent ? 'sent' : 'queued'
          })
    this.#numbered = entries.map(({ peer, id }) => ({ peerId: peer.id, id }))
    this.#tell({ type: 'queue.shown', entries })
  }

  #cancelOne(number: number): void {
    const entry = this.#numbered[number - 1]
    const conversation = entry && this.#world.conversations.find(entry.peerId)
    if (entry === undefined || conversation === undefined)
      this.#invalid(`/cancel ${number}`, 'there is no such number: /queue shows what waits')
    else if (conversation.pending().some(({ message }) => message.id === entry.id))
      conversation.cancel([entry.id])
    else this.#invalid(`/cancel ${number}`, 'that message does not wait any more')
  }

  #cancelAll(): void {
    const peerId = this.#meant('/cancel all', undefined)
    if (peerId === undefined) return
    const conversation = this.#world.conversations.find(peerId)
    const waiting = conversation?.pending() ?? []
    const ids = waiting.flatMap(({ message: { id, body } }) => (body.kind === 'text' ? [id] : []))
    if (ids.length === 0) this.#invalid('/cancel all', 'nothing waits for this peer')
    else conversation?.cancel(ids)
  }

  #history(count: number, who: string | undefined): void {
    const { store, directory } = this.#world
    const peerId = this.#meant('/history', who)
    if (peerId === undefined) return
    const limit = Math.min(Math.max(count, 1), HISTORY_LINES_MAX)
    this.#run(
      peerId,
      Effect.gen({ self: this }, function* () {
        const entries = historyLines(yield* store.page(peerId, { limit }))
        const kept = yield* this.#isKept(peerId)
        const peer = directory.refOf(peerId)
        this.#tell({ type: 'history.shown', peer, entries, why: 'asked', kept })
      })
    )
  }

  #isKept(peerId: PeerId): Effect.Effect<boolean, StoreError> {
    const { store, conversations, saveHistory } = this.#world
    const open = conversations.find(peerId)
    return open === undefined
      ? Effect.map(store.ledger(peerId), ({ keep }) => keep ?? saveHistory)
      : Effect.succeed(open.keep ?? saveHistory)
  }

  /** Messages of earlier that are kept: what waits, for either end, is no history yet. */
  #countSettled(peerId: PeerId): Effect.Effect<number, StoreError> {
    return Effect.map(this.#world.store.conversations, (all) => {
      const { kept, waiting, unshown } = all.find(({ peer }) => peer === peerId) ?? NOTHING_KEPT
      return Math.max(0, kept - waiting - unshown)
    })
  }

  #keep(choice: 'on' | 'off' | 'default'): void {
    const { store, conversations, directory, saveHistory } = this.#world
    const peerId = this.#meant(`/history ${choice}`, undefined)
    if (peerId === undefined) return
    const keep = choice === 'default' ? undefined : choice === 'on'
    this.#run(
      peerId,
      Effect.gen({ self: this }, function* () {
        yield* store.commit(peerId, [{ type: 'keep', keep }], 'synced')
        const conversation = conversations.find(peerId)
        if (conversation !== undefined) conversation.keep = keep
        const earlier = yield* this.#countSettled(peerId)
        const kept = keep ?? saveHistory
        this.#tell({ type: 'history.changed', peer: directory.refOf(peerId), kept, earlier })
      })
    )
  }

  #erase(confirm: boolean): void {
    const { store, directory } = this.#world
    const peerId = this.#meant('/history erase', undefined)
    if (peerId === undefined) return
    this.#run(
      peerId,
      Effect.gen({ self: this }, function* () {
        const peer = directory.refOf(peerId)
        if (confirm) {
          const count = yield* store.erase(peerId)
          return this.#tell({ type: 'history.erased', peer, count })
        }
        const count = yield* this.#countSettled(peerId)
        this.#tell({ type: 'history.counted', peer, count })
      })
    )
  }

  #search(text: string): void {
    const { store, directory } = this.#world
    const words = text.split(/\s+/).filter((word) => word !== '')
    const peerId = this.#meant('/search', undefined)
    if (peerId === undefined) return
    if (words.length === 0) return this.#invalid('/search', 'words belong behind it: /search WORDS')
    this.#run(
      peerId,
      Effect.gen({ self: this }, function* () {
        const found = yield* store.search(peerId, { words, limit: FOUND_LINES_MAX })
        const entries = historyLines(found)
        const more = entries.length === FOUND_LINES_MAX
        this.#tell({
          type: 'history.found',
          peer: directory.refOf(peerId),
          words,
          entries,
          more
        })
      })
    )
  }
}
