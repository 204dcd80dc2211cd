/** What an outgoing transfer does not handle, state by state; see totality.ts. */
import type { OutgoingEvent } from './outgoing-transfer.types.ts'
import type { Totality } from './totality.ts'

export const outgoingTransferTotality: Totality<OutgoingEvent['type']> = {
  ignored: [
    {
      states: ['preparing', 'offered', 'waiting', 'paused'],
      events: ['link.lost'],
      why: 'Nothing moves, and the desk offers it again on the next link.'
    },
    {
      states: ['offered', 'moving', 'verifying', 'waiting', 'held'],
      events: ['user.resume'],
      why: 'We have not paused it; what the peer holds only the peer lets go.'
    },
    {
      states: ['paused'],
      events: ['user.pause'],
      why: 'It is paused.'
    }
  ],
  illegal: [
    {
      states: ['preparing'],
      events: ['peer.fetch', 'peer.hold', 'peer.end', 'peer.done'],
      why: 'It has not been offered: the desk answers what names an unknown transfer.'
    }
  ]
}
