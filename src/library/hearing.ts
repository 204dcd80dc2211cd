/** Everything that a run tells, handed to whoever waits for it: answers first, then the program. */
import type { EarshotEvent } from '../domain/events.ts'
import { Audience } from './audience.ts'
import type { PeerOptions } from './api.ts'
import { Calls } from './calls.ts'
import { EarshotError } from './earshot-error.ts'
import type { Gate } from './gate.ts'
import { isPeerEvent, type Listener, type PeerEventType } from './peer-events.ts'
import { Questions } from './questions.ts'
import type { Queue } from './queue.ts'
import { Room } from './room.ts'
import { SentMessages } from './sent-messages.ts'

export type Opened = Extract<EarshotEvent, { readonly type: 'listen.opened' }>

export class Hearing {
  readonly questions = new Questions()
  readonly calls = new Calls()
  readonly sent = new SentMessages()
  readonly audience: Audience
  /** Hears answers once it is there. */
  queue: Queue | undefined
  readonly #opened = Promise.withResolvers<Opened>()

  constructor(gate: Gate, { on, onListenerError }: PeerOptions) {
    this.audience = new Audience(new Room((full) => gate.set(!full)), onListenerError)
    this.#opened.promise.catch(() => undefined)
    for (const [type, listener] of Object.entries(on ?? {}))
      if (listener !== undefined)
        this.audience.on(type as PeerEventType, listener as Listener<PeerEventType>)
  }

  /** The port is open. */
  get opened(): Promise<Opened> {
    return this.#opened.promise
  }

  readonly hear = (events: readonly EarshotEvent[]): void => {
    for (const event of events) {
      this.questions.hear(event)
      this.calls.hear(event)
      this.sent.hear(event)
      this.queue?.hear(event)
      if (event.type === 'listen.opened') this.#opened.resolve(event)
      if (isPeerEvent(event)) this.audience.tell(event)
    }
  }

  /** The run is over. @param failure undefined: it was asked to end. */
  end(failure: EarshotError | undefined): void {
    const error = failure ?? new EarshotError({ _tag: 'Closed' })
    this.#opened.reject(error)
    this.questions.end(error)
    this.calls.end(error)
    this.sent.end(error)
    this.queue?.end(error)
    this.audience.end(failure)
  }
}
