/** From the bytes of one link to what the peer said: a batch for each read. */
import { concatMap, type OperatorFunction } from 'rxjs'
import type { ProtocolViolation } from '../domain/failures.ts'
import { BATCH_FRAMES_MAX } from '../domain/limits.ts'
import type { LinkReader } from '../protocol/link-reader.ts'
import type { Message } from '../protocol/messages.ts'
import { isViolation } from '../protocol/violation.ts'

export interface Batch {
  readonly messages: readonly Message[]
  /** Bytes of the read that this batch comes from; 0 for the further batches of one large read. */
  readonly bytes: number
  /** What the peer did wrong after these messages; nothing follows it. */
  readonly violation: ProtocolViolation | undefined
}

/** Batches are made one at a time, as the subscriber comes back for more. */
function* batchesOf(reader: LinkReader, chunk: Uint8Array): Generator<Batch> {
  reader.push(chunk)
  let bytes = chunk.length
  while (true) {
    const messages: Message[] = []
    let violation: ProtocolViolation | undefined
    let more = true
    while (more && messages.length < BATCH_FRAMES_MAX) {
      const got = reader.next()
      if (got === undefined) more = false
      else if (isViolation(got)) {
        violation = got
        more = false
      } else messages.push(got)
    }
    yield { messages, bytes, violation }
    if (!more) return
    bytes = 0
  }
}

/** The inner iterables are synchronous, so the queue of concatMap never holds anything. */
export const decodeBatches = (reader: LinkReader): OperatorFunction<Uint8Array, Batch> =>
  concatMap((chunk) => batchesOf(reader, chunk))
