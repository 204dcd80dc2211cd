/** A writer of a link that keeps what it is given, as messages. */
import * as Effect from 'effect/Effect'
import { decodeMessage } from '../../src/protocol/codec.ts'
import { FrameDecoder } from '../../src/protocol/framing.ts'
import type { Item, Message } from '../../src/protocol/messages.ts'
import { isViolation } from '../../src/protocol/violation.ts'
import type { Writer } from '../../src/runtime/outbound.ts'

export interface KeptFrames {
  readonly writer: Writer
  /** Everything that was sent, in order. */
  readonly sent: Message[]
  readonly items: () => readonly Item[]
  readonly acks: () => readonly number[]
  readonly reads: () => readonly number[]
  /** So many bytes wait for the socket now; 0 asks for more. */
  readonly wait: (bytes: number) => void
}

export const keepingWriter = (messageBytesMax: number): KeptFrames => {
  const sent: Message[] = []
  let refill: () => void = () => undefined
  let queued = 0
  const writer: Writer = {
    send: (frames) => {
      const decoder = new FrameDecoder()
      decoder.authenticated()
      decoder.push(frames)
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        const message = isViolation(frame) ? frame : decodeMessage(frame)
        if (isViolation(message)) throw new Error(`sent a ${message._tag}`)
        sent.push(message)
      }
      return true
    },
    flush: Effect.void,
    together: (work) => work(),
    bytesOut: () => 0,
    queuedBytes: () => queued,
    onIdle: (more) => {
      refill = more
    },
    feed: () => undefined,
    wake: () => undefined,
    messageBytesMax
  }
  const upTos = (type: 'ack' | 'read') => () =>
    sent.flatMap((message) => (message.type === type ? [message.upTo] : []))
  return {
    writer,
    sent,
    items: () => sent.filter((message): message is Item => message.type === 'item'),
    acks: upTos('ack'),
    reads: upTos('read'),
    wait: (bytes) => {
      queued = bytes
      if (bytes === 0) refill()
    }
  }
}
