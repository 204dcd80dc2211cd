/** What a session does not handle, state by state; see totality.ts. */
import type { SessionEvent } from './session.types.ts'
import type { Totality } from './totality.ts'

export const sessionTotality: Totality<SessionEvent['type']> = {
  ignored: [
    {
      states: ['offline'],
      events: ['link.suspect', 'link.recovered'],
      why: 'No link carries the session, so it is about one that was given up.'
    },
    {
      states: ['offline', 'online.steady', 'online.moving'],
      events: ['link.answered'],
      why: 'Every PONG is reported, and only a probe waits for one.'
    },
    {
      states: ['online.probing', 'online.moving'],
      events: ['link.offered'],
      why: 'Here we decide; the peer offers a link only where it does.'
    },
    {
      states: [
        'offline.redial.idle',
        'offline.redial.backoff',
        'offline.redial.exhausted',
        'online'
      ],
      events: ['dial.failed'],
      why: 'An older dial: the peer came by another way since, and what comes next is decided.'
    }
  ],
  // All that reaches a session comes from our own app, and races with what the session decided.
  illegal: []
}
