/** What an incoming transfer does not handle, state by state; see totality.ts. */
import type { IncomingEvent } from './incoming-transfer.types.ts'
import type { Totality } from './totality.ts'

const AGREED = ['preparing', 'turn', 'held', 'paused', 'full', 'publishing']

export const incomingTransferTotality: Totality<IncomingEvent['type']> = {
  ignored: [
    {
      states: [
        'listing',
        'asking',
        'preparing',
        'turn.moving',
        'held',
        'paused',
        'full',
        'publishing'
      ],
      events: ['turn.granted'],
      why: 'What was granted was given back since: leaving `turn` says so to the desk.'
    },
    {
      states: ['listing'],
      events: ['user.accept'],
      why: 'The user has not been told of it: nothing is agreed to unseen.'
    },
    {
      states: AGREED,
      events: ['user.accept', 'user.decline'],
      why: 'The user has agreed; an end that is wanted now is user.cancel.'
    },
    {
      states: ['listing', 'asking'],
      events: ['user.pause', 'user.resume'],
      why: 'Nothing moves before the user agreed.'
    },
    {
      states: ['turn', 'held'],
      events: ['user.resume'],
      why: 'We have not paused it; what the peer holds only the peer lets go.'
    },
    {
      states: ['paused'],
      events: ['user.pause'],
      why: 'It is paused.'
    },
    {
      states: ['publishing'],
      events: ['peer.end', 'peer.gone', 'user.cancel', 'user.pause', 'user.resume'],
      why: 'All of it is here and checked, and has its name in a moment; DONE answers the peer.'
    }
  ],
  illegal: [
    {
      states: ['asking', ...AGREED],
      events: ['list.whole'],
      why: 'The desk tells it once, of the list that `listing` asked for.'
    }
  ]
}
