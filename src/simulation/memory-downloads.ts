/** The Downloads port of a simulated host, over its disk in memory: the same steps as on a real one, in the same order. */
import * as Effect from 'effect/Effect'
import { DISK_RESERVE_BYTES } from '../domain/limits.ts'
import { TransferError } from '../domain/transfer-failures.ts'
import type { TransferOffer } from '../domain/transfers.ts'
import type { Downloads, OpenDownload } from '../services/downloads.ts'
import type { DownloadPlace } from '../services/transfer-notes.ts'
import type { Dice } from './dice.ts'
import { placeLost, told } from './memory-downloads-faults.ts'
import { numberedName, OpenMemoryDownload } from './memory-downloads-open.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { FileStat, SystemFault } from './memory-files-handle.ts'

const RANDOM_BYTES = 8

/** The part is there, and the one that was begun. */
const isOurs = (calls: FileCalls, place: DownloadPlace): Effect.Effect<boolean, SystemFault> =>
  Effect.gen(function* () {
    const there = yield* calls.look(place.root)
    const part = yield* calls.look(`${place.root}/${place.part}`)
    return there?.inode === place.rootInode && part?.inode === place.partInode
  })

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

/** Makes the place of a new transfer. */
const begun = (
  calls: FileCalls,
  root: FileStat,
  folder: string,
  part: string,
  { kind }: TransferOffer
): Effect.Effect<DownloadPlace, SystemFault> =>
  Effect.gen(function* () {
    const path = `${folder}/${part}`
    const made =
      kind === 'folder'
        ? calls.mkdir(path)
        : Effect.scoped(Effect.flatMap(calls.create(path), (file) => file.stat))
    const { inode: partInode } = yield* made
    yield* calls.syncFolder(folder)
    return { root: folder, rootInode: root.inode, part, partInode }
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
    begin: (offer) =>
      told(
        Effect.flatMap(root, (stat) => {
          const bytes = Array.from(dice.bytes(RANDOM_BYTES))
          const random = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
          return begun(calls, stat, folder, `${offer.name}.${random}.part`, offer)
        })
      ),
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
    discard: (place) =>
      told(
        Effect.gen(function* () {
          if (!(yield* isOurs(calls, place))) return
          yield* calls.removeAll(`${place.root}/${place.part}`)
          yield* calls.syncFolder(place.root)
        })
      )
  }
}
