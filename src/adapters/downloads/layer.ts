/**
 * The Downloads port: the one part of the program that makes, names or removes anything in the download folder
 * (pains and attacks, P5–P7). What is unfinished has a name that nobody can guess and is its owner's alone; of the
 * peer's modes only "the owner may run it" is taken, and that at the very end. Files are not marked as downloaded
 * (the quarantine of macOS, the zones of Windows).
 */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { DISK_RESERVE_BYTES } from '../../domain/limits.ts'
import type { TransferError } from '../../domain/transfer-failures.ts'
import { Downloads, type OpenDownload } from '../../services/downloads.ts'
import type { DownloadPlace } from '../../services/transfer-notes.ts'
import { begin, freeName, type InFolderOf } from './begin.ts'
import { discard } from './discard.ts'
import { placeLost, working } from './faults.ts'
import { type Folder, within } from './folder.ts'
import { checkList } from './names.ts'
import { publish, publishedName } from './publish.ts'
import { makeRoot, type Root } from './root.ts'
import { type Job, Writing } from './writing.ts'

/** A transfer that is open, and how it is let go of. */
interface Opened {
  readonly download: OpenDownload
  readonly close: () => Promise<void>
}

const partOf = ({ root, part }: DownloadPlace): string => join(root, part)

/** The end of it came before, and only its note was not written any more. */
const published = (root: Folder, { place }: Job, name: string): Opened => ({
  download: {
    write: () => Effect.fail(placeLost(partOf(place))),
    sync: Effect.void,
    publish: working(root.path, () => root.sync()).pipe(Effect.as(join(root.path, name)))
  },
  close: () => root.close()
})

const writable = async (root: Folder, job: Job, bytes: number): Promise<Opened> => {
  const path = partOf(job.place)
  const writing = await Writing.open(job, root)
  try {
    await writing.cutBack(bytes)
  } catch (error) {
    await writing.close()
    throw error
  }
  return {
    download: {
      write: (entry, at, views) => working(path, () => writing.write(entry, at, views)),
      sync: working(path, () => writing.sync()),
      publish: working(path, async () => {
        await writing.finish()
        return join(root.path, await publish(root, job))
      })
    },
    close: async () => {
      await writing.close()
      await root.close()
    }
  }
}

const open = async (roots: Root, job: Job, bytes: number): Promise<Opened> => {
  const { place, offer } = job
  checkList(job, partOf(place))
  const root = await roots.again(place)
  try {
    const isWhole = bytes === offer.bytes && (await root.look(place.part)) === undefined
    const name = isWhole ? await publishedName(root, job) : undefined
    return name === undefined ? await writable(root, job, bytes) : published(root, job, name)
  } catch (error) {
    await root.close()
    throw error
  }
}

const opening = (roots: Root, job: Job, bytes: number) =>
  Effect.acquireRelease(
    working(partOf(job.place), () => open(roots, job, bytes)),
    (opened) => Effect.promise(() => opened.close())
  ).pipe(Effect.map(({ download }) => download))

/** What the file system gives to users, without what is left alone. */
const roomIn = async (root: Folder): Promise<number> => {
  const { bavail, bsize } = await statfs(root.base)
  return Math.max(0, bavail * bsize - DISK_RESERVE_BYTES)
}

/** @param options isHeld is for tests: false as on systems where an open folder is no way in. */
export const layer = (options: {
  /** Where files go, absolute. */
  readonly folder: string
  readonly isHeld?: boolean
}): Layer.Layer<Downloads> => {
  const { folder } = options
  const roots = makeRoot(folder, options.isHeld)
  const inRoot = <A>(work: (root: Folder) => Promise<A>): Effect.Effect<A, TransferError> =>
    working(folder, async () => within(await roots.open(), work))
  const inRootOf: InFolderOf = (place, work) =>
    working(partOf(place), async () => {
      const root = await roots.find(place)
      return root === undefined ? undefined : within(root, work)
    })
  return Layer.succeed(Downloads, {
    folder,
    nameFor: (offer) => inRoot((root) => freeName(root, offer)),
    room: inRoot(roomIn),
    begin: (offer, note) => begin({ now: inRoot, of: inRootOf }, offer, note),
    open: (place, offer, list, bytes): Effect.Effect<OpenDownload, TransferError, Scope> =>
      opening(roots, { place, offer, list }, bytes),
    discard: (place) => Effect.asVoid(inRootOf(place, (root) => discard(root, place)))
  })
}
