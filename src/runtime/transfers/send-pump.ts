/**
 * Sends the pieces of a transfer, one after the other: disk → buffer → socket. While one buffer is written the next
 * one is filled; small files share one.
 */
import * as Effect from 'effect/Effect'
import type { TransferError } from '../../domain/transfer-failures.ts'
import { FRAME_BUFFER_PAYLOAD_BYTES, type FrameBuffer } from '../../protocol/frame-buffer.ts'
import { type Piece, Pieces } from '../../protocol/pieces.ts'
import type { Digests } from '../../services/digests.ts'
import type { FileSources, OpenSource } from '../../services/file-sources.ts'
import type { OutboundStream, SendJob } from './ports.ts'

/** Where the bytes come from and go to. */
export interface SendEnds {
  readonly stream: OutboundStream
  readonly files: FileSources['Service']
  readonly digests: Digests['Service']
}

class SendPump {
  readonly #job: SendJob
  readonly #ends: SendEnds
  readonly #pieces: Pieces
  #buffer: FrameBuffer | undefined
  #piece: number

  constructor(job: SendJob, ends: SendEnds) {
    this.#job = job
    this.#ends = ends
    this.#pieces = new Pieces(job.list, job.offer.pieceBytes)
    this.#piece = job.piece
  }

  readonly run: Effect.Effect<void, TransferError> = Effect.gen({ self: this }, function* () {
    for (let next = this.#next; next !== undefined; next = this.#next)
      yield* Effect.scoped(this.#sendFile(next.entry))
    this.#handOver()
    yield* this.#ends.stream.flush
  })

  get #next(): Piece | undefined {
    return this.#pieces.at(this.#piece)
  }

  /** The pieces of one file, from the next one on. */
  readonly #sendFile = Effect.fnUntraced({ self: this }, function* (entry: number) {
    const source = this.#job.sources[entry]
    // A bug of whoever made the note: it has a source for each entry.
    if (source === undefined) throw new Error(`entry ${entry} has no source`)
    const file = yield* this.#ends.files.open(source)
    for (let next = this.#next; next?.entry === entry; next = this.#next) {
      yield* this.#sendPiece(file, next)
      this.#piece += 1
    }
  })

  readonly #sendPiece = Effect.fnUntraced(
    { self: this },
    function* (file: OpenSource, { offset, length }: Piece) {
      const hasher = this.#ends.digests.start(this.#job.digest)
      let sent = 0
      while (sent < length) {
        const left = length - sent
        const buffer = yield* this.#bufferFor(Math.min(left, FRAME_BUFFER_PAYLOAD_BYTES))
        const bytes = Math.min(left, buffer.room)
        const target = buffer.target(bytes)
        yield* file.read(offset + sent, target)
        hasher.update(target)
        buffer.framed(bytes)
        sent += bytes
      }
      const digest = yield* hasher.digest
      this.#buffer?.digest(digest)
    }
  )

  /** One with room for so many bytes. */
  readonly #bufferFor = Effect.fnUntraced({ self: this }, function* (bytes: number) {
    if (this.#buffer !== undefined && this.#buffer.room < bytes) this.#handOver()
    this.#buffer ??= yield* this.#ends.stream.buffer
    return this.#buffer
  })

  #handOver(): void {
    if (this.#buffer !== undefined) this.#ends.stream.send(this.#buffer)
    this.#buffer = undefined
  }
}

/** Completes when the last byte and its digest are with the operating system. */
export const sendPump = (job: SendJob, ends: SendEnds): Effect.Effect<void, TransferError> =>
  Effect.suspend(() => new SendPump(job, ends).run)
