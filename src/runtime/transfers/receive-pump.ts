/**
 * Receives the pieces of a transfer: checks each by its digest and writes what comes, as much at once as is there. A
 * piece that is wrong is fetched once more, with everything behind it.
 */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { ProtocolViolation } from '../../domain/failures.ts'
import { JOURNAL_INTERVAL_BYTES, JOURNAL_INTERVAL_MS } from '../../domain/limits.ts'
import type { TransferError } from '../../domain/transfer-failures.ts'
import type { PieceDamaged } from '../../machines/incoming-transfer.types.ts'
import { Pieces } from '../../protocol/pieces.ts'
import type { Digests, PieceHasher } from '../../services/digests.ts'
import type { OpenDownload } from '../../services/downloads.ts'
import type { InboundPart, InboundStream, ReceiveJob } from './ports.ts'
import { WriteBatch } from './receive-pump-batch.ts'

const isEqual = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])

const misplaced = (type: 'data' | 'digest'): ProtocolViolation => ({
  _tag: 'FrameIllegal',
  type,
  state: 'not where a piece ends'
})

class ReceivePump {
  readonly #digests: Digests['Service']
  readonly #job: ReceiveJob
  readonly #pieces: Pieces
  /** The piece under way. */
  #piece: number
  /** Pieces that are written and checked, and of those the ones that were noted. */
  #checked: number
  #noted: number
  #notedAt: number
  /** The piece that was wrong last. */
  #wrong: number | undefined
  /** Bytes of the transfer that are written. */
  #written = 0
  #hasher: PieceHasher
  /** Bytes of the piece under way. */
  #pieceBytes = 0

  constructor(job: ReceiveJob, digests: Digests['Service']) {
    this.#digests = digests
    this.#job = job
    this.#pieces = new Pieces(job.list, job.offer.pieceBytes)
    this.#piece = job.pieces
    this.#checked = job.pieces
    this.#noted = job.pieces
    this.#notedAt = job.now()
    this.#hasher = digests.start(job.digest)
  }

  readonly run: Effect.Effect<void, TransferError | PieceDamaged> = Effect.gen(
    { self: this },
    function* () {
      while (this.#checked < this.#pieces.count) yield* Effect.scoped(this.#attempt)
    }
  )

  /** Goes on behind the last piece that is checked, until all are there or one is wrong. */
  get #attempt(): Effect.Effect<void, TransferError | PieceDamaged, Scope> {
    return Effect.gen({ self: this }, function* () {
      const before = this.#pieces.bytesBefore(this.#checked)
      const download = yield* this.#job.open(before)
      // What is checked is not fetched again, however this ends.
      yield* Effect.addFinalizer(() => Effect.ignore(this.#note(download)))
      const stream = yield* this.#job.fetch(this.#checked, this.#pieces.bytes - before)
      this.#begin(this.#checked)
      this.#written = before
      while (this.#checked < this.#pieces.count) {
        const parts = yield* this.#take(download, stream)
        if (!(yield* this.#receive(download, stream, parts))) return
        if (this.#isNoteDue) yield* this.#note(download)
      }
      yield* this.#note(download)
    })
  }

  /** What came. While nothing comes for a while, what is there already is noted. */
  #take(
    download: OpenDownload,
    stream: InboundStream
  ): Effect.Effect<readonly InboundPart[], TransferError> {
    if (this.#checked === this.#noted || stream.waitsFor() === 'our-disk') return stream.take
    return stream.take.pipe(
      Effect.timeoutOrElse({
        duration: JOURNAL_INTERVAL_MS,
        orElse: () => Effect.andThen(this.#note(download), stream.take)
      })
    )
  }

  /** @returns false: the piece under way is wrong. */
  #receive(
    download: OpenDownload,
    stream: InboundStream,
    parts: readonly InboundPart[]
  ): Effect.Effect<boolean, TransferError | PieceDamaged> {
    return Effect.gen({ self: this }, function* () {
      const batch = new WriteBatch()
      let isRight = true
      for (const part of parts) {
        if (part._tag === 'Bytes') {
          if (!this.#add(batch, part.bytes)) return yield* stream.violate(misplaced('data'))
          continue
        }
        if (this.#pieceBytes !== this.#pieces.at(this.#piece)?.length)
          return yield* stream.violate(misplaced('digest'))
        isRight = isEqual(yield* this.#hasher.digest, part.digest)
        if (!isRight) break
        this.#begin(this.#piece + 1)
      }
      yield* this.#write(batch, download, stream)
      this.#checked = this.#piece
      if (!isRight) yield* this.#judgeWrong
      return isRight
    })
  }

  /** Bytes in order, cut where pieces end. false: they go on where a digest should be. */
  #add(batch: WriteBatch, bytes: Uint8Array): boolean {
    const piece = this.#pieces.at(this.#piece)
    if (piece === undefined || this.#pieceBytes + bytes.length > piece.length) return false
    this.#hasher.update(bytes)
    batch.add(piece.entry, piece.offset + this.#pieceBytes, bytes)
    this.#pieceBytes += bytes.length
    return true
  }

  #write(
    batch: WriteBatch,
    download: OpenDownload,
    stream: InboundStream
  ): Effect.Effect<void, TransferError> {
    return Effect.gen({ self: this }, function* () {
      for (const { entry, at, views, bytes } of batch.runs) {
        yield* download.write(entry, at, views)
        this.#written += bytes
        stream.done(bytes)
      }
      this.#job.onWritten(this.#written)
    })
  }

  /** Once may be the way, or a disk that read wrong: it is fetched again. Twice is not chance. */
  get #judgeWrong(): Effect.Effect<void, PieceDamaged> {
    return Effect.suspend(() => {
      if (this.#wrong === this.#piece)
        return Effect.fail<PieceDamaged>({ _tag: 'Damaged', piece: this.#piece })
      this.#wrong = this.#piece
      return Effect.void
    })
  }

  /** From the first byte of this piece on. */
  #begin(piece: number): void {
    this.#piece = piece
    this.#pieceBytes = 0
    if (piece < this.#pieces.count) this.#hasher = this.#digests.start(this.#job.digest)
  }

  get #isNoteDue(): boolean {
    if (this.#checked === this.#noted) return false
    const bytes = this.#pieces.bytesBefore(this.#checked) - this.#pieces.bytesBefore(this.#noted)
    return bytes >= JOURNAL_INTERVAL_BYTES || this.#job.now() - this.#notedAt >= JOURNAL_INTERVAL_MS
  }

  /** What is checked is made safe from a power cut, and noted. */
  #note(download: OpenDownload): Effect.Effect<void, TransferError> {
    return Effect.gen({ self: this }, function* () {
      const checked = this.#checked
      if (checked === this.#noted) return
      yield* download.sync
      yield* this.#job.onSynced(checked)
      this.#noted = checked
      this.#notedAt = this.#job.now()
    })
  }
}

/**
 * Completes when every piece is written, checked, synced and noted. What is checked is noted as well when it fails or
 * is interrupted.
 */
export const receivePump = (
  job: ReceiveJob,
  digests: Digests['Service']
): Effect.Effect<void, TransferError | PieceDamaged> =>
  Effect.suspend(() => new ReceivePump(job, digests).run)
