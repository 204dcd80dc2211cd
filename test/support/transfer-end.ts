/**
 * One end of the transfers with a peer: the plane, the machines under their session, and a link whose frames
 * the test reads and makes up.
 */
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { type Actor, createActor } from 'xstate'
import type { EarshotEvent } from '../../src/domain/events.ts'
import type { ProtocolViolation } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import type { TransferId } from '../../src/domain/transfers.ts'
import { sessionMachine } from '../../src/machines/session.machine.ts'
import { transferName } from '../../src/machines/session.parts.ts'
import type { TransferBody } from '../../src/protocol/transfer-messages.ts'
import { provideTransfers } from '../../src/runtime/provide-transfers.ts'
import { makeIncomingPorts } from '../../src/runtime/transfers/incoming-ports.ts'
import { makeOutgoingPorts } from '../../src/runtime/transfers/outgoing-ports.ts'
import { TransferPlane } from '../../src/runtime/transfers/plane.ts'
import type { BulkLink } from '../../src/runtime/transfers/ports.ts'
import { TransferCommands } from '../../src/runtime/transfers/transfer-commands.ts'
import type { TransferLink } from '../../src/runtime/transfers/world.ts'
import { SimulatedClock } from '../../src/simulation/clock.ts'
import { fakeDigests, TransferDisk } from './transfer-services.ts'

export const PEER = 'p'.repeat(52) as PeerId
export const OTHER = 'q'.repeat(52) as PeerId

/** A link on which no byte moves. */
const stillLink = (): BulkLink => {
  let streams = 0
  return {
    receive: () =>
      Effect.sync(() => {
        streams += 1
        return {
          stream: streams,
          credit: 1_000,
          take: Effect.never,
          done: () => undefined,
          waitsFor: () => 'network',
          violate: () => Effect.never
        }
      }),
    sendOn: () => Effect.never,
    onData: () => undefined,
    onDigest: () => undefined,
    onCredit: () => undefined,
    onReceived: () => undefined,
    onFetch: () => undefined
  }
}

export interface EndOptions {
  readonly disk?: TransferDisk
  readonly fileBytesMax?: number
  readonly autoOpenMedia?: boolean
}

export class TransferEnd {
  readonly clock = new SimulatedClock()
  readonly disk: TransferDisk
  readonly plane: TransferPlane
  readonly commands: TransferCommands
  readonly events: EarshotEvent[] = []
  readonly defects: unknown[] = []
  readonly waiting: number[] = []
  /** What this end said on the link that is open, or was last. */
  sent: TransferBody[] = []
  focus: PeerId | undefined = PEER
  readonly #sessions = new Map<PeerId, Actor<typeof sessionMachine>>()
  readonly #links = new Map<PeerId, TransferLink>()

  /** Without a disk it is the first run of this end, and nothing is to be restored. */
  constructor(options: EndOptions = {}) {
    const { disk = new TransferDisk(), fileBytesMax, autoOpenMedia = false } = options
    const isFirst = options.disk === undefined
    this.disk = disk
    let ids = 0
    this.plane = new TransferPlane({
      files: disk.files,
      downloads: disk.downloads,
      notes: disk.notesService,
      digests: fakeDigests,
      opener: disk.opener,
      emit: (events) => this.events.push(...events),
      refOf: (id) => ({ id }),
      run: (effect) => this.#run(effect),
      after: (ms, work) => {
        this.#run(Effect.andThen(Effect.sleep(ms), Effect.sync(work)))
      },
      now: () => this.clock.now,
      wallNow: () => this.clock.now,
      randomBytes: (count) => new Uint8Array(count).fill((ids += 1)),
      tell: (peerId, id, event) =>
        this.#session(peerId).send({ type: 'transfer.event', id, event }),
      start: (start) =>
        this.#session(start.input.peerId).send({ type: 'transfer.start', ...start }),
      stateOf: (peerId, id) => this.stateOf(id, peerId),
      onWaiting: (_, waiting) => this.waiting.push(waiting),
      fileBytesMax,
      autoOpenMedia,
      mediaExtensions: ['png', 'jpg']
    })
    this.commands = new TransferCommands({
      plane: this.plane,
      focus: () => this.focus,
      matching: (who) => (who === 'ann' ? [PEER] : who === 'ben' ? [OTHER] : [])
    })
    if (isFirst) this.restore()
  }

  /** Takes up what is on the disk, as the start of a run does. */
  restore(): void {
    this.#run(this.plane.restored)
    this.settle()
  }

  /** Everything that can be done without time passing is done. */
  settle(): void {
    this.clock.drain()
  }

  /** A new link is open. */
  connect(peerId: PeerId = PEER): void {
    this.sent = []
    const link: TransferLink = {
      say: (body) => {
        if (this.#links.get(peerId) === link) this.sent.push(body)
      },
      flush: Effect.void,
      bulk: stillLink(),
      digests: ['sha256']
    }
    this.#links.set(peerId, link)
    this.plane.desk(peerId).attach(link)
    this.settle()
  }

  /** The link is lost. */
  lose(peerId: PeerId = PEER): void {
    const link = this.#links.get(peerId)
    this.#links.delete(peerId)
    if (link !== undefined) this.plane.desk(peerId).detach(link)
    for (const { id } of this.plane.registry.of(peerId))
      this.#session(peerId).send({ type: 'transfer.event', id, event: { type: 'link.lost' } })
    this.settle()
  }

  /** A frame of the peer. */
  hear(body: TransferBody, peerId: PeerId = PEER): ProtocolViolation | undefined {
    const violation = this.plane.desk(peerId).receive(body)
    this.settle()
    return violation
  }

  /** What was said since it was asked last. */
  said(): readonly TransferBody[] {
    return this.sent.splice(0)
  }

  /** What the user was told since it was asked last. */
  told(): readonly EarshotEvent[] {
    return this.events.splice(0)
  }

  stateOf(id: TransferId, peerId: PeerId = PEER): string | undefined {
    const machine = this.#session(peerId).getSnapshot().children[transferName(id)]
    const value = machine?.getSnapshot().value
    return typeof value === 'object' ? String(Object.values(value)[0]) : value
  }

  #session(peerId: PeerId): Actor<typeof sessionMachine> {
    const known = this.#sessions.get(peerId)
    if (known !== undefined) return known
    const machine = sessionMachine.provide({
      actors: provideTransfers({
        runner: {
          runFork: (effect) => this.clock.fork(effect),
          onDefect: (cause) => this.defects.push(Cause.squash(cause))
        },
        incoming: makeIncomingPorts(this.plane),
        outgoing: makeOutgoingPorts(this.plane)
      })
    })
    const input = {
      peerId,
      ourId: OTHER,
      nickname: undefined,
      trust: undefined,
      reconnectAttempts: 0,
      reconnectDelayMs: 0
    }
    const session = createActor(machine, { input })
    this.#sessions.set(peerId, session)
    session.start()
    return session
  }

  #run(effect: Effect.Effect<void>): void {
    this.clock.fork(effect).addObserver((exit) => {
      if (Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        this.defects.push(Cause.squash(exit.cause))
    })
  }
}
