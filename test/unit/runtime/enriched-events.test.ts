/**
 * Goal: what the machines tell reaches the user with the names and the earlier lines that belong to it.
 * Method: events with a world that knows two peers.
 */
import { describe, expect, it } from '@effect/vitest'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { HistoryLine } from '../../../src/domain/items.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import { enriched, type EnrichWorld } from '../../../src/runtime/enriched-events.ts'

const ANN = 'a'.repeat(52) as PeerId
const BEN = 'b'.repeat(52) as PeerId
const LINE: HistoryLine = { direction: 'in', id: 'x', text: 'hi', sentAt: 1, state: 'received' }

const connected = (nickname?: string): EarshotEvent => ({
  type: 'peer.connected',
  peer: nickname === undefined ? { id: ANN } : { id: ANN, nickname },
  address: { host: '192.0.2.7', port: 7_000 },
  direction: 'incoming',
  cipher: 'TLS_AES_256_GCM_SHA384',
  trust: 'tofu',
  firstContact: true,
  returned: false
})

const world = (changes: Partial<EnrichWorld> = {}): EnrichWorld => ({
  refOf: (id) => ({ id, nickname: 'Ann' }),
  ownerOf: () => undefined,
  takeEarlier: () => [],
  isKept: () => true,
  ...changes
})

describe('an event', () => {
  it('is told as it is where there is nothing to add', () => {
    const event: EarshotEvent = { type: 'help.shown' }
    expect(enriched(event, world())).toEqual([event])
    expect(enriched(connected('Ann'), world())).toEqual([connected('Ann')])
  })

  it('of the focus gets the name of its peer, and keeps its call', () => {
    const event: EarshotEvent = { type: 'peer.focused', peer: { id: ANN }, call: 'c1' }
    expect(enriched(event, world())).toEqual([{ ...event, peer: { id: ANN, nickname: 'Ann' } }])
  })

  it('of a peer under the name of another one says whose it is', () => {
    const asked: unknown[] = []
    const ownerOf: EnrichWorld['ownerOf'] = (nickname, but) => {
      asked.push([nickname, but])
      return BEN
    }
    expect(enriched(connected('Ben'), world({ ownerOf }))).toEqual([
      { ...connected('Ben'), nicknameTakenBy: BEN }
    ])
    expect(enriched(connected(), world({ ownerOf }))).toEqual([connected()])
    expect(asked).toEqual([['Ben', ANN]])
  })

  it('of a peer that was there before is followed by the last lines', () => {
    const earlier = world({ takeEarlier: () => [LINE], isKept: () => false })
    expect(enriched(connected('Ann'), earlier)).toEqual([
      connected('Ann'),
      {
        type: 'history.shown',
        peer: { id: ANN, nickname: 'Ann' },
        entries: [LINE],
        why: 'reconnected',
        kept: false
      }
    ])
  })
})
