/** Which events a program that uses the library hears, and their types. */
import type { EarshotEvent, EventType } from '../domain/events.ts'

/** Every type of event that a peer tells its program. docs/EVENTS.md describes their fields. */
export const PEER_EVENTS = [
  'listen.opened',
  'dial.started',
  'dial.failed',
  'peer.connected',
  'peer.knocking',
  'peer.declined',
  'peer.renamed',
  'peer.suspect',
  'peer.recovered',
  'peer.disconnected',
  'peer.reconnecting',
  'peer.awaited',
  'peer.lost',
  'peer.unsaved',
  'message.received',
  'message.queued',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.cancelled',
  'message.failed',
  'delivery.held',
  'delivery.resumed',
  'delivery.restarted',
  'store.created',
  'store.set-aside',
  'outbox.waiting',
  'link.refused',
  'link.flood'
] as const satisfies readonly EventType[]

export type PeerEventType = (typeof PEER_EVENTS)[number]

/** An event of one type, or of any. */
export type PeerEvent<T extends PeerEventType = PeerEventType> = Extract<
  EarshotEvent,
  { readonly type: T }
>

/** Hears an event. What it gives back is ignored, but a promise that fails is a failure of the listener. */
export type Listener<T extends PeerEventType = PeerEventType> = (event: PeerEvent<T>) => unknown

const TYPES: ReadonlySet<string> = new Set(PEER_EVENTS)

export const isPeerEvent = (event: EarshotEvent): event is PeerEvent => TYPES.has(event.type)

export const isPeerEventType = (type: unknown): type is PeerEventType =>
  typeof type === 'string' && TYPES.has(type)
