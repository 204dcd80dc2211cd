/** The commands about files. What is wrong with one is told, and nothing moves before it is asked for. */
import * as Base64Url from 'effect/encoding/Base64Url'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { Command } from '../../domain/commands.ts'
import { TRANSFERS_PER_PEER_MAX } from '../../domain/limits.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { splitWords } from '../../domain/quoted-words.ts'
import { transferNumberOf } from '../../domain/transfer-commands.ts'
import type { TransferEvent } from '../../machines/transfer.types.ts'
import type { TransferPlane } from './plane.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'
import { shownTransfers } from './shown-transfers.ts'

export type TransferCommand = Extract<
  Command,
  {
    readonly type:
      | 'send'
      | 'accept-all'
      | 'transfers'
      | 'pause'
      | 'resume'
      | 'retry'
      | 'transfer-cancel'
      | 'autoopen'
  }
>

type Answer = Extract<Command, { readonly type: 'accept' | 'decline' }>

export interface TransferCommandWorld {
  readonly plane: TransferPlane
  /** The peer that is talked to. */
  readonly focus: () => PeerId | undefined
  /** The peers that a text may mean. */
  readonly matching: (who: string) => readonly PeerId[]
}

const ID_BYTES = 16
const NO_PEER = 'name a peer first: /to NAME'
const MORE_PEERS = 'more than one peer is meant: name one, as /peers shows them'
const NO_NUMBER = 'there is no such transfer: /transfers shows them'

const VERBS = {
  pause: { word: '/pause', event: { type: 'user.pause' } },
  resume: { word: '/resume', event: { type: 'user.resume' } },
  'transfer-cancel': { word: '/cancel', event: { type: 'user.cancel' } }
} as const satisfies Record<string, { readonly word: string; readonly event: TransferEvent }>

export class TransferCommands {
  readonly #world: TransferCommandWorld
  readonly #plane: TransferPlane

  constructor(world: TransferCommandWorld) {
    this.#world = world
    this.#plane = world.plane
  }

