/**
 * The Downloads port: the one part of the program that makes, names or removes anything in the download folder
 * (pains and attacks, P5–P7). What is unfinished has a name that nobody can guess and is its owner's alone; of the
 * peer's modes only "the owner may run it" is taken, and that at the very end; before it has its name, it is marked
 * as what came from elsewhere.
 */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import * as Clock from 'effect/Clock'
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
import { type Mark, markOf } from './marks.ts'
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

/** The files of a folder, by their paths in it; of a file alone none. */
const filesIn = ({ offer, list }: Job): readonly string[] =>
  offer.kind === 'file' ? [] : list.filter(({ kind }) => kind === 'file').map(({ path }) => path)

const writable = async (root: Folder, job: Job, bytes: number, mark: Mark): Promise<Opened> => {
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
      publish: Effect.flatMap(Clock.currentTimeMillis, (now) =>
        working(path, async () => {
          await writing.finish()
          await mark(root.in(job.place.part), filesIn(job), now)
          return join(root.path, await publish(root, job))
        })
      )
    },
    close: async () => {
      await writing.close()
      await root.close()
    }
  }
}

const open = async (roots: Root, job: Job, bytes: number, mark: Mark): Promise<Opened> => {
  const { place, offer } = job
  checkList(job, partOf(place))
  const root = await roots.again(place)
  try {
    const isWhole = bytes === offer.bytes && (await root.look(place.part)) === undefined
    const name = isWhole ? await publishedName(root, job) : undefined
    return name === undefined ? await writable(root, job, bytes, mark) : published(root, job, name)
  } catch (error) {
    await root.close()
    throw error
  }
}

const opening = (roots: Root, job: Job, bytes: number, mark: Mark) =>
  Effect.acquireRelease(
    working(partOf(job.place), () => open(roots, job, bytes, mark)),
    (opened) => Effect.promise(() => opened.close())
  ).pipe(Effect.map(({ download }) => download))

/** What the file system gives to users, without what is left alone. */
const roomIn = async (root: Folder): Promise<number> => {
  const { bavail, bsize } = await statfs(root.base)
  return Math.max(0, bavail * bsize - DISK_RESERVE_BYTES)
}

/**
 * @param options isHeld is for tests: false as on systems where an open folder is no way in; mark too: otherwise it is
 * that of this system.
 */
export const layer = (options: {
  /** Where files go, absolute. */
  readonly folder: string
  readonly isHeld?: boolean
  readonly mark?: Mark
}): Layer.Layer<Downloads> => {
  const { folder, mark = markOf(process.platform) } = options
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
      opening(roots, { place, offer, list }, bytes, mark),
    discard: (place) => Effect.asVoid(inRootOf(place, (root) => discard(root, place)))
  })
}
