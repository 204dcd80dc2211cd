/**
 * Goal: the decisions of transfers, each as the plan says it (protocol.md §5, architecture.md §4): who waits
 * for whom, what a pause, a full disk, a crash or a lost link means, and how each ends.
 * Method: the bare machines, event by event; a test reads as the story of one transfer.
 */
import { describe, expect, it } from '@effect/vitest'
import type { IncomingEvent, IncomingInput } from '../../src/machines/incoming-transfer.types.ts'
import type { OutgoingEvent, OutgoingInput } from '../../src/machines/outgoing-transfer.types.ts'
import {
  type PlayedIncoming,
  type PlayedOutgoing,
  playIncoming,
  playOutgoing
} from './played-transfer.ts'
import * as samples from './samples.ts'

const FETCH: OutgoingEvent = { type: 'peer.fetch', ...samples.FETCH }
const AGAIN: OutgoingEvent = { ...FETCH, stream: 2, piece: 7 }
const LOST = { type: 'link.lost' } as const
const PAUSE = { type: 'user.pause' } as const
const RESUME = { type: 'user.resume' } as const
const CANCEL = { type: 'user.cancel' } as const
const OFFER: IncomingEvent = { type: 'peer.offer' }
const TURN: IncomingEvent = { type: 'turn.granted' }
const ACCEPT: IncomingEvent = { type: 'user.accept' }
const held = (why: 'paused' | 'disk-full' | 'queued') => ({ type: 'peer.hold', why }) as const

/** How an outgoing one comes into each of its states. */
const OUT: Readonly<Record<string, (transfer: PlayedOutgoing) => void>> = {
  preparing: () => undefined,
  offered: (one) => one.finish(),
  moving: (one) => {
    one.finish()
    one.play(FETCH)
  },
  verifying: (one) => {
    one.finish()
    one.play(FETCH)
    one.finish()
  },
  waiting: (one) => {
    one.finish()
    one.play(FETCH, LOST)
  },
  held: (one) => {
    one.finish()
    one.play(FETCH, held('paused'))
  },
  paused: (one) => {
    one.finish()
    one.play(FETCH, PAUSE)
  }
}

const outgoingIn = (state: string, change: Partial<OutgoingInput> = {}): PlayedOutgoing => {
  const transfer = playOutgoing(change)
  OUT[state]?.(transfer)
  expect(transfer.value()).toBe(state)
  transfer.did()
  return transfer
}

const agreed = (one: PlayedIncoming): void => {
  one.play(ACCEPT)
  one.finish()
}

const moving = (one: PlayedIncoming): void => {
  agreed(one)
  one.play(TURN)
}

/** How an incoming one comes into each of its states. */
const IN: Readonly<Record<string, (transfer: PlayedIncoming) => void>> = {
  listing: () => undefined,
  asking: () => undefined,
  preparing: (one) => one.play(ACCEPT),
  'turn.waiting': agreed,
  'turn.moving': moving,
  held: (one) => {
    moving(one)
    one.play(held('paused'))
  },
  paused: (one) => {
    moving(one)
    one.play(PAUSE)
  },
  full: (one) => {
    moving(one)
    one.fail(samples.failedWith(samples.DISK_FULL))
  },
  publishing: (one) => {
    moving(one)
    one.finish()
  }
}

const pathOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Object.entries(value as object)
        .map(([outer, inner]) => `${outer}.${pathOf(inner)}`)
        .join()

const incomingIn = (state: string, change: Partial<IncomingInput> = {}): PlayedIncoming => {
  const transfer = playIncoming({ isListed: state !== 'listing', ...change })
  IN[state]?.(transfer)
  expect(pathOf(transfer.value())).toBe(state)
  transfer.did()
  return transfer
}

