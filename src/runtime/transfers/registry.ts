/**
 * Every transfer that is not over, of all peers: its note in memory, the number that the user calls it by,
 * and its way to the disk. Lists are on the disk only; who needs one loads it and lets it go.
 */
import * as Effect from 'effect/Effect'
import type { TransferError, TransferFailure } from '../../domain/transfer-failures.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import type { TransferRef } from '../../domain/transfer-events.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import type {
  TransferDirection,
  TransferEntry,
  TransferId,
  TransferOffer
} from '../../domain/transfers.ts'
import type {
  SourceEntry,
  TransferNote,
  TransferNotes,
  TransferProgress
} from '../../services/transfer-notes.ts'
import { NoteWriter } from './note-writer.ts'

/** One of them. */
export interface Transfer {
  readonly id: TransferId
  /** What commands call it: 1, 2, … in this run. */
  readonly number: number
  readonly peer: PeerId
  readonly direction: TransferDirection
  readonly offer: TransferOffer
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Of an outgoing one, in the order of its list. */
  readonly sources: readonly SourceEntry[]
  readonly writer: NoteWriter
  /** false: its note is not on the disk yet. */
  isCreated: boolean
  /** Does it now, or once its note is on the disk and its machine was started. */
  readonly whenCreated: (work: () => void) => void
}

export interface RegistryWorld {
  readonly notes: TransferNotes['Service']
  readonly refOf: (peerId: PeerId) => PeerRef
  /** Runs work that the end of the run waits for. */
  readonly run: (effect: Effect.Effect<void>) => void
  /** Calls back later, unless the run ends before. */
  readonly after: (ms: number, work: () => void) => void
  /** A note could not be written; it is tried again. */
  readonly onUnwritten: (transfer: Transfer, failure: TransferFailure) => void
  /** Nothing of it is noted any more. */
  readonly onRemoved: (id: TransferId) => void
}

export class TransferRegistry {
  readonly #world: RegistryWorld
  readonly #all = new Map<TransferId, Transfer>()
  /** What is to be done with those that are not noted yet. */
  readonly #early = new Map<TransferId, (() => void)[]>()
  #numbers = 0

  constructor(world: RegistryWorld) {
    this.#world = world
  }

  /** Takes up what earlier runs left. `damaged`: paths of notes that could not be read. */
  readonly restore: Effect.Effect<Restored, TransferError> = Effect.suspend(() =>
    Effect.map(this.#world.notes.all, ({ notes, damaged }) => {
      const transfers = notes
        .toSorted((one, other) => one.at - other.at)
        .map((note) => this.#add(note))
      for (const transfer of transfers) transfer.isCreated = true
      return { transfers, damaged }
    })
  )

  get(id: TransferId): Transfer | undefined {
    return this.#all.get(id)
  }

  numbered(number: number): Transfer | undefined {
    for (const transfer of this.#all.values()) if (transfer.number === number) return transfer
    return undefined
  }

  /** In the order of their numbers. */
  all(): readonly Transfer[] {
    return [...this.#all.values()]
  }

  of(peer: PeerId): readonly Transfer[] {
    return this.all().filter((transfer) => transfer.peer === peer)
  }

  /** The number of one that is turned away. */
  nextNumber(): number {
    this.#numbers += 1
    return this.#numbers
  }

  refOf({ id, number, peer, direction, offer }: Transfer): TransferRef {
    const { name, kind, bytes, files } = offer
    const of = this.#world.refOf(peer)
    return { id, number, peer: of, direction, name, kind, bytes, files }
  }

  /** Notes a new one. It is known at once, and on the disk when this is over; where that fails, forgotten. */
  create(note: TransferNote, list: readonly TransferEntry[] | undefined): Creation {
    const transfer = this.#add(note)
    const written = this.#world.notes
      .create(note, list)
      .pipe(Effect.tapError(() => Effect.sync(() => this.#forget(transfer))))
    return { transfer, written }
  }

  /** Its note is on the disk, and its machine was started. */
  created(transfer: Transfer): void {
    transfer.isCreated = true
    const early = this.#early.get(transfer.id) ?? []
    this.#early.delete(transfer.id)
    for (const work of early) work()
  }

  /** The whole list; undefined: it is not here. */
  list({ id }: Transfer): Effect.Effect<readonly TransferEntry[] | undefined, TransferError> {
    return this.#world.notes.list(id)
  }

  putList({ id }: Transfer, list: readonly TransferEntry[]): Effect.Effect<void, TransferError> {
    return this.#world.notes.putList(id, list)
  }

  /** It is over at both ends. Where its note cannot be removed, the next run tells the peer once more. */
  remove(transfer: Transfer): void {
    const { run, notes, onRemoved } = this.#world
    this.#forget(transfer)
    transfer.writer.stop(() => run(Effect.ignore(notes.remove(transfer.id))))
    onRemoved(transfer.id)
  }

  #forget({ id }: Transfer): void {
    this.#all.delete(id)
    this.#early.delete(id)
  }

  #add({ peer, direction, offer, at, sources, progress }: TransferNote): Transfer {
    const { id } = offer
    const { notes, run, after, onUnwritten } = this.#world
    const writer = new NoteWriter(
      {
        write: (next) => notes.progress(id, next),
        run,
        after,
        onFailed: (failure) => onUnwritten(transfer, failure)
      },
      progress
    )
    const transfer: Transfer = {
      id,
      number: this.nextNumber(),
      peer,
      direction,
      offer,
      at,
      sources,
      writer,
      isCreated: false,
      whenCreated: (work) => {
        if (transfer.isCreated) return work()
        this.#early.set(id, [...(this.#early.get(id) ?? []), work])
      }
    }
    this.#all.set(id, transfer)
    return transfer
  }
}

/** What earlier runs left. */
export interface Restored {
  readonly transfers: readonly Transfer[]
  readonly damaged: readonly string[]
}

/** A transfer that is being noted. */
export interface Creation {
  readonly transfer: Transfer
  readonly written: Effect.Effect<void, TransferError>
}

/** How far it came, as last changed. */
export const progressOf = ({ writer }: Transfer): TransferProgress => writer.progress

/** Neither done nor at its end. */
export const isActive = (transfer: Transfer): boolean => {
  const { state } = progressOf(transfer)
  return state === 'offered' || state === 'accepted'
}
