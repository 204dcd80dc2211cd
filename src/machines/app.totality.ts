/** What the app does not handle, state by state; see totality.ts. */
import type { AppEvent } from './app.types.ts'
import type { Totality } from './totality.ts'

export const appTotality: Totality<AppEvent['type']> = {
  ignored: [
    {
      states: ['leaving'],
      events: ['acceptor.opened', 'acceptor.failed', 'acceptor.accepted'],
      why: 'Nobody is let in any more; a stream that still comes closes with the port.'
    },
    {
      states: ['leaving'],
      events: ['connection.fell-back', 'connection.knocked', 'connection.authenticated'],
      why: 'Every connection was told to stop; this was on its way before.'
    },
    {
      states: ['leaving'],
      events: [
        'connection.closed',
        'session.dials',
        'session.offline',
        'session.lost',
        'peer.renamed',
        'peer.trusted'
      ],
      why: 'The sessions have ended, and how the program ends is decided.'
    },
    {
      states: ['leaving'],
      events: [
        'user.connect',
        'user.hang-up',
        'user.accept',
        'user.decline',
        'user.focus',
        'user.quit',
        'user.signal',
        'user.input-ended'
      ],
      why: 'The user has asked for the end, or it came; it is bounded in time.'
    },
    {
      states: ['leaving'],
      events: ['transfer.announced', 'transfer.start', 'transfer.event'],
      why: 'The transfers have ended with their sessions; their notes hold what they reached.'
    },
    {
      states: ['leaving'],
      events: ['clock.jumped'],
      why: 'No link is waited for longer than the farewell takes.'
    }
  ],
  // Everything comes from actors of our own, which may be a step behind.
  illegal: []
}
