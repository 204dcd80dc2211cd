/** A sender and a receiver of one transfer on a simulated line, with disks in memory. */
import * as Effect from 'effect/Effect'
import type * as Exit from 'effect/Exit'
import type * as Fiber from 'effect/Fiber'
import { TransferError } from '../../../../src/domain/transfer-failures.ts'
import type { TransferEntry, TransferOffer } from '../../../../src/domain/transfers.ts'
import type { PieceDamaged } from '../../../../src/machines/incoming-transfer.types.ts'
import type { Message } from '../../../../src/protocol/messages.ts'
import type { SendJob } from '../../../../src/runtime/transfers/ports.ts'
import { receivePump } from '../../../../src/runtime/transfers/receive-pump.ts'
import { sendPump } from '../../../../src/runtime/transfers/send-pump.ts'
import type { Digests } from '../../../../src/services/digests.ts'
import type { OpenDownload } from '../../../../src/services/downloads.ts'
import type { FileSources } from '../../../../src/services/file-sources.ts'
import type { NetworkOptions } from '../../../../src/simulation/network.ts'
import { type FileLink, openFileLink } from '../../../support/file-link.ts'
import { connect, finish, makeLan } from '../../simulation/lan.ts'

/** The byte at this place of this entry. */
export const byteAt = (entry: number, at: number): number =>
  (entry * 7 + at * 31 + (at >> 8)) & 0xff

export const fileOf = (path: string, bytes: number): TransferEntry => ({
  path,
  kind: 'file',
  bytes,
  executable: false
})

export const offerOf = (list: readonly TransferEntry[], pieceBytes: number): TransferOffer => ({
  id: 'transfer',
  name: 'name',
  kind: 'folder',
  bytes: list.reduce((sum, { bytes }) => sum + bytes, 0),
  files: list.length,
  entries: list.length,
  pieceBytes,
  executable: false
})

/** A sum that notices any byte that is another one, or elsewhere. */
const digests: Digests['Service'] = {
  names: Effect.succeed(['sha256']),
  start: () => {
    let sum = 0
    let count = 0
    return {
      update: (bytes) => {
        for (const byte of bytes) {
          sum = (Math.imul(sum, 31) + byte) >>> 0
          count += 1
        }
      },
      digest: Effect.sync(() => {
        const digest = new Uint8Array(32)
        new DataView(digest.buffer).setUint32(0, sum)
        new DataView(digest.buffer).setUint32(4, count)
        return digest
      })
    }
  }
}

/** Files of known bytes, each under its number. `fails` at a byte of the transfer's only file. */
const sourcesOf = (readMs: number, changedAt: number): FileSources['Service'] => ({
  survey: () => Effect.never,
  complete: () => [],
  open: ({ path }) =>
    Effect.succeed({
      read: (at, target) =>
        Effect.andThen(
          readMs > 0 ? Effect.sleep(readMs) : Effect.yieldNow,
          Effect.suspend(() => {
            if (at + target.length > changedAt)
              return Effect.fail(new TransferError({ reason: { _tag: 'SourceChanged', path } }))
            for (let index = 0; index < target.length; index += 1)
              target[index] = byteAt(Number(path), at + index)
            return Effect.void
          })
        )
    })
})

/** What was written, entry by entry, and what was synced of it. */
export class MemoryDownload implements OpenDownload {
  readonly files: number[][] = []
  writes = 0
  syncs = 0
  /** Bytes in all after which the disk is full. */
  room = Number.POSITIVE_INFINITY
  writeMs = 0

  get bytes(): number {
    return this.files.reduce((sum, file) => sum + (file?.length ?? 0), 0)
  }

  /** Cuts off what is behind so many bytes. */
  cut(bytes: number): void {
    let left = bytes
    for (const [entry, file] of this.files.entries()) {
      const kept = Math.min(left, file?.length ?? 0)
      this.files[entry] = (file ?? []).slice(0, kept)
      left -= kept
    }
  }

  readonly write = (
    entry: number,
    at: number,
    views: readonly Uint8Array[]
  ): Effect.Effect<void, TransferError> =>
    Effect.andThen(
      this.writeMs > 0 ? Effect.sleep(this.writeMs) : Effect.void,
      Effect.suspend(() => {
        this.writes += 1
        const file = (this.files[entry] ??= [])
        if (file.length !== at) throw new Error(`byte ${at} of entry ${entry} is not next`)
        for (const view of views) for (const byte of view) file.push(byte)
        if (this.bytes <= this.room) return Effect.void
        return Effect.fail(
          new TransferError({ reason: { _tag: 'DiskFull', path: 'disk', code: 'ENOSPC' } })
        )
      })
    )

