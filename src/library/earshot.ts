/** The library: `import { createPeer } from 'earshot'` (docs/LIBRARY.md). */
import * as Context from 'effect/Context'
import { ownAddresses } from '../adapters/own-addresses.ts'
import { formatEndpoint } from '../domain/endpoint.ts'
import { Identity } from '../services/identity.ts'
import type { Peer, PeerOptions } from './api.ts'
import { Gate } from './gate.ts'
import { Hearing } from './hearing.ts'
import { checkOptions, listenOf, settingsOf } from './options.ts'
import { Orders } from './orders.ts'
import { OwnPeer } from './own-peer.ts'
import { startRun } from './run.ts'

export { EarshotError } from './earshot-error.ts'
export type { EarshotFailure, PeerFailure } from './earshot-error.ts'
export type {
  ConnectOptions,
  HistoryOptions,
  HistoryQuery,
  ListenOptions,
  Peer,
  PeerOptions,
  SentMessage,
  WaitingMessage,
  Who
} from './api.ts'
export type { OnListenerError } from './audience.ts'
export type { Listener, PeerEvent, PeerEventType } from './peer-events.ts'
export type { PeerDetails } from '../domain/events.ts'
export type { PeerRef } from '../domain/peer-ref.ts'
export type { CloseReason, Endpoint, StartFailure, StoreFailure } from '../domain/failures.ts'
export type { KnownPeer } from '../services/peer-book.ts'
export type { ConversationSummary, HistoryEntry } from '../services/store.ts'

/**
 * Makes a peer, which is there when the promise is kept: its port is open where it listens. It tells nothing
 * before whoever waited for it has gone on, so listeners that are added at once hear everything. Several in
 * one process know nothing of each other.
 * @throws EarshotError as the options, the home or the port are wrong
 */
export const createPeer = async (options: PeerOptions = {}): Promise<Peer> => {
  const checked = checkOptions(options)
  const hosts = ownAddresses(listenOf(checked.listen)?.host)
  const gate = new Gate()
  const orders = new Orders()
  const hearing = new Hearing(gate, checked)
  const settings = settingsOf(checked, hosts)
  const run = startRun({ options: checked, settings, orders, gate, hearing })
  void run.ended.then((failure) => hearing.end(failure))
  const { services, address } = await run.ready
  const { peerId: id } = Context.get(services, Identity)
  const addresses =
    address === undefined ? [] : hosts.map((host) => formatEndpoint({ host, port: address.port }))
  return new OwnPeer({ id, run, orders, hearing, gate, address, addresses })
}
