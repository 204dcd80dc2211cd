/** The bytes of files on one link, both ways (docs/PROTOCOL.md, Files): streams, credit, and the window. */
import * as Effect from 'effect/Effect'
import type { Writer } from '../outbound.ts'
import { BulkIn, type BulkInWorld } from './bulk-link-in.ts'
import { BulkOut } from './bulk-link-out.ts'
import type { BulkLink } from './ports.ts'

export interface BulkWorld extends BulkInWorld {
  readonly writer: Pick<Writer, 'feed' | 'wake'>
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/** From now on the writer takes file data from it, whenever nothing else waits. */
export const makeBulkLink = (world: BulkWorld): BulkLink => {
  const { writer, now } = world
  const incoming = new BulkIn(world)
  const outgoing = new BulkOut(writer.wake, now)
  writer.feed(outgoing.take)
  return {
    receive: (bytesToCome) =>
      Effect.acquireRelease(
        Effect.sync(() => incoming.open(bytesToCome)),
        (stream) => Effect.sync(() => stream && incoming.close(stream))
      ),
    sendOn: (stream, onSent) =>
      Effect.acquireRelease(
        Effect.sync(() => outgoing.open(stream, onSent)),
        (opened) => Effect.sync(() => opened && outgoing.close(opened))
      ),
    onData: (stream, bytes) => incoming.onData(stream, bytes),
    onDigest: (stream, digest) => incoming.onDigest(stream, digest),
    onCredit: (stream, upTo) => outgoing.onCredit(stream, upTo),
    onReceived: (upTo) => outgoing.onReceived(upTo),
    onFetch: (stream, credit) => outgoing.onFetch(stream, credit)
  }
}
