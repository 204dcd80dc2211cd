/** Where what happens is told. Taps (views, `--json`, log) observe; none can change a thing. */
import * as Context from 'effect/Context'
import type { EarshotEvent } from '../domain/events.ts'

export class Events extends Context.Service<
  Events,
  {
    /** Hands a batch of events to every tap, in order, before it returns. */
    readonly emit: (events: readonly EarshotEvent[]) => void
  }
>()('earshot/Events') {}
