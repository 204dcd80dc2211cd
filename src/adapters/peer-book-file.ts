/**
 * The peer book in `peers.json`: `{"version":1,"peers":[…]}`, held in memory, written whole and
 * durably at every change, one change after the other. A damaged file stops the start: to lose the
 * pins silently would let any key in under a known name.
 */
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Result from 'effect/Result'
import * as Semaphore from 'effect/Semaphore'
import type { Trust } from '../domain/events.ts'
import { StartError } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { type KnownPeer, PeerBook } from '../services/peer-book.ts'
import { readPeers, writePeers } from './peer-book-format.ts'
import {
  type Peers,
  forgotten,
  pinnedTo,
  rekeyed,
  seen,
  trusted
} from '../services/peer-book-changes.ts'
import { ensurePrivateDirectory, readPrivate, replacePrivate } from './private-files.ts'

const load = Effect.fnUntraced(function* (path: string): Effect.fn.Return<Peers, StartError> {
  const bytes = yield* readPrivate(path)
  if (bytes === undefined) return new Map()
  const peers = readPeers(bytes)
  if (Result.isSuccess(peers)) return peers.success
  const detail = `${peers.failure}; without it every peer is a stranger again`
  return yield* new StartError({ reason: { _tag: 'SecretDamaged', path, detail } })
})

/** Where a book is written to, at every change. */
interface Paper {
  readonly path: string
  readonly write: (peers: Peers) => Effect.Effect<void, StartError>
}

const makeBook = Effect.fnUntraced(function* (
  read: Peers,
  { path, write }: Paper
): Effect.fn.Return<PeerBook['Service']> {
  let peers = read
  const lock = yield* Semaphore.make(1)

  /** Applies a change when it is written, and not if it could not be. */
  const change = <A>(
    next: (now: Peers) => { readonly peers: Peers; readonly result: A } | StartError
  ): Effect.Effect<A, StartError> =>
    Effect.suspend(() => {
      const changed = next(peers)
      if (changed instanceof StartError) return Effect.fail(changed)
      if (changed.peers === peers) return Effect.succeed(changed.result)
      return write(changed.peers).pipe(
        Effect.map(() => {
          peers = changed.peers
          return changed.result
        }),
        Effect.uninterruptible
      )
    }).pipe(lock.withPermits(1))

  const full = new StartError({ reason: { _tag: 'HomeUnwritable', path, code: 'ENOSPC' } })
  return {
    list: Effect.sync((): readonly KnownPeer[] => [...peers.values()]),
    find: (id: PeerId) => Effect.sync(() => peers.get(id)),
    pinnedTo: (target) => Effect.sync(() => pinnedTo(peers, target)),
    saw: (sighting) => change((now) => seen(now, sighting) ?? full),
    setTrust: (id: PeerId, trust: Trust) => change((now) => trusted(now, id, trust)),
    forget: (id: PeerId) => change((now) => forgotten(now, id)),
    rekey: (from: PeerId, to: PeerId) => change((now) => rekeyed(now, from, to))
  }
})

/** The book of the profile in `directory`. Fails with SecretUnsafe, SecretDamaged, HomeUnwritable. */
export const layer = (options: { readonly directory: string }): Layer.Layer<PeerBook, StartError> =>
  Layer.effect(
    PeerBook,
    Effect.gen(function* () {
      const path = join(options.directory, 'peers.json')
      yield* ensurePrivateDirectory(options.directory)
      const peers = yield* load(path)
      return yield* makeBook(peers, {
        path,
        write: (changed) => replacePrivate(path, writePeers(changed))
      })
    })
  )

/** A new book that is gone with the process. */
export const layerInMemory: Layer.Layer<PeerBook> = Layer.effect(
  PeerBook,
  makeBook(new Map(), { path: 'memory', write: () => Effect.void })
)
