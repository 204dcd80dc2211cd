/**
 * Goal: peers of one process talk through the library, each to whom it means, and learn what became of
 * what they asked (S20).
 * Method: real peers over TCP on the loopback interface; nothing waits but for events.
 */
import { describe, expect, it } from '@effect/vitest'
import { addressOf, failureOf, HERE, makeAnn, makePair, makePeer, next, texts } from './making.ts'

describe('two peers of one process', () => {
  it('talk both ways, and know what was delivered', async () => {
    const { ann, bob } = await makePair()
    const [message, heard] = await Promise.all([bob.send(ann.id, 'hello'), texts(ann, 1)])
    expect(heard).toEqual(['hello'])
    expect(message).toMatchObject({ to: ann.id, id: expect.stringMatching(/^[\w-]{22}$/) })
    await message.delivered
    const [answer, answered] = await Promise.all([ann.send(bob, 'hi'), texts(bob, 1)])
    expect(answered).toEqual(['hi'])
    await answer.delivered
  })

  it('get every text as it was sent, once and in order', async () => {
    const { ann, bob } = await makePair()
    const said = ['a', 'a', 'ünï\u0000\u001b[31m\n😀', 'x'.repeat(1024 * 1024), '\ud800!', 'a']
    const messages = await Promise.all(said.map((text) => bob.send(ann.id, text)))
    expect(new Set(messages.map(({ id }) => id)).size).toBe(said.length)
    expect(await texts(ann, said.length)).toEqual(said.map((text) => text.toWellFormed()))
    await Promise.all(messages.map(({ delivered }) => delivered))
  })

  it('see each other, and mark what was compared', async () => {
    const { ann, bob } = await makePair()
    expect(await bob.peers()).toMatchObject([
      { id: ann.id, nickname: 'ann', state: 'online', trust: 'tofu', direction: 'outgoing' }
    ])
    expect(ann.safetyNumber(bob)).toBe(bob.safetyNumber(ann.id))
    await bob.markVerified(ann)
    expect(await bob.peers()).toMatchObject([{ id: ann.id, trust: 'verified' }])
    expect(await bob.knownPeers()).toMatchObject([{ id: ann.id, trust: 'verified' }])
    expect(await ann.knownPeers()).toMatchObject([{ id: bob.id, trust: 'tofu' }])
  })

  it('hear of another name', async () => {
    const { ann, bob } = await makePair()
    const renamed = next(ann, 'peer.renamed')
    expect(await bob.setNickname('  Bob   the second ')).toBe('Bob the second')
    expect((await renamed).peer).toEqual({ id: bob.id, nickname: 'Bob the second' })
  })

  it('say goodbye', async () => {
    const { ann, bob } = await makePair()
    const left = next(ann, 'peer.disconnected')
    await bob.close()
    expect((await left).reason).toMatchObject({ _tag: 'Bye', by: 'them', why: 'quit' })
  })
})

describe('three peers of one process', () => {
  it('each get what is meant for them', async () => {
    const { ann, bob } = await makePair()
    const carol = await makePeer({ nickname: 'carol' })
    const knock = next(ann, 'peer.knocking')
    const connecting = carol.connect(addressOf(ann))
    const { peer } = await knock
    expect(peer.id).toBe(carol.id)
    await ann.accept(peer)
    expect(await connecting).toEqual({ id: ann.id, nickname: 'ann' })
    const all = Promise.all([texts(bob, 3), texts(carol, 3)])
    for (const n of [1, 2, 3])
      await Promise.all([ann.send(carol, `carol ${n}`), ann.send(bob, `bob ${n}`)])
    expect(await all).toEqual([
      ['bob 1', 'bob 2', 'bob 3'],
      ['carol 1', 'carol 2', 'carol 3']
    ])
  })

  it('have identities of their own, which nothing in the process shares', async () => {
    const peers = await Promise.all([makePeer(), makePeer(), makePeer({ profile: 'third' })])
    expect(new Set(peers.map(({ id }) => id)).size).toBe(3)
    expect(await Promise.all(peers.map((peer) => peer.peers()))).toEqual([[], [], []])
  })
})

describe('who may talk', () => {
  it('is nobody unknown under deny, and the caller learns it', async () => {
    const ann = await makeAnn({ unknownPeers: 'deny' })
    const bob = await makePeer()
    const declined = next(ann, 'peer.declined')
    const failure = await failureOf(bob.connect(addressOf(ann)))
    expect(failure).toMatchObject({ code: 'Refused', reason: { by: 'them', why: 'denied' } })
    expect((await declined).peer.id).toBe(bob.id)
  })

  it('is who was expected', async () => {
    const bob = await makePeer()
    const carol = await makePeer()
    const ann = await makeAnn({ unknownPeers: 'deny', expect: bob.id })
    expect(await failureOf(carol.connect(addressOf(ann)))).toMatchObject({ code: 'Refused' })
    expect(await bob.connect(addressOf(ann))).toMatchObject({ id: ann.id })
  })

  it('is asked about by a knock, and can be declined', async () => {
    const ann = await makeAnn({ unknownPeers: 'ask' })
    ann.on('peer.knocking', ({ peer }) => ann.decline(peer))
    const bob = await makePeer()
    expect(await failureOf(bob.connect(addressOf(ann)))).toMatchObject({ code: 'Refused' })
    const nobody = { code: 'UsageInvalid', message: expect.stringContaining('nobody here') }
    expect(await failureOf(ann.accept(bob))).toMatchObject(nobody)
  })
})

describe('a peer that listens', () => {
  it('says where, and another one cannot have the same port', async () => {
    const ann = await makeAnn()
    const { host, port } = addressOf(ann)
    expect(host).toBe('127.0.0.1')
    expect(ann.addresses).toEqual([`127.0.0.1:${port}`])
    const failure = await failureOf(makePeer({ listen: { ...HERE, port } }))
    expect(failure).toMatchObject({ name: 'EarshotError', code: 'PortInUse' })
    await ann.close()
    const again = await makePeer({ listen: { ...HERE, port } })
    expect(addressOf(again).port).toBe(port)
  })

  it('tells from the first event on whoever listens at once', async () => {
    const ann = await makeAnn()
    const { value } = await ann.events().next()
    expect(value).toMatchObject({ type: 'listen.opened', address: addressOf(ann) })
  })

  it('does not, where it was not asked to', async () => {
    for (const peer of [await makePeer(), await makePeer({ listen: false })]) {
      expect(peer.address).toBeUndefined()
      expect(peer.addresses).toEqual([])
    }
  })
})
