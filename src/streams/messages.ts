/** From the bytes of one link to what the peer said: a batch for each read. */
import { map, type OperatorFunction } from 'rxjs'
import type { ProtocolViolation } from '../domain/failures.ts'
import type { LinkReader } from '../protocol/link-reader.ts'
import type { Message } from '../protocol/messages.ts'
import { isViolation } from '../protocol/violation.ts'

export interface Batch {
  readonly messages: readonly Message[]
  /** Bytes of the read that this batch comes from. */
  readonly bytes: number
  /** What the peer did wrong after these messages; nothing follows it. */
  readonly violation: ProtocolViolation | undefined
}

/** All that a read completes: a read is bounded, and so is what it can hold. */
const batchOf = (reader: LinkReader, chunk: Uint8Array): Batch => {
  reader.push(chunk)
  const messages: Message[] = []
  for (let got = reader.next(); got !== undefined; got = reader.next()) {
    if (isViolation(got)) return { messages, bytes: chunk.length, violation: got }
    messages.push(got)
  }
  return { messages, bytes: chunk.length, violation: undefined }
}

export const decodeBatches = (reader: LinkReader): OperatorFunction<Uint8Array, Batch> =>
  map((chunk) => batchOf(reader, chunk))
