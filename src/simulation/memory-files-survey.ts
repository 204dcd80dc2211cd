/** What there is under a path of a simulated disk, as it can be offered. */
import * as Effect from 'effect/Effect'
import { foldedName, safeEntryNameFor, safeNameFor } from '../domain/file-names.ts'
import { TRANSFER_DEPTH_MAX, TRANSFER_ENTRIES_MAX } from '../domain/limits.ts'
import { TransferError, type TransferFailure } from '../domain/transfer-failures.ts'
import type { SkipReason, TransferEntry } from '../domain/transfers.ts'
import type { Survey } from '../services/file-sources.ts'
import type { SourceEntry } from '../services/transfer-notes.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { FileStat, SystemFault } from './memory-files-handle.ts'
import { splitPath } from './memory-files-tree.ts'

export const failed = (reason: TransferFailure) => Effect.fail(new TransferError({ reason }))

/** The error that stands for a code of the system. */
export const unreadable = ({ code, path }: SystemFault) =>
  failed(
    code === 'ENOENT' ? { _tag: 'SourceMissing', path } : { _tag: 'SourceUnreadable', path, code }
  )

/** By code points, as the list of an offer is ordered; code units put some of them elsewhere. */
const inOrder = (one: string, other: string): number => {
  const [ones, others] = [Array.from(one), Array.from(other)]
  const at = ones.findIndex((point, index) => point !== others[index])
  if (at < 0) return ones.length - others.length
  return (ones[at]?.codePointAt(0) ?? 0) - (others[at]?.codePointAt(0) ?? -1)
}

/** An entry on the way: where it is, and what it is called here and in the offer, from the top on. */
interface Place {
  readonly path: string
  readonly local: string
  readonly wire: string
}

const below = (parent: string, name: string): string => (parent === '' ? name : `${parent}/${name}`)

class Surveying {
  readonly list: TransferEntry[] = []
  readonly sources: SourceEntry[] = []
  readonly skipped: { readonly path: string; readonly why: SkipReason }[] = []
  readonly renamed: { readonly path: string; readonly as: string }[] = []
  readonly #calls: FileCalls
  readonly #top: string
  readonly #onFound: (entries: number) => void

  constructor(calls: FileCalls, top: string, onFound: (entries: number) => void) {
    this.#calls = calls
    this.#top = top
    this.#onFound = onFound
  }

  add({ path, local, wire }: Place, stat: FileStat): Effect.Effect<void, TransferError> {
    const { kind, bytes, modifiedMs, inode, isExecutable: executable } = stat
    const top = this.#top
    if (wire.split('/').length > TRANSFER_DEPTH_MAX)
      return failed({ _tag: 'SourceTooDeep', path: top, limit: TRANSFER_DEPTH_MAX })
    if (this.list.length === TRANSFER_ENTRIES_MAX)
      return failed({ _tag: 'SourceTooMany', path: top, limit: TRANSFER_ENTRIES_MAX })
    this.list.push({ path: wire, kind: kind === 'folder' ? kind : 'file', bytes, executable })
    this.sources.push({ path, bytes, modifiedMs, inode })
    this.named(local, wire)
    this.#onFound(this.list.length)
    return Effect.void
  }

  named(path: string, as: string): void {
    if (splitPath(path).name !== splitPath(as).name) this.renamed.push({ path, as })
  }

  /** All that is in a folder, in order, each folder in front of what it holds. */
  folder({ path, local, wire }: Place): Effect.Effect<void, TransferError> {
    return Effect.gen({ self: this }, function* () {
      const listed = this.#calls.list(path)
      const names = yield* local === ''
        ? listed.pipe(Effect.catch(unreadable))
        : listed.pipe(Effect.catch(() => this.#skip(local)))
      const taken = new Set<string>()
      for (const name of names?.toSorted(inOrder) ?? []) {
        const own = below(local, name)
        const stat = yield* this.#calls
          .stat(`${path}/${name}`)
          .pipe(Effect.catch(() => this.#skip(own)))
        if (stat === undefined) continue
        if (stat.kind === 'link' || stat.kind === 'special') {
          this.skipped.push({ path: own, why: stat.kind })
          continue
        }
        const place = {
          path: `${path}/${name}`,
          local: own,
          wire: below(wire, freeName(name, taken))
        }
        yield* this.add(place, stat)
        if (stat.kind === 'folder') yield* this.folder(place)
      }
    })
  }

  #skip(path: string): Effect.Effect<undefined> {
    this.skipped.push({ path, why: 'unreadable' })
    return Effect.succeed(undefined)
  }
}

/** A safe name that no other of its folder has; it is taken now. */
const freeName = (name: string, taken: Set<string>): string => {
  const safe = safeEntryNameFor(name)
  let free = safe
  for (let number = 1; taken.has(foldedName(free)); number++) free = `${safe} (${number})`
  taken.add(foldedName(free))
  return free
}

/** @param path absolute; a link there is followed, since the user means it. */
export const surveyOf = (
  calls: FileCalls,
  path: string,
  onFound: (entries: number) => void
): Effect.Effect<Survey, TransferError> =>
  Effect.gen(function* () {
    const real = yield* calls.realPath(path).pipe(Effect.catch(unreadable))
    const stat = yield* calls.stat(real).pipe(Effect.catch(unreadable))
    if (stat.kind === 'link' || stat.kind === 'special')
      return yield* failed({ _tag: 'SourceSpecial', path })
    const local = splitPath(path).name
    const name = safeNameFor(local)
    const found = new Surveying(calls, path, onFound)
    if (stat.kind === 'file') yield* found.add({ path: real, local, wire: name }, stat)
    else {
      found.named(local, name)
      yield* found.folder({ path: real, local: '', wire: '' })
    }
    const { list, sources, skipped, renamed } = found
    return { name, kind: stat.kind, list, sources, skipped, renamed }
  })
