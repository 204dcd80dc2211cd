/** Alice and Bob talk, and Mallory attacks: what the tests of hostile peers share. */
import { expect } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { CloseReason, ProtocolViolation } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { writeFrameHeader } from '../../src/protocol/framing.ts'
import type { Message } from '../../src/protocol/messages.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { call, greet, type RawLink, rawHost, settle } from './mallory.ts'
import {
  at,
  expectNothingHeld,
  expectTalk,
  makePair,
  MINUTE_MS,
  type Pair,
  story,
  told
} from './stage.ts'

export const encode = (said: string) => new TextEncoder().encode(said)

/** A header that promises a payload, and nothing after it. */
export const header = (
  type: number,
  stream: number,
  payloadBytes: number,
  flags = 0
): Uint8Array => {
  const bytes = new Uint8Array(8)
  writeFrameHeader(bytes, 0, type, stream, payloadBytes)
  bytes[5] = flags
  return bytes
}

export interface Attack extends Pair {
  readonly link: RawLink
  readonly mallory: WorldHost
  /** When Mallory's link was secured, and when it ended: virtual milliseconds. */
  readonly beganMs: number
}

/** What Mallory does with her secured link; she listens to its end afterwards. */
export type Script = (link: RawLink, own: PeerId) => Effect.Effect<void>

/** Alice and Bob talk, and Mallory calls her. `isKnown`: Alice has met her, so that she gets in. */
export const attack = (
  seed: number,
  script: Script,
  isKnown = false,
  forMs = 2 * MINUTE_MS
): Attack => {
  const pair = makePair(seed)
  const { world, alice } = pair
  let raw: RawLink | undefined
  let beganMs = Number.NaN
  let own = '' as PeerId
  const mallory = rawHost(
    world,
    'mallory',
    Effect.gen(function* () {
      // The world tells us who we are only once this has started.
      yield* Effect.yieldNow
      const link = yield* call(at(alice))
      raw = link
      beganMs = world.clock.now
      yield* script(link, own)
      yield* link.listen
    })
  )
  own = mallory.peerId
  if (isKnown) {
    const seen = { id: own, nickname: undefined, target: undefined, at: 0 }
    Effect.runSync(Effect.orDie(alice.book.saw(seen)))
  }
  world.clock.advance(forMs)
  if (raw === undefined) throw new Error('Mallory has no link')
  return { ...pair, link: raw, mallory, beganMs }
}

/** Alice refused it with this reason and said so; nobody else noticed anything. */
export const expectRefused = (done: Attack, reason: object, bye?: string): void => {
  const { world, alice, bob, link } = done
  const log = story(alice).join(' ')
  expect(
    told(alice, 'link.refused').map((event) => event.reason),
    log
  ).toMatchObject([reason])
  expect(link.ended, log).toBeDefined()
  const last = link.heard.at(-1)
  if (bye !== undefined) expect(last).toMatchObject({ type: 'bye', reason: bye })
  for (const host of [alice, bob]) {
    expect(told(host, 'peer.connected'), log).toHaveLength(1)
    expect(told(host, 'peer.suspect'), log).toHaveLength(0)
    expect(told(host, 'peer.disconnected'), log).toHaveLength(0)
  }
  expect(told(alice, 'peer.knocking'), log).toHaveLength(0)
  expectTalk(done)
  expectNothingHeld(world, [alice, bob])
}

/** The reason of a link that we ended over this. */
export const violation = (wrong: Partial<ProtocolViolation>): Partial<CloseReason> => ({
  _tag: 'ProtocolError',
  by: 'us',
  violation: wrong as ProtocolViolation
})

/** Says these, whatever the state of the link allows. */
export const saying =
  (...messages: readonly Message[]): Script =>
  (link) =>
    link.say(...messages)

export const AUTH: Message = { type: 'auth', mode: 'ask' }

/** The whole greeting of an honest peer, and then something. */
export const letIn =
  (after: (link: RawLink) => Effect.Effect<void>): Script =>
  (link, own) =>
    Effect.gen(function* () {
      yield* greet(link)
      yield* settle(link, own)
      yield* after(link)
    })