  readonly sync = Effect.sync(() => {
    this.syncs += 1
  })

  readonly publish = Effect.succeed('published')
}

export interface PumpPlan {
  readonly list: readonly TransferEntry[]
  readonly pieceBytes: number
  readonly line?: Partial<NetworkOptions>
  /** Pieces that are there already. */
  readonly pieces?: number
  readonly download?: MemoryDownload
  readonly readMs?: number
  readonly changedAt?: number
  /** Stands in the place of a message that the receiver reads. */
  readonly onBulk?: (message: Message) => Message | undefined
}

export type ReceiveEnd = Exit.Exit<void, TransferError | PieceDamaged>

export const makePumps = (plan: PumpPlan) => {
  const { list, pieceBytes, pieces = 0, download = new MemoryDownload() } = plan
  const lan = makeLan(plan.line)
  const { near, far } = connect(lan)
  const world = {
    after: (ms: number, work: () => void) => void lan.clock.schedule(work, ms),
    now: () => lan.clock.now
  }
  const heard: { at: number; by: 'sender' | 'receiver'; message: Message }[] = []
  const hear = (by: 'sender' | 'receiver') => (message: Message) => {
    heard.push({ at: lan.clock.now, by, message })
  }
  const open = (options: Parameters<typeof openFileLink>[0]): FileLink => {
    let link: FileLink | undefined
    const opening = Effect.tap(openFileLink(options), (made) => Effect.sync(() => (link = made)))
    lan.clock.fork(Effect.scoped(Effect.andThen(opening, Effect.never)))
    lan.clock.drain()
    if (link === undefined) throw new Error('no link')
    return link
  }
  const sender = open({ stream: near, onMessage: hear('sender'), ...world })
  const { onBulk } = plan
  const receiver = open({
    stream: far,
    onMessage: hear('receiver'),
    ...(onBulk === undefined ? {} : { onBulk }),
    ...world
  })
  const offer = offerOf(list, pieceBytes)
  const sources = list.map(({ bytes }, entry) => ({
    path: String(entry),
    bytes,
    modifiedMs: 0,
    inode: `1:${entry}`
  }))
  const files = sourcesOf(plan.readMs ?? 0, plan.changedAt ?? Number.POSITIVE_INFINITY)
  const fetched: number[] = []
  const synced: number[] = []
  const written: number[] = []
  const sends: Fiber.Fiber<void, TransferError>[] = []
  const send = (stream: number, job: SendJob) =>
    Effect.scoped(
      Effect.gen(function* () {
        const opened = yield* sender.bulk.sendOn(stream, () => undefined)
        if (opened !== undefined) yield* sendPump(job, { stream: opened, files, digests })
      })
    )
  const fetch = Effect.fnUntraced(function* (piece: number, bytesToCome: number) {
    const stream = yield* receiver.bulk.receive(bytesToCome)
    if (stream === undefined) throw new Error('no number is left')
    fetched.push(piece)
    sender.bulk.onFetch(stream.stream, stream.credit)
    const job = { offer, list, sources, digest: 'sha256', piece } as const
    sends.push(lan.clock.fork(send(stream.stream, job)))
    return stream
  })
  const receiving = lan.clock.fork(
    receivePump(
      {
        offer,
        list,
        digest: 'sha256',
        pieces,
        open: (bytes) =>
          Effect.as(
            Effect.sync(() => download.cut(bytes)),
            download
          ),
        fetch,
        onSynced: (count) => Effect.sync(() => void synced.push(count)),
        onWritten: (bytes) => void written.push(bytes),
        now: world.now
      },
      digests
    )
  )
  return {
    lan,
    sender,
    receiver,
    download,
    heard,
    fetched,
    synced,
    written,
    sends,
    receiving,
    /** How receiving ended; undefined: it has not after so long. */
    end: (ms = 60_000): ReceiveEnd | undefined => {
      lan.clock.runUntil(() => receiving.pollUnsafe() !== undefined, ms)
      return receiving.pollUnsafe()
    },
    run: <A>(effect: Effect.Effect<A>): A => finish(lan, effect)
  }
}

/** Every byte is where it belongs. */
export const isWhole = (download: MemoryDownload, list: readonly TransferEntry[]): boolean =>
  list.every(({ bytes }, entry) => {
    const file = download.files[entry] ?? []
    return file.length === bytes && file.every((byte, at) => byte === byteAt(entry, at))
  })