describe('an outgoing transfer', () => {
  it('is surveyed, offered, sent when it is asked for, and done when the peer has it', () => {
    const one = playOutgoing()
    expect(one.did()).toEqual(['start surveyor'])
    one.finish()
    expect(one.did()).toEqual(['stop', 'offer'])
    one.play(FETCH)
    expect(one.did()).toEqual(['keepAccepted', 'start sendPump'])
    one.finish()
    expect(one.did()).toEqual(['stop'])
    expect(one.value()).toBe('verifying')
    one.play({ type: 'peer.done' })
    expect(one.did()).toEqual(['keepDone', 'transfer.over'])
  })

  it('that cannot be surveyed is refused with its cause, and never offered', () => {
    const one = outgoingIn('preparing')
    one.fail(samples.failedWith({ _tag: 'SourceMissing', path: '/nowhere' }))
    expect(one.did()).toEqual(['stop', 'tellRefused', 'transfer.over'])
    expect(one.context().failure).toEqual({ _tag: 'SourceMissing', path: '/nowhere' })
  })

  it('answers what is asked for while it is paused with HOLD, and offers again afterwards', () => {
    const one = outgoingIn('paused')
    one.play(AGAIN)
    expect(one.did()).toEqual(['repeatHold'])
    one.play(RESUME)
    expect(one.did()).toEqual(['keepResumed'])
    expect(one.value()).toBe('waiting')
    one.play(AGAIN)
    expect(one.did()).toEqual(['start sendPump'])
    expect(one.context().fetch).toMatchObject({ stream: 2, piece: 7 })
  })

  it('that is paused before the peer answered learns there that the peer agreed', () => {
    const one = outgoingIn('offered')
    one.play(PAUSE, FETCH)
    expect(one.did()).toEqual(['keepPaused', 'keepAccepted', 'repeatHold'])
    one.play(RESUME)
    expect(one.value()).toBe('waiting')
  })

  it('that nobody answered is offered again after a pause', () => {
    const one = outgoingIn('offered')
    one.play(PAUSE, RESUME)
    expect(one.did()).toEqual(['keepPaused', 'keepResumed'])
    expect(one.value()).toBe('offered')
  })

  it('that is paused while it is surveyed is offered and held at once', () => {
    const one = outgoingIn('preparing')
    one.play(PAUSE)
    one.finish()
    expect(one.did()).toEqual(['stop', 'offer', 'keepPaused'])
    expect(one.value()).toBe('paused')
  })

  it('sends what is asked for anew from there, and the old stream no more', () => {
    const one = outgoingIn('moving')
    one.play(AGAIN)
    expect(one.did()).toEqual(['stop', 'start sendPump'])
    expect(one.context().fetch).toMatchObject({ stream: 2, piece: 7 })
  })

  it('goes on sending where the peer found something wrong in what it checks', () => {
    const one = outgoingIn('verifying')
    one.play(AGAIN)
    expect(one.value()).toBe('moving')
  })

  it('waits while the peer takes nothing, and says each reason once', () => {
    const one = outgoingIn('moving')
    one.play(held('disk-full'))
    expect(one.did()).toEqual(['stop', 'tellHeld'])
    one.play(held('disk-full'))
    expect(one.did()).toEqual([])
    one.play(held('paused'))
    expect(one.did()).toEqual(['tellHeld'])
    expect(one.context().hold).toBe('paused')
    one.play(FETCH)
    expect(one.context().hold).toBeUndefined()
  })

  it.each([
    ['SourceChanged', 'source-changed'],
    ['SourceMissing', 'source-changed'],
    ['SourceUnreadable', 'source-unreadable']
  ] as const)('whose pump fails with %s ends as %s, by us', (tag, why) => {
    const one = outgoingIn('moving')
    const failure =
      tag === 'SourceUnreadable'
        ? ({ _tag: tag, path: '/home/ada/photo.jpg', code: 'EIO' } as const)
        : ({ _tag: tag, path: '/home/ada/photo.jpg' } as const)
    one.fail(samples.failedWith(failure))
    expect(one.did()).toEqual(['stop', 'keepEnd', 'transfer.over'])
    expect(one.context()).toMatchObject({ end: { by: 'us', why }, failure })
  })

  it.each(Object.keys(OUT).filter((state) => state !== 'preparing'))(
    'in %s is done when the peer had it all before our crash',
    (state) => {
      const one = outgoingIn(state)
      one.play({ type: 'peer.done' })
      expect(one.value()).toBe('done')
      expect(one.did().slice(-2)).toEqual(['keepDone', 'transfer.over'])
    }
  )

  it.each(Object.keys(OUT))('in %s is cancelled by our user', (state) => {
    const one = outgoingIn(state)
    one.play(CANCEL)
    expect(one.did().slice(-2)).toEqual(['keepEnd', 'transfer.over'])
    expect(one.context().end).toEqual({ by: 'us', why: 'cancelled' })
  })

  it.each([
    ['preparing', 'preparing', []],
    ['offered', 'offered', []],
    ['moving', 'waiting', ['stop', 'tellLost']],
    ['verifying', 'waiting', ['tellLost']],
    ['waiting', 'waiting', []],
    ['held', 'waiting', []],
    ['paused', 'paused', []]
  ] as const)('in %s is in %s when the link is lost', (state, then, did) => {
    const one = outgoingIn(state)
    one.play(LOST)
    expect([one.value(), one.did()]).toEqual([then, did])
  })

  it.each([
    [{ accepted: false, paused: false }, 'offered'],
    [{ accepted: true, paused: false }, 'waiting'],
    [{ accepted: false, paused: true }, 'paused'],
    [{ accepted: true, paused: true }, 'paused']
  ] as const)(
    'of an earlier run that was %j is taken up in %s, and says nothing',
    (note, state) => {
      const one = playOutgoing({ path: undefined, ...note })
      expect([one.value(), one.did()]).toEqual([state, []])
    }
  )
})

