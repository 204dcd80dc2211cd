/**
 * The user's commands as a source that waits where waiting is due: a pipe is read only while there is
 * a peer to deliver to and room in its outbox, so that no line is lost and memory stays bounded.
 */
import * as Effect from 'effect/Effect'
import * as Latch from 'effect/Latch'
import type { Command } from '../domain/commands.ts'
import type { Console } from '../services/console.ts'

/** What may wait for acknowledgement before a pipe is read further: far less than an outbox holds. */
const WAITING_HIGH = { items: 8_192, bytes: 16 * 1024 * 1024 }
const WAITING_LOW = { items: 2_048, bytes: 4 * 1024 * 1024 }

export interface ConsoleSource {
  /** undefined: the end of the input. */
  readonly read: Effect.Effect<readonly Command[] | undefined>
  /** Somebody is there to get what is typed. */
  readonly peerCame: () => void
  /** @param items that the peer has not acknowledged yet. @param bytes of their texts. */
  readonly noteWaiting: (items: number, bytes: number) => void
}

export const makeConsoleSource = (console: Console['Service']): ConsoleSource => {
  const somebody = Latch.makeUnsafe(!console.paced)
  const room = Latch.makeUnsafe(true)
  const next = console.read.pipe(
    Effect.map((input) => (input._tag === 'End' ? undefined : input.commands))
  )
  // A latch opens in the midst of what is done about an event, and whoever waits runs at once: what
  // is read must not be acted on before all of that is done, such as giving typed text its peer.
  const due = somebody.await.pipe(Effect.andThen(room.await), Effect.andThen(Effect.yieldNow))
  return {
    read: console.paced ? Effect.andThen(due, next) : next,
    peerCame: () => {
      somebody.openUnsafe()
    },
    noteWaiting: (items, bytes) => {
      if (!console.paced) return
      if (items >= WAITING_HIGH.items || bytes >= WAITING_HIGH.bytes) room.closeUnsafe()
      else if (items <= WAITING_LOW.items && bytes <= WAITING_LOW.bytes) room.openUnsafe()
    }
  }
}
