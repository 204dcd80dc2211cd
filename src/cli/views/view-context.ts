/** What the lines of an event depend on besides the event. */
import type { EarshotEvent, EventType } from '../../domain/events.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import type { Line } from '../../services/terminal.ts'
import type { LocalTime } from './local-time.ts'
import type { Style } from './style.ts'

export interface ViewContext {
  readonly style: Style
  /** Width of the screen in columns. */
  readonly columns: number
  readonly nameOf: (peer: PeerRef) => string
  /** true: our own lines say whom they go to. */
  readonly several: boolean
  /** true: the screen shows behind our own lines how far they came; false: only words can tell. */
  readonly marks: boolean
  readonly time: LocalTime
}

/** The events of some types. */
export type EventOf<T extends EventType> = Extract<EarshotEvent, { readonly type: T }>

/** For each type of some, how its events become lines. */
export type Renderers<T extends EventType> = {
  readonly [K in T]: (event: EventOf<K>, ctx: ViewContext) => readonly Line[]
}
