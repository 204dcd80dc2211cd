/** From bytes to messages: frames, then their payloads, under the limits of the link's progress. */
import type { ProtocolViolation } from '../domain/failures.ts'
import { decodeMessage } from './codec.ts'
import { FrameDecoder } from './framing.ts'
import type { Message } from './messages.ts'
import { isViolation } from './violation.ts'

export interface MessageDecoder {
  readonly push: (chunk: Uint8Array) => void
  /** The next whole message, a violation (then for ever), or undefined when bytes are missing. */
  readonly next: () => Message | ProtocolViolation | undefined
  /** The acceptor sends AUTH_OK: what follows is under the limits of a proved peer. */
  readonly authenticated: () => void
}

/** For the dialer, reading AUTH_OK lifts the limits of the greeting for the very next frame. */
export const makeMessageDecoder = (role: 'dialer' | 'acceptor'): MessageDecoder => {
  const frames = new FrameDecoder()
  let failed: ProtocolViolation | undefined
  return {
    push: (chunk) => frames.push(chunk),
    next: () => {
      if (failed !== undefined) return failed
      const frame = frames.next()
      if (frame === undefined || isViolation(frame)) return frame
      const message = decodeMessage(frame)
      if (isViolation(message)) failed = message
      else if (role === 'dialer' && message.type === 'auth-ok') frames.authenticated()
      return message
    },
    authenticated: () => frames.authenticated()
  }
}
