/** Peers on the loopback interface for the tests of the library, closed when their test is over. */
import { onTestFinished } from 'vitest'
import type { Peer, PeerEvent, PeerEventType, PeerOptions } from '../../../src/library/earshot.ts'
import { createPeer } from '../../../src/library/earshot.ts'

export const HERE = { host: '127.0.0.1' }

/** A peer of which nothing is left after the test. */
export const makePeer = async (options: PeerOptions = {}): Promise<Peer> => {
  const peer = await createPeer(options)
  onTestFinished(() => peer.close())
  return peer
}

/** Ann waits for calls, and nobody has called yet. */
export const makeAnn = (options: PeerOptions = {}): Promise<Peer> =>
  makePeer({ nickname: 'ann', listen: HERE, ...options })

/** Where a peer listens. */
export const addressOf = ({ address }: Peer) => {
  if (address === undefined) throw new Error('it does not listen')
  return address
}

/** Ann and bob, who has called her. */
export const makePair = async (
  options: { readonly ann?: PeerOptions; readonly bob?: PeerOptions } = {}
): Promise<{ readonly ann: Peer; readonly bob: Peer }> => {
  const ann = await makeAnn(options.ann)
  const bob = await makePeer({ nickname: 'bob', ...options.bob })
  const came = next(ann, 'peer.connected')
  await bob.connect(addressOf(ann))
  await came
  return { ann, bob }
}

/** The next event of a type, from now on, that satisfies. */
export const next = async <T extends PeerEventType>(
  peer: Peer,
  type: T,
  where: (event: PeerEvent<T>) => boolean = () => true
): Promise<PeerEvent<T>> => {
  for await (const event of peer.events<T>(type)) if (where(event)) return event
  throw new Error(`the peer was closed before ${type}`)
}

/** The next texts that a peer receives, so many of them. */
export const texts = async (peer: Peer, count: number): Promise<readonly string[]> => {
  const found: string[] = []
  for await (const { text } of peer.events('message.received'))
    if (found.push(text) === count) return found
  return found
}

/** The error that a promise fails with. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error
  )
