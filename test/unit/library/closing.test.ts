/**
 * Goal: closing a peer lets go of everything, once, and leaves nobody waiting; of what was not done its
 * program learns.
 * Method: real peers that are closed at every turn; what the process still holds is counted.
 */
import { describe, expect, it } from '@effect/vitest'
import type { Peer } from '../../../src/library/earshot.ts'
import { addressOf, failureOf, makeAnn, makePair, makePeer, next } from './making.ts'

const closed = { name: 'EarshotError', code: 'Closed', message: 'This peer is closed.' }

const sockets = (): number =>
  process.getActiveResourcesInfo().filter((type) => /^(TCP|TLS)/.test(type)).length

/** How many are left at last: of those that are being closed the loop lets go a few turns later. */
const heldAtLast = async (atMost: number): Promise<number> => {
  for (let turn = 0; turn < 1_000 && sockets() > atMost; turn++)
    await new Promise((resolve) => setImmediate(resolve))
  return sockets()
}

describe('close', () => {
  it('may be called again and again, at once and later', async () => {
    const { ann, bob } = await makePair()
    await Promise.all([ann.close(), ann.close(), bob.close()])
    await ann.close()
    await Promise.all([ann.closed, bob.closed])
  })

  it('leaves no socket open', async () => {
    // The worker may hold some of an earlier file.
    const before = await heldAtLast(0)
    const { ann, bob } = await makePair()
    expect(sockets()).toBeGreaterThan(before)
    await (await bob.send(ann, 'hi')).delivered
    await Promise.all([ann.close(), bob.close()])
    expect(await heldAtLast(before)).toBeLessThanOrEqual(before)
  })

  it('is what `await using` does', async () => {
    const { ann, bob } = await makePair()
    const left = next(bob, 'peer.disconnected')
    {
      await using leaving: Peer = ann
      expect(leaving.id).toBe(ann.id)
    }
    await left
    await ann.closed
  })

  it('refuses everything that is asked afterwards', async () => {
    const bob = await makePeer()
    const carol = await makePeer()
    await bob.close()
    const asked = [
      bob.connect('127.0.0.1:1'),
      bob.send(carol, 'hi'),
      bob.peers(),
      bob.knownPeers(),
      bob.accept(carol),
      bob.decline(carol),
      bob.markVerified(carol),
      bob.setNickname('bob')
    ]
    for (const failure of await Promise.all(asked.map(failureOf)))
      expect(failure).toMatchObject(closed)
    expect(bob.safetyNumber(carol)).toBe(carol.safetyNumber(bob))
  })

  it('settles what was asked and not answered', async () => {
    const ann = await makeAnn({ unknownPeers: 'ask' })
    const bob = await makePeer()
    const knock = next(ann, 'peer.knocking')
    const connecting = failureOf(bob.connect(addressOf(ann)))
    await knock
    const message = await bob.send(ann, 'are you there?')
    await bob.close()
    expect(await connecting).toMatchObject(closed)
    expect(await failureOf(message.delivered)).toMatchObject(closed)
  })

  it('ends what is iterated, behind the last event', async () => {
    const { ann, bob } = await makePair()
    const events = bob.events('peer.disconnected', 'message.received')
    const waiting = events.next()
    const late = events.next()
    const received = next(bob, 'message.received')
    await ann.send(bob, 'last words')
    await received
    await bob.close()
    expect(await waiting).toMatchObject({ done: false, value: { text: 'last words' } })
    expect(await late).toEqual({ done: true, value: undefined })
    expect(await bob.events().next()).toEqual({ done: true, value: undefined })
  })

  it('goes on where nobody waits for it any more', async () => {
    const { ann } = await makePair()
    expect(await failureOf(ann.close({ signal: AbortSignal.abort('no time') }))).toBe('no time')
    await ann.closed
  })
})
