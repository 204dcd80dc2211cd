/** The Downloads port of a simulated host, over its disk in memory: the same steps as on a real one, in the same order. */
import * as Effect from 'effect/Effect'
import { numberedName } from '../domain/file-names.ts'
import { DISK_RESERVE_BYTES } from '../domain/limits.ts'
import { TransferError } from '../domain/transfer-failures.ts'
import type { TransferOffer } from '../domain/transfers.ts'
import type { Downloads, OpenDownload } from '../services/downloads.ts'
import type { DownloadPlace } from '../services/transfer-notes.ts'
import type { Dice } from './dice.ts'
import { begin, discard, isOurs } from './memory-downloads-begin.ts'
import { placeLost, told } from './memory-downloads-faults.ts'
import { OpenMemoryDownload } from './memory-downloads-open.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { SystemFault } from './memory-files-handle.ts'

const RANDOM_BYTES = 8

/** The name that an earlier run gave it just before it died; undefined: none. */
const nameBefore = (
  calls: FileCalls,
  place: DownloadPlace,
  offer: TransferOffer
): Effect.Effect<string | undefined, SystemFault> =>
  Effect.gen(function* () {
    for (let number = 0; ; number++) {
      const path = `${place.root}/${numberedName(offer, number)}`
      const stat = yield* calls.look(path)
      if (stat === undefined) return undefined
      if (stat.inode === place.partInode) return path
    }
  })

/** @param folder where files go. */
export const makeMemoryDownloads = (
  calls: FileCalls,
  folder: string,
  dice: Dice
): Downloads['Service'] => {
  const root = Effect.gen(function* () {
    const stat = yield* calls.folder(folder)
    if (stat.kind === 'folder') return stat
    const reason = { _tag: 'FolderUnusable', path: folder, code: 'ENOTDIR' } as const
    return yield* new TransferError({ reason })
  })
  const choose = (offer: TransferOffer) =>
    Effect.map(root, ({ inode: rootInode }): DownloadPlace => {
      const bytes = Array.from(dice.bytes(RANDOM_BYTES))
      const random = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
      return { root: folder, rootInode, part: `${offer.name}.${random}.part` }
    })
  /** Whole, and to be told only. */
  const publishedBefore = (path: string): OpenDownload => ({
    write: () => placeLost(path),
    sync: Effect.void,
    publish: told(Effect.as(calls.syncFolder(folder), path))
  })
  return {
    folder,
    nameFor: (offer) =>
      told(
        Effect.gen(function* () {
          let number = 0
          while (yield* calls.look(`${folder}/${numberedName(offer, number)}`)) number++
          return numberedName(offer, number)
        })
      ),
    room: told(Effect.map(calls.room, (bytes) => Math.max(0, bytes - DISK_RESERVE_BYTES))),
    begin: (offer, note) => told(begin(calls, choose, offer, note)),
    open: (place, offer, list, bytes) =>
      told(
        Effect.gen(function* () {
          if (!(yield* isOurs(calls, place))) {
            const path = bytes === offer.bytes ? yield* nameBefore(calls, place, offer) : undefined
            if (path === undefined) return yield* placeLost(`${place.root}/${place.part}`)
            return publishedBefore(path)
          }
          const open = new OpenMemoryDownload(calls, place, offer, list)
          yield* open.cutBack(bytes)
          yield* Effect.addFinalizer(() => open.close)
          return open
        })
      ),
    discard: (place) => told(discard(calls, place))
  }
}