  handle(command: TransferCommand): void {
    switch (command.type) {
      case 'send':
        return this.#send(command.paths, command.to)
      case 'accept-all':
        return this.#acceptAll(command.who, command.on)
      case 'transfers':
        return this.#onceKnown(() =>
          this.#plane.emit({ type: 'transfers.shown', transfers: shownTransfers(this.#plane) })
        )
      case 'pause':
      case 'resume':
      case 'transfer-cancel': {
        const { type, which } = command
        return this.#onceKnown(() => this.#order(type, which))
      }
      case 'retry':
        return this.#retry(command.which)
      case 'autoopen':
        this.#plane.opensMedia = !this.#plane.opensMedia
        return this.#plane.emit({ type: 'autoopen.changed', on: this.#plane.opensMedia })
      default:
        return command satisfies never
    }
  }

  /** Does it when what earlier runs left is known: a script may ask before all notes are read. */
  #onceKnown(work: () => void): void {
    const { world, whenRestored } = this.#plane
    world.run(Effect.andThen(whenRestored, Effect.sync(work)))
  }

  /** Offers that wait for the user's answer. @param who a transfer as t1, or a peer. */
  waiting(who: string | undefined): readonly Transfer[] {
    const number = who === undefined ? undefined : transferNumberOf(who)
    const peers = who === undefined || number !== undefined ? undefined : this.#world.matching(who)
    return this.#plane.registry
      .all()
      .filter(({ id, peer, number: own }) => {
        if (!this.#plane.asked.has(id)) return false
        if (number !== undefined) return own === number
        return peers === undefined || peers.includes(peer)
      })
      .filter((one) => progressOf(one).state === 'offered')
  }

  /** Answers one offer. */
  answer(command: Answer, transfer: Transfer): void {
    const { id, number, peer } = transfer
    if (command.type === 'decline') return this.#plane.desk(peer).tell(id, { type: 'user.decline' })
    const risks = this.#plane.asked.get(id) ?? []
    if (risks.length > 0 && command.anyway !== true)
      return this.#invalid(
        '/accept',
        `there is something risky in it: /accept t${number} anyway, if you want it`,
        `/accept t${number} anyway`
      )
    this.#accept(transfer)
  }

  #accept({ id, peer }: Transfer): void {
    this.#plane.consented.add(id)
    this.#plane.desk(peer).tell(id, { type: 'user.accept' })
  }

  #invalid(input: string, detail: string, suggestion?: string): void {
    const more = suggestion === undefined ? {} : { suggestion }
    this.#plane.emit({ type: 'command.invalid', input, detail, ...more })
  }

  #send(paths: string, to = this.#world.focus()): void {
    if (to === undefined) return this.#invalid('/send', NO_PEER)
    const isWindows = !this.#plane.world.downloads.folder.startsWith('/')
    const words = splitWords(paths, isWindows)
    if (Result.isFailure(words)) return this.#invalid(`/send ${paths}`, words.failure)
    if (words.success.length === 0) return this.#invalid('/send', 'a path belongs behind it')
    this.#onceKnown(() => {
      for (const path of words.success) this.#offer(to, path)
    })
  }

  /** Offers what is under a path, once it is surveyed. */
  #offer(peerId: PeerId, path: string): void {
    const { registry, preparing, world, unusable } = this.#plane
    if (unusable !== undefined)
      return this.#plane.emit({
        type: 'transfer.refused',
        path,
        peer: world.refOf(peerId),
        failure: unusable
      })
    const ours = registry.of(peerId).filter(({ direction }) => direction === 'out')
    if (ours.length + preparing.size >= TRANSFERS_PER_PEER_MAX)
      return this.#invalid(
        '/send',
        `${TRANSFERS_PER_PEER_MAX} transfers to this peer go on already`
      )
    const id = Base64Url.encode(world.randomBytes(ID_BYTES))
    preparing.set(id, { peerId, path })
    this.#plane.counts.count(peerId)
    world.start({
      direction: 'out',
      input: { peerId, id, path, paused: false, accepted: false }
    })
  }

  #acceptAll(who: string | undefined, on: boolean): void {
    const peerId = this.#meant('/accept-all', who)
    if (peerId === undefined) return
    const desk = this.#plane.desk(peerId)
    desk.isWelcome = on
    this.#plane.emit({ type: 'accept-all.changed', peer: this.#plane.world.refOf(peerId), on })
    if (!on) return
    for (const transfer of this.waiting(undefined))
      if (transfer.peer === peerId && this.#plane.asked.get(transfer.id)?.length === 0)
        this.#accept(transfer)
  }

  #meant(input: string, who: string | undefined): PeerId | undefined {
    const focus = this.#world.focus()
    if (who === undefined) {
      if (focus === undefined) this.#invalid(input, NO_PEER)
      return focus
    }
    const [found, ...others] = this.#world.matching(who)
    if (found === undefined) this.#invalid(input, `nobody is known by the name ${who}`)
    else if (others.length > 0) this.#invalid(input, MORE_PEERS)
    else return found
    return undefined
  }

  #order(type: keyof typeof VERBS, which: number | 'all'): void {
    const { word, event } = VERBS[type]
    const { registry, preparing } = this.#plane
    const going = registry.all().filter((one) => isActive(one) && this.#fits(type, one))
    const meant = which === 'all' ? going : going.filter(({ number }) => number === which)
    for (const { id, peer } of meant) this.#plane.desk(peer).tell(id, event)
    if (which === 'all')
      for (const [id, { peerId }] of preparing) this.#plane.desk(peerId).tell(id, event)
    if (meant.length > 0 || (which === 'all' && preparing.size > 0)) return
    const input = `${word} ${which === 'all' ? which : `t${which}`}`
    this.#invalid(input, which === 'all' ? 'nothing is under way' : this.#whyNot(which))
  }

  /** Whether an order can do anything about it: what waits for an answer is answered first. */
  #fits(type: keyof typeof VERBS, transfer: Transfer): boolean {
    const { state } = progressOf(transfer)
    return type === 'transfer-cancel' || transfer.direction === 'out' || state === 'accepted'
  }

  #whyNot(number: number): string {
    const transfer = this.#plane.registry.numbered(number)
    if (transfer !== undefined && isActive(transfer)) return 'it waits for your answer: /accept'
    return this.#plane.finished.get(number) === undefined ? NO_NUMBER : 'that transfer is over'
  }

  #retry(which: number | 'all'): void {
    const { finished } = this.#plane
    const failed = finished
      .all()
      .filter(({ details: { direction, state } }) => direction === 'out' && state !== 'done')
    const meant =
      which === 'all' ? failed : failed.filter(({ details }) => details.number === which)
    for (const { details, source } of meant) {
      if (source === undefined) {
        this.#invalid(`/retry t${details.number}`, 'name it again: /send PATH')
        continue
      }
      finished.forget(details.number)
      this.#offer(details.peer.id, source)
    }
    if (meant.length > 0) return
    const input = `/retry ${which === 'all' ? which : `t${which}`}`
    this.#invalid(input, which === 'all' ? 'nothing of yours failed' : this.#whyNoRetry(which))
  }

  #whyNoRetry(number: number): string {
    const details = this.#plane.finished.get(number)?.details
    if (details === undefined)
      return this.#plane.registry.numbered(number) === undefined ? NO_NUMBER : 'it is under way'
    return details.direction === 'in'
      ? 'only who sends it can offer it again: ask for it'
      : 'that transfer is done'
  }
}
