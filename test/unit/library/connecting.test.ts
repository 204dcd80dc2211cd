/**
 * Goal: a dial ends in the peer or in an error that says why, whatever is at the other end, and can be
 * given up at any moment.
 * Method: real peers, and servers that refuse, say nothing, or speak something else.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { describe, expect, it } from '@effect/vitest'
import { EarshotError } from '../../../src/library/earshot.ts'
import { addressOf, failureOf, HERE, makeAnn, makePair, makePeer, next } from './making.ts'

/** A server that does what it is told with a caller. */
const serve = async (
  onCall: (socket: Socket) => void = () => undefined
): Promise<{ readonly host: string; readonly port: number; readonly server: Server }> => {
  const server = createServer(onCall)
  await new Promise<void>((resolve) => server.listen(0, HERE.host, resolve))
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { host: HERE.host, port: address.port, server }
}

describe('connect', () => {
  it('takes an address as a text or as it is, and finds a peer that is here already', async () => {
    const ann = await makeAnn()
    const bob = await makePeer()
    const { host, port } = addressOf(ann)
    expect(await bob.connect(`${host}:${port}`)).toEqual({ id: ann.id, nickname: 'ann' })
    expect(await bob.connect({ host, port })).toEqual({ id: ann.id, nickname: 'ann' })
    expect(await bob.connect(ann.id)).toEqual({ id: ann.id, nickname: 'ann' })
    expect(await bob.peers()).toHaveLength(1)
  })

  it('finds a known peer again where it answered before', async () => {
    const { ann, bob } = await makePair()
    const { port } = addressOf(ann)
    const left = next(bob, 'peer.disconnected')
    await ann.close()
    await left
    expect(await failureOf(bob.connect(ann.id))).toMatchObject({ code: 'ConnectionRefused' })
    const other = await makePeer({ listen: { ...HERE, port } })
    expect(await failureOf(bob.connect(ann.id))).toMatchObject({
      code: 'IdentityChanged',
      reason: { failure: { expected: ann.id, actual: other.id } }
    })
  })

  it('fails with the reason where nobody listens', async () => {
    const bob = await makePeer()
    const { host, port, server } = await serve()
    await new Promise((resolve) => server.close(resolve))
    const failure = await failureOf(bob.connect({ host, port }))
    expect(failure).toBeInstanceOf(EarshotError)
    expect(failure).toMatchObject({
      code: 'ConnectionRefused',
      reason: { _tag: 'DialError', failure: { _tag: 'ConnectionRefused', target: { host, port } } },
      message: `${host}:${port} refused the connection: nobody listens there.`,
      next: expect.stringContaining('Check the port')
    })
  })

  it('fails where another peer answers than the one that must', async () => {
    const ann = await makeAnn()
    const [bob, carol] = await Promise.all([makePeer(), makePeer()])
    const failure = await failureOf(bob.connect(addressOf(ann), { expect: carol.id }))
    expect(failure).toMatchObject({ code: 'IdentityChanged' })
    expect(await bob.connect(addressOf(ann), { expect: ann.id })).toMatchObject({ id: ann.id })
  })

  it('fails where something else answers, or ourselves', async () => {
    const bob = await makePeer({ listen: HERE })
    const web = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await failureOf(bob.connect(web))).toMatchObject({ code: 'NotEarshot' })
    expect(await failureOf(bob.connect(addressOf(bob)))).toMatchObject({ code: 'DialledSelf' })
  })

  it('tells the calls of one moment apart', async () => {
    const ann = await makeAnn()
    const bob = await makePeer()
    const web = await serve((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const results = await Promise.allSettled([
      bob.connect(web),
      bob.connect(addressOf(ann)),
      bob.connect(web),
      bob.connect(addressOf(ann))
    ])
    expect(results.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled'
    ])
  })

  it.each([
    ['a peer that does not listen', undefined],
    ['nothing', ''],
    ['a port that is none', 'localhost:99999'],
    ['a URL', 'http://localhost:8080'],
    ['a number', 8080],
    ['half an address', { host: 'localhost' }],
    ['an address with a wrong port', { host: 'localhost', port: -1 }],
    ['a host with a space', { host: 'local host', port: 80 }]
  ])('refuses %s', async (_, target) => {
    const bob = await makePeer()
    const failure = await failureOf(bob.connect(target as string))
    expect(failure).toMatchObject({ code: 'UsageInvalid' })
  })

  it('refuses ids that are none, contradict each other, or were never met', async () => {
    const bob = await makePeer()
    const carol = await makePeer()
    const invalid = { code: 'UsageInvalid' }
    expect(await failureOf(bob.connect('localhost', { expect: 'carol' }))).toMatchObject(invalid)
    expect(await failureOf(bob.connect(carol.id, { expect: bob.id }))).toMatchObject(invalid)
    expect(await failureOf(bob.connect(carol.id))).toMatchObject(invalid)
    expect(await failureOf(bob.markVerified(carol))).toMatchObject(invalid)
  })
})

describe('a call that is given up', () => {
  it('fails with the reason of the signal, and the other end is hung up on', async () => {
    const bob = await makePeer()
    const giveUp = new AbortController()
    const called = Promise.withResolvers<Socket>()
    const silent = await serve((socket) => called.resolve(socket))
    const failure = failureOf(bob.connect(silent, { signal: giveUp.signal }))
    const socket = await called.promise
    const hungUp = new Promise((resolve) => socket.resume().on('close', resolve))
    giveUp.abort(new Error('enough'))
    expect(await failure).toEqual(new Error('enough'))
    await hungUp
  })

  it('is not made where the signal is aborted before', async () => {
    const bob = await makePeer()
    const started: unknown[] = []
    bob.on('dial.started', (event) => started.push(event))
    const failure = await failureOf(
      bob.connect('127.0.0.1:1', { signal: AbortSignal.abort('never') })
    )
    expect(failure).toBe('never')
    await bob.peers()
    expect(started).toEqual([])
  })

  it('stays with its peer where that came first', async () => {
    const ann = await makeAnn()
    const bob = await makePeer()
    const giveUp = new AbortController()
    const { id } = await bob.connect(addressOf(ann), { signal: giveUp.signal })
    giveUp.abort()
    expect(await bob.peers()).toMatchObject([{ id, state: 'online' }])
  })
})
