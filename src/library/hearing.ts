/** Everything that a run tells, handed to whoever waits for it: answers first, then the program. */
import type { EarshotEvent } from '../domain/events.ts'
import { Audience } from './audience.ts'
import type { PeerOptions } from './api.ts'
import { Calls } from './calls.ts'
import { EarshotError } from './earshot-error.ts'
import type { Gate } from './gate.ts'
import type { HeardStore } from '../runtime/heard-store.ts'
import { isPeerEvent, type PeerEvent } from './peer-events.ts'
import { Questions } from './questions.ts'
import type { Queue } from './queue.ts'
import { Room } from './room.ts'
import { SentMessages } from './sent-messages.ts'

export class Hearing {
  readonly questions = new Questions()
  readonly calls = new Calls()
  readonly sent = new SentMessages()
  readonly audience: Audience
  /** Hears answers once it is there. */
  queue: Queue | undefined
  /** Notes what was heard, once it is there. */
  heardStore: HeardStore | undefined

  constructor(gate: Gate, { onListenerError }: PeerOptions) {
    const room = new Room((full) => gate.set(!full))
    const onHeard = (event: PeerEvent): void => {
      if (event.type === 'message.received') this.heardStore?.heard(event.peer.id, event)
    }
    this.audience = new Audience({ room, onHeard }, onListenerError)
  }

  readonly hear = (events: readonly EarshotEvent[]): void => {
    for (const event of events) {
      this.questions.hear(event)
      this.calls.hear(event)
      this.sent.hear(event)
      this.queue?.hear(event)
      if (isPeerEvent(event)) this.audience.tell(event)
    }
  }

  /** The run is over. @param failure undefined: it was asked to end. */
  end(failure: EarshotError | undefined): void {
    const error = failure ?? new EarshotError({ _tag: 'Closed' })
    this.questions.end(error)
    this.calls.end(error)
    this.sent.end(error)
    this.queue?.end(error)
    this.audience.end(failure)
  }
}
