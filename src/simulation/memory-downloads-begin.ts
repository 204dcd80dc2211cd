/**
 * How the place of a download comes and goes on the disk in memory of a simulated host: noted before it is made, and
 * removed only where it is what was noted.
 */
import * as Effect from 'effect/Effect'
import type { TransferError } from '../domain/transfer-failures.ts'
import type { TransferOffer } from '../domain/transfers.ts'
import type { PlaceNote } from '../services/downloads.ts'
import type { DownloadPlace } from '../services/transfer-notes.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { FileStat, SystemFault } from './memory-files-handle.ts'

/** The part is there, and the one that was begun. */
export const isOurs = (
  calls: FileCalls,
  place: DownloadPlace
): Effect.Effect<boolean, SystemFault> =>
  Effect.gen(function* () {
    const there = yield* calls.look(place.root)
    const part = yield* calls.look(`${place.root}/${place.part}`)
    return there?.inode === place.rootInode && part !== undefined && part.inode === place.partInode
  })

const pathOf = ({ root, part }: DownloadPlace): string => `${root}/${part}`

/** Makes the part of a place that was noted. undefined: somebody has the name by now. */
const made = (
  calls: FileCalls,
  place: DownloadPlace,
  { kind }: TransferOffer
): Effect.Effect<DownloadPlace | undefined, SystemFault> =>
  Effect.gen(function* () {
    const path = pathOf(place)
    const making =
      kind === 'folder'
        ? calls.mkdir(path)
        : Effect.scoped(Effect.flatMap(calls.create(path), (file) => file.stat))
    const { inode: partInode } = yield* making
    yield* calls.syncFolder(place.root)
    return { ...place, partInode }
  }).pipe(
    Effect.catch((fault) =>
      fault.code === 'EEXIST' ? Effect.succeed(undefined) : Effect.fail(fault)
    )
  )

/** What is there of a place whose inode was not noted, as it was made: with nothing in it. */
const unused = (
  calls: FileCalls,
  place: DownloadPlace
): Effect.Effect<FileStat | undefined, SystemFault> =>
  Effect.gen(function* () {
    if ((yield* calls.look(place.root))?.inode !== place.rootInode) return undefined
    const there = yield* calls.look(pathOf(place))
    if (there?.kind !== 'file' && there?.kind !== 'folder') return undefined
    const isEmpty =
      there.kind === 'file' ? there.bytes === 0 : (yield* calls.list(pathOf(place))).length === 0
    return isEmpty ? there : undefined
  })

/** The place that an earlier try noted, where it made it. */
const taken = (
  calls: FileCalls,
  { place }: PlaceNote,
  { kind }: TransferOffer
): Effect.Effect<DownloadPlace | undefined, SystemFault> =>
  Effect.gen(function* () {
    if (place === undefined || place.partInode !== undefined) return undefined
    const there = yield* unused(calls, place)
    if (there?.kind !== kind) return undefined
    yield* calls.syncFolder(place.root)
    return { ...place, partInode: there.inode }
  })

/** @param choose a place with a name that cannot be guessed. */
export const begin = (
  calls: FileCalls,
  choose: (offer: TransferOffer) => Effect.Effect<DownloadPlace, SystemFault | TransferError>,
  offer: TransferOffer,
  note: PlaceNote
): Effect.Effect<DownloadPlace, SystemFault | TransferError> =>
  Effect.gen(function* () {
    let place = yield* taken(calls, note, offer)
    while (place === undefined) {
      const chosen = yield* choose(offer)
      yield* note.write(chosen)
      place = yield* made(calls, chosen, offer)
    }
    yield* note.write(place)
    return place
  })

export const discard = (calls: FileCalls, place: DownloadPlace): Effect.Effect<void, SystemFault> =>
  Effect.gen(function* () {
    const isOwn =
      place.partInode === undefined
        ? (yield* unused(calls, place)) !== undefined
        : yield* isOurs(calls, place)
    if (!isOwn) return
    yield* calls.removeAll(pathOf(place))
    yield* calls.syncFolder(place.root)
  })