describe('an incoming transfer', () => {
  it('is told, agreed to, placed, received in its turn, published, and over', () => {
    const one = playIncoming()
    expect(one.did()).toEqual(['ask'])
    one.play(ACCEPT)
    expect(one.did()).toEqual(['start placer'])
    one.finish()
    expect(one.did()).toEqual(['stop', 'askTurn'])
    one.play(TURN)
    expect(one.did()).toEqual(['start receivePump'])
    one.finish()
    expect(one.did()).toEqual(['stop', 'leaveTurn', 'start publisher'])
    one.finish()
    expect(one.did()).toEqual(['stop', 'transfer.over'])
    expect(one.value()).toBe('done')
  })

  it('of a folder is told when its list is whole, which is asked for again on each link', () => {
    const one = playIncoming({ isListed: false })
    expect(one.did()).toEqual(['askList'])
    one.play(LOST, ACCEPT)
    expect([one.did(), one.value()]).toEqual([[], 'listing'])
    one.play(OFFER)
    expect(one.did()).toEqual(['askList'])
    one.play({ type: 'list.whole', isWelcome: false })
    expect(one.did()).toEqual(['ask'])
  })

  it('is agreed to without a question where the user said so and the list is harmless', () => {
    const one = playIncoming({ isListed: false, isWelcome: true })
    one.did()
    one.play({ type: 'list.whole', isWelcome: true })
    expect(one.did()).toEqual(['ask', 'start placer'])
    const risky = playIncoming({ isListed: false, isWelcome: true })
    risky.did()
    risky.play({ type: 'list.whole', isWelcome: false })
    expect([risky.did(), risky.value()]).toEqual([['ask'], 'asking'])
  })

  it('may be agreed to while the peer is away, and is received when it is offered again', () => {
    const one = incomingIn('asking')
    one.play(LOST, ACCEPT)
    one.finish()
    expect(one.did()).toEqual(['start placer', 'stop'])
    one.play(TURN)
    expect(one.value()).toEqual({ turn: 'waiting' })
    one.play(OFFER)
    expect(one.did()).toEqual(['askTurn'])
    one.play(TURN)
    expect(one.did()).toEqual(['start receivePump'])
  })

  it('that was offered by a sender who paused it asks for nothing before the next offer', () => {
    const one = incomingIn('asking')
    one.play(held('paused'), ACCEPT)
    one.finish()
    expect(one.did()).toEqual(['start placer', 'stop', 'tellHeld'])
    one.play(OFFER)
    expect(one.did()).toEqual(['askTurn'])
  })

  it('answers offers with HOLD while it is paused, and goes on with the next turn', () => {
    const one = incomingIn('turn.moving')
    one.play(PAUSE)
    expect(one.did()).toEqual(['stop', 'leaveTurn', 'keepPaused'])
    one.play(LOST, OFFER)
    expect(one.did()).toEqual(['repeatHold paused'])
    one.play(RESUME)
    expect(one.did()).toEqual(['keepResumed', 'askTurn'])
  })

  it('that both ends paused waits for both', () => {
    const one = incomingIn('paused')
    one.play(held('paused'), RESUME)
    expect([one.did(), one.value()]).toEqual([['keepResumed', 'tellHeld'], 'held'])
    one.play(OFFER)
    expect(one.did()).toEqual(['askTurn'])
  })

  it('that is paused while its place is made waits behind that', () => {
    const one = incomingIn('preparing')
    one.play(PAUSE)
    one.finish()
    expect([one.did(), one.value()]).toEqual([['keepPaused', 'stop'], 'paused'])
    one.play(RESUME)
    expect(one.did()).toEqual(['keepResumed', 'askTurn'])
  })

  it('waits for room on a full disk, says so, and goes on by itself', () => {
    const one = incomingIn('turn.moving')
    one.fail(samples.failedWith(samples.DISK_FULL))
    expect(one.did()).toEqual(['stop', 'leaveTurn', 'tellFull', 'start roomWatcher'])
    one.play(OFFER)
    expect(one.did()).toEqual(['repeatHold disk-full'])
    one.finish()
    expect(one.did()).toEqual(['stop', 'askTurn'])
  })

  it('for which there is no room from the start is placed when there is', () => {
    const one = incomingIn('preparing')
    one.fail(samples.failedWith(samples.DISK_FULL))
    expect(one.did()).toEqual(['stop', 'tellFull', 'start roomWatcher'])
    one.play(RESUME)
    expect(one.did()).toEqual(['stop', 'start placer'])
  })

  it('that is whole needs room and no peer', () => {
    const one = incomingIn('publishing')
    one.play(LOST)
    one.fail(samples.failedWith(samples.DISK_FULL))
    one.did()
    one.finish()
    expect(one.did()).toEqual(['stop', 'start publisher'])
  })

  it('is written anew where its place is gone, but not for ever', () => {
    const one = incomingIn('turn.moving')
    for (const again of [1, 2, 3]) {
      one.fail(samples.failedWith(samples.PLACE_LOST))
      expect(one.did()).toEqual(['stop', 'leaveTurn', 'start placer'])
      expect(one.context().placesLost).toBe(again)
      one.finish()
      one.play(TURN)
      one.did()
    }
    one.fail(samples.failedWith(samples.PLACE_LOST))
    expect(one.context()).toMatchObject({
      end: { by: 'us', why: 'not-writable' },
      failure: samples.PLACE_LOST
    })
  })

  it.each([
    [{ _tag: 'Damaged', piece: 3 }, 'damaged', undefined],
    [samples.failedWith(samples.DISK_BROKEN), 'not-writable', samples.DISK_BROKEN]
  ] as const)('whose pump fails with %j ends as %s', (error, why, failure) => {
    const one = incomingIn('turn.moving')
    one.fail(error)
    expect(one.did()).toEqual(['stop', 'leaveTurn', 'keepEnd', 'transfer.over'])
    expect(one.context()).toMatchObject({ end: { by: 'us', why }, failure })
  })

  it.each(Object.keys(IN).filter((state) => state !== 'publishing'))(
    'in %s ends when the sender knows nothing of it any more',
    (state) => {
      const one = incomingIn(state)
      one.play({ type: 'peer.gone' })
      expect(one.did().slice(-2)).toEqual(['keepEnd', 'transfer.over'])
      expect(one.context().end).toEqual({ by: 'them', why: 'unknown' })
    }
  )

  it.each(Object.keys(IN).filter((state) => state !== 'publishing'))(
    'in %s is cancelled by either end',
    (state) => {
      const ours = incomingIn(state)
      ours.play(CANCEL)
      const why = state === 'listing' || state === 'asking' ? 'declined' : 'cancelled'
      expect(ours.context().end).toEqual({ by: 'us', why })
      const theirs = incomingIn(state)
      theirs.play({ type: 'peer.end', why: 'cancelled' })
      expect(theirs.context().end).toEqual({ by: 'them', why: 'cancelled' })
      for (const one of [ours, theirs])
        expect(one.did().slice(-2)).toEqual(['keepEnd', 'transfer.over'])
    }
  )

  it('that is whole is not given up any more, whatever either end wants', () => {
    const one = incomingIn('publishing')
    one.play(CANCEL, { type: 'peer.end', why: 'cancelled' }, { type: 'peer.gone' }, PAUSE, LOST)
    expect([one.did(), one.value()]).toEqual([[], 'publishing'])
  })

  it.each([
    ['listing', 'listing', []],
    ['asking', 'asking', []],
    ['preparing', 'preparing', []],
    ['turn.waiting', 'turn.waiting', ['leaveTurn']],
    ['turn.moving', 'turn.waiting', ['stop', 'leaveTurn', 'tellLost']],
    ['held', 'turn.waiting', []],
    ['paused', 'paused', []],
    ['full', 'full', []],
    ['publishing', 'publishing', []]
  ] as const)('in %s is in %s when the link is lost, and not offered', (state, then, did) => {
    const one = incomingIn(state)
    one.play(LOST)
    expect([pathOf(one.value()), one.did()]).toEqual([then, did])
    expect(one.context()).toMatchObject({ isOffered: false, hold: undefined })
  })

  it('is declined by the user who was asked', () => {
    const one = incomingIn('asking')
    one.play({ type: 'user.decline' })
    expect(one.did()).toEqual(['keepEnd', 'transfer.over'])
    expect(one.context().end).toEqual({ by: 'us', why: 'declined' })
  })

  it.each([
    [{}, 'asking', ['ask']],
    [{ isListed: false }, 'listing', []],
    [{ state: 'accepted' }, 'preparing', ['start placer']],
    [{ state: 'accepted', isPlaced: true }, 'turn.waiting', []],
    [{ state: 'accepted', isPlaced: true, paused: true }, 'paused', []],
    [{ state: 'accepted', isPlaced: true, isWhole: true }, 'publishing', ['start publisher']]
  ] as const)('of an earlier run that was %j is taken up in %s', (note, state, did) => {
    const one = playIncoming({ isOffered: false, ...note })
    expect([pathOf(one.value()), one.did()]).toEqual([state, did])
  })
})
