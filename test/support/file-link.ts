/** One end of a link that carries file data, and chat beside it, over a byte stream. */
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { ProtocolViolation, StreamError } from '../../src/domain/failures.ts'
import { decodeMessage, encodeMessage } from '../../src/protocol/codec.ts'
import { FrameDecoder } from '../../src/protocol/framing.ts'
import type { Message } from '../../src/protocol/messages.ts'
import { isViolation } from '../../src/protocol/violation.ts'
import { makeWriter, type Writer } from '../../src/runtime/outbound.ts'
import { makeBulkLink } from '../../src/runtime/transfers/bulk-link.ts'
import type { BulkLink } from '../../src/runtime/transfers/ports.ts'
import type { ByteStream } from '../../src/services/transport.ts'

export interface FileLink {
  readonly bulk: BulkLink
  readonly writer: Writer
  readonly say: (message: Message) => void
  readonly violations: readonly ProtocolViolation[]
}

export interface FileLinkOptions {
  readonly stream: ByteStream
  /** What is not about bytes of files. */
  readonly onMessage: (message: Message) => void
  /** Every DATA, DIGEST, CREDIT and RECEIVED that comes; another one in its place where it gives one. */
  readonly onBulk?: (message: Message) => Message | undefined
  readonly after: (ms: number, work: () => void) => void
  readonly now: () => number
}

const judge = (bulk: BulkLink, message: Message): ProtocolViolation | undefined | 'other' => {
  switch (message.type) {
    case 'data':
      return bulk.onData(message.stream, message.bytes)
    case 'digest':
      return bulk.onDigest(message.stream, message.digest)
    case 'credit':
      return bulk.onCredit(message.stream, message.upTo)
    case 'received':
      return bulk.onReceived(message.upTo)
    default:
      return 'other'
  }
}

/** Reads until the stream ends or the scope closes. A violation is kept, and ends the reading. */
export const openFileLink = Effect.fnUntraced(function* (
  options: FileLinkOptions
): Effect.fn.Return<FileLink, never, Scope> {
  const { stream, onMessage, onBulk, after, now } = options
  const writer = yield* makeWriter(stream)
  const violations: ProtocolViolation[] = []
  const violate = (violation: ProtocolViolation): void => void violations.push(violation)
  const say = (message: Message): void => void writer.send(encodeMessage(message))
  const bulk = makeBulkLink({ say, violate, after, now, writer })
  const decoder = new FrameDecoder()
  decoder.authenticated()
  const take = (): void => {
    for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
      const decoded = isViolation(frame) ? frame : decodeMessage(frame)
      if (isViolation(decoded)) return violate(decoded)
      const outcome = judge(bulk, onBulk?.(decoded) ?? decoded)
      if (outcome === 'other') onMessage(decoded)
      else if (outcome !== undefined) return violate(outcome)
    }
  }
  const read: Effect.Effect<void, StreamError> = Effect.gen(function* () {
    while (violations.length === 0) {
      const chunk = yield* stream.read
      if (chunk === undefined) return
      decoder.push(chunk)
      take()
    }
  })
  yield* Effect.forkScoped(Effect.ignore(read))
  return { bulk, writer, say, violations }
})
