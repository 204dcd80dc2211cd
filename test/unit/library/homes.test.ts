/**
 * Goal: a peer with a home is the same one when it is made again: who it is, whom it knows, what waits and
 * what is kept; what is wrong with a home is told before anything is done.
 * Method: peers that are closed and made again on the same folder.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import { onTestFinished } from 'vitest'
import { describe, expect, it } from '@effect/vitest'
import { openKeyring, rewrapKeyring } from '../../../src/adapters/keyring.ts'
import { addressOf, failureOf, HERE, makeAnn, makePeer, next, texts } from './making.ts'

const newHome = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-library-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('a home', () => {
  it('holds who the peer is and whom it knows', async () => {
    const home = newHome()
    const ann = await makeAnn()
    const bob = await makePeer({ home })
    await bob.connect(addressOf(ann))
    await bob.markVerified(ann)
    await bob.close()
    const again = await makePeer({ home })
    expect(again.id).toBe(bob.id)
    expect(await again.knownPeers()).toMatchObject([{ id: ann.id, trust: 'verified' }])
    expect(await again.connect(ann.id)).toMatchObject({ id: ann.id })
  })

  it('holds what waits, also for a peer that nobody has met', async () => {
    const home = newHome()
    const ann = await makeAnn()
    const bob = await makePeer({ home })
    const early = await bob.send(ann, 'one')
    await bob.send(ann, 'two')
    await bob.close()
    expect(await failureOf(early.delivered)).toMatchObject({ code: 'Closed' })
    const again = await makePeer({ home })
    expect(await next(again, 'outbox.waiting')).toMatchObject({
      when: 'start',
      peers: [{ peer: { id: ann.id }, count: 2 }]
    })
    await again.send(ann, 'three')
    expect(await again.waiting()).toMatchObject([
      { peer: { id: ann.id }, id: early.id, text: 'one', state: 'queued' },
      { text: 'two' },
      { text: 'three' }
    ])
    const heard = texts(ann, 3)
    const delivered = next(again, 'message.delivered', ({ ids }) => ids.includes(early.id))
    await again.connect(addressOf(ann))
    expect(await heard).toEqual(['one', 'two', 'three'])
    await delivered
  })

  it('holds the history where it is to be kept, and nothing where not', async () => {
    const home = newHome()
    const ann = await makeAnn()
    const heard = texts(ann, 3)
    const bob = await makePeer({ home, saveHistory: true })
    await bob.connect(addressOf(ann))
    for (const text of ['Hello ann', 'how are you', 'hello?'])
      await (await bob.send(ann, text)).delivered
    expect(await heard).toHaveLength(3)
    await bob.close()
    const again = await makePeer({ home })
    const page = await again.history(ann)
    expect(page.map(({ text, direction }) => [direction, text])).toEqual([
      ['out', 'Hello ann'],
      ['out', 'how are you'],
      ['out', 'hello?']
    ])
    expect(await again.history(ann, { limit: 1, before: page[1]?.n ?? 0 })).toEqual([page[0]])
    expect(await again.search(ann, 'ANN hello')).toEqual([page[0]])
    await again.connect(addressOf(ann))
    await (await again.send(ann, 'not kept')).delivered
    expect(await again.history(ann)).toHaveLength(3)
    await again.keepHistory(ann, true)
    await (await again.send(ann, 'kept again')).delivered
    expect(await again.history(ann)).toHaveLength(4)
    expect(await again.conversations()).toMatchObject([{ peer: ann.id, kept: 4, keep: true }])
    expect(await again.eraseHistory(ann)).toBe(4)
    expect(await again.history(ann)).toEqual([])
  })

  it('begins a store once, and says so', async () => {
    const home = newHome()
    const told: string[] = []
    for (let time = 0; time < 2; time++) {
      const peer = await makePeer({ home })
      peer.on('store.created', ({ path }) => told.push(path))
      await peer.peers()
      await peer.close()
    }
    expect(told).toEqual([join(home, 'data', 'messages.db')])
  })

  it('is for one peer at a time, and one profile of it another peer', async () => {
    const home = newHome()
    const bob = await makePeer({ home })
    expect(await failureOf(makePeer({ home }))).toMatchObject({
      code: 'ProfileInUse',
      reason: { pid: process.pid },
      next: expect.stringContaining('another profile')
    })
    const second = await makePeer({ home, profile: 'second' })
    expect(second.id).not.toBe(bob.id)
    await bob.close()
    expect((await makePeer({ home })).id).toBe(bob.id)
  })

  it('is left as it was by a peer that could not be made', async () => {
    const home = newHome()
    const ann = await makeAnn()
    const { port } = addressOf(ann)
    const taken = { home, listen: { ...HERE, port } }
    expect(await failureOf(makePeer(taken))).toMatchObject({ code: 'PortInUse' })
    expect(readdirSync(join(home, 'data')).filter((name) => name.startsWith('lock'))).toEqual([])
    await makePeer({ home })
  })

  it('that cannot be one is told of', async () => {
    const home = newHome()
    writeFileSync(join(home, 'file'), '')
    expect(await failureOf(makePeer({ home: join(home, 'file') }))).toMatchObject({
      code: expect.stringMatching(/^(SecretUnsafe|HomeUnwritable)$/)
    })
    expect(await failureOf(makePeer({ home, profile: '../up' }))).toMatchObject({
      code: 'UsageInvalid'
    })
    mkdirSync(join(home, 'data'))
    chmodSync(join(home, 'data'), 0o755)
    expect(await failureOf(makePeer({ home }))).toMatchObject({ code: 'SecretUnsafe' })
  })

  it('with a passphrase opens with that one only', async () => {
    const home = newHome()
    const directory = join(home, 'data')
    await (await makePeer({ home })).close()
    const cheap = { memoryKiB: 64, passes: 1, lanes: 1 }
    await Effect.runPromise(
      Effect.gen(function* () {
        const { masterKey } = yield* openKeyring({ directory, ask: () => Effect.die('unlocked') })
        yield* rewrapKeyring(directory, masterKey, 'correct horse', cheap)
      })
    )
    expect(await failureOf(makePeer({ home }))).toMatchObject({
      code: 'PassphraseNeeded',
      next: 'Give it as the option passphrase.'
    })
    expect(await failureOf(makePeer({ home, passphrase: 'wrong' }))).toMatchObject({
      code: 'PassphraseWrong'
    })
    await makePeer({ home, passphrase: 'correct horse' })
  })
})

describe('a message that waits', () => {
  it('can be taken back before it is sent, and is not heard of again', async () => {
    const ann = await makeAnn()
    const bob = await makePeer()
    const messages = await Promise.all(['one', 'two', 'three'].map((text) => bob.send(ann, text)))
    const [one, two, three] = messages
    if (one === undefined || two === undefined || three === undefined) throw new Error('lost')
    expect(await Promise.all([bob.cancel(two), bob.cancel(one.id)])).toEqual([true, true])
    expect(await failureOf(two.delivered)).toMatchObject({ code: 'Cancelled' })
    expect(await bob.cancel(two)).toBe(false)
    const heard = texts(ann, 1)
    await bob.connect(addressOf(ann))
    expect(await heard).toEqual(['three'])
    await three.delivered
    expect(await bob.cancel(three)).toBe(false)
    expect(await bob.waiting()).toEqual([])
  })

  it('is asked for by an id', async () => {
    const bob = await makePeer()
    expect(await bob.cancel('no such message')).toBe(false)
    expect(await failureOf(bob.cancel(7 as never))).toMatchObject({ code: 'UsageInvalid' })
  })
})

describe('the history', () => {
  it.each([
    ['a limit of nothing', { limit: 0 }],
    ['a limit without end', { limit: Infinity }],
    ['half a limit', { limit: 1.5 }],
    ['a place that is none', { before: -1 }],
    ['a time that is none', { since: Number.NaN }]
  ])('refuses %s', async (_, query) => {
    const bob = await makePeer()
    const carol = await makePeer()
    const invalid = { code: 'UsageInvalid' }
    expect(await failureOf(bob.history(carol, query))).toMatchObject(invalid)
    expect(await failureOf(bob.search(carol, 'word', query))).toMatchObject(invalid)
  })

  it('refuses to look for nothing, and to be kept by halves', async () => {
    const bob = await makePeer()
    const carol = await makePeer()
    const invalid = { code: 'UsageInvalid' }
    expect(await failureOf(bob.search(carol, '  '))).toMatchObject(invalid)
    expect(await failureOf(bob.keepHistory(carol, 'yes' as never))).toMatchObject(invalid)
    expect(await bob.history(carol)).toEqual([])
    expect(await bob.eraseHistory(carol)).toBe(0)
  })
})
