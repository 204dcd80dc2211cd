/**
 * Goal: whoever listens hears everything that it asked for, in order, and harms nobody by how it listens;
 * a message that comes before anybody listens is not lost.
 * Method: real peers; listeners that throw, fail, leave and come late.
 */
import { describe, expect, it } from '@effect/vitest'
import type { PeerEvent } from '../../../src/library/earshot.ts'
import { failureOf, makePair, texts } from './making.ts'

describe('a listener that fails', () => {
  it('is told of to whom the options name, and everybody else hears on', async () => {
    const failures: unknown[] = []
    const { ann, bob } = await makePair({
      ann: { onListenerError: (error, { type }) => failures.push([error, type]) }
    })
    ann.on('message.received', () => {
      throw new Error('at once')
    })
    ann.on('message.received', () => Promise.reject(new Error('later')))
    const heard = texts(ann, 2)
    await bob.send(ann, 'one')
    const second = await bob.send(ann, 'two')
    expect(await heard).toEqual(['one', 'two'])
    await second.delivered
    expect(failures).toHaveLength(4)
    expect(failures).toContainEqual([new Error('at once'), 'message.received'])
    expect(failures).toContainEqual([new Error('later'), 'message.received'])
  })
})

describe('a listener of a peer that is being closed', () => {
  it('is not blamed for what it asks of it in vain, but for anything else', async () => {
    const failures: unknown[] = []
    const { ann, bob } = await makePair({
      ann: { onListenerError: (error) => failures.push(error) }
    })
    ann.on('message.delivered', ({ peer }) => ann.send(peer, 'and one more'))
    ann.on('message.delivered', () => Promise.reject(new Error('of its own')))
    const last = await ann.send(bob, 'goodbye')
    await ann.close()
    await last.delivered
    expect(failures).toEqual([new Error('of its own')])
  })
})

describe('a listener', () => {
  it('hears until it ends', async () => {
    const { ann, bob } = await makePair()
    const heard: string[] = []
    const stop = ann.on('message.received', ({ text }) => {
      heard.push(text)
      stop()
      stop()
    })
    await (await bob.send(ann, 'one')).delivered
    const rest = texts(ann, 1)
    await bob.send(ann, 'two')
    expect(await rest).toEqual(['two'])
    expect(heard).toEqual(['one'])
  })

  it('may answer from within, and close its peer', async () => {
    const { ann, bob } = await makePair()
    ann.on('message.received', ({ peer, text }) => ann.send(peer, `${text}?`))
    ann.on('peer.disconnected', () => ann.close())
    const answer = texts(bob, 1)
    await bob.send(ann, 'really')
    expect(await answer).toEqual(['really?'])
    await bob.close()
    await ann.closed
  })

  it('is refused what is no event, and what is no function', async () => {
    const { ann } = await makePair()
    const invalid = expect.objectContaining({ code: 'UsageInvalid' })
    expect(() => ann.on('message' as 'message.sent', () => undefined)).toThrow(invalid)
    expect(() => ann.on('help.shown' as 'message.sent', () => undefined)).toThrow(invalid)
    expect(() => ann.on('message.sent', undefined as never)).toThrow(invalid)
    expect(() => ann.events('nothing' as 'message.sent')).toThrow(invalid)
  })
})

describe('messages that come before anybody listens', () => {
  it('wait for the first listener, in order, before what comes after them', async () => {
    const { ann, bob } = await makePair()
    const early = await Promise.all(['1', '2', '3'].map((text) => bob.send(ann, text)))
    await Promise.all(early.map(({ delivered }) => delivered))
    const heard: string[] = []
    const all = Promise.withResolvers<void>()
    ann.on('message.received', ({ text }) => {
      if (heard.push(text) === 5) all.resolve()
    })
    expect(heard).toEqual([])
    await bob.send(ann, '4')
    await bob.send(ann, '5')
    await all.promise
    expect(heard).toEqual(['1', '2', '3', '4', '5'])
  })

  it('wait for the first reader, and what one leaves for the next', async () => {
    const { ann, bob } = await makePair()
    const early = await Promise.all(['1', '2'].map((text) => bob.send(ann, text)))
    await Promise.all(early.map(({ delivered }) => delivered))
    expect(await texts(ann, 2)).toEqual(['1', '2'])
    await (await bob.send(ann, '3')).delivered
    expect(await texts(ann, 1)).toEqual(['3'])
  })

  it('are there for whoever reads after the end', async () => {
    const { ann, bob } = await makePair()
    await (await bob.send(ann, 'too late?')).delivered
    await ann.close()
    expect(await texts(ann, 2)).toEqual(['too late?'])
  })
})

describe('once', () => {
  it('gives the next event of its type, and leaves the rest to others', async () => {
    const { ann, bob } = await makePair()
    const first = ann.once('message.received')
    for (const text of ['1', '2', '3']) await bob.send(ann, text)
    expect((await first).text).toBe('1')
    expect((await ann.once('message.received')).text).toBe('2')
    expect(await texts(ann, 1)).toEqual(['3'])
  })

  it('can be given up, and takes nothing then', async () => {
    const { ann, bob } = await makePair()
    const giveUp = new AbortController()
    const waiting = failureOf(ann.once('message.received', { signal: giveUp.signal }))
    giveUp.abort(new Error('enough'))
    expect(await waiting).toEqual(new Error('enough'))
    await (await bob.send(ann, 'for somebody else')).delivered
    expect(await texts(ann, 1)).toEqual(['for somebody else'])
  })

  it('fails when the peer is closed before', async () => {
    const { ann } = await makePair()
    const waiting = failureOf(ann.once('peer.lost'))
    await ann.close()
    expect(await waiting).toMatchObject({ code: 'Closed' })
    expect(await failureOf(ann.once('peer.lost'))).toMatchObject({ code: 'Closed' })
  })
})

describe('events', () => {
  it('come in the order in which things happened, all types together', async () => {
    const { ann, bob } = await makePair()
    const seen: PeerEvent[] = []
    const all = (async () => {
      for await (const event of bob.events()) if (seen.push(event) === 4) return
    })()
    const message = await bob.send(ann, 'hi')
    await message.delivered
    const asked = ann.on('message.received', () => undefined)
    await all
    asked()
    expect(seen.map(({ type }) => type)).toEqual([
      'message.queued',
      'message.sent',
      'message.delivered',
      'message.read'
    ])
    expect(seen[0]).toMatchObject({ peer: { id: ann.id }, text: 'hi', id: message.id })
  })
})
