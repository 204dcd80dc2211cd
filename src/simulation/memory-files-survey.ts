/** The FileSources port of a simulated host, over its disk in memory. */
import * as Effect from 'effect/Effect'
import { safeEntryNameFor, safeNameFor } from '../domain/file-names.ts'
import { TRANSFER_DEPTH_MAX, TRANSFER_ENTRIES_MAX } from '../domain/limits.ts'
import { TransferError, type TransferFailure } from '../domain/transfer-failures.ts'
import type { TransferEntry } from '../domain/transfers.ts'
import type { FileSources, Survey } from '../services/file-sources.ts'
import type { SourceEntry } from '../services/transfer-notes.ts'
import type { FileCalls } from './memory-files-calls.ts'
import type { FileStat, SystemFault } from './memory-files-handle.ts'
import { splitPath } from './memory-files-tree.ts'

const fail = (reason: TransferFailure) => Effect.fail(new TransferError({ reason }))

/** Of a path that the user typed. */
const unreadable = ({ code, path }: SystemFault) =>
  fail(
    code === 'ENOENT' ? { _tag: 'SourceMissing', path } : { _tag: 'SourceUnreadable', path, code }
  )

/** A survey under way. */
class Surveying {
  readonly list: TransferEntry[] = []
  readonly sources: SourceEntry[] = []
  readonly skipped: { readonly path: string; readonly why: 'link' | 'special' | 'unreadable' }[] =
    []
  readonly renamed: { readonly path: string; readonly as: string }[] = []
  readonly #calls: FileCalls
  readonly #root: string
  readonly #onFound: (entries: number) => void

  constructor(calls: FileCalls, root: string, onFound: (entries: number) => void) {
    this.#calls = calls
    this.#root = root
    this.#onFound = onFound
  }

  add(path: string, as: string, stat: FileStat): void {
    const { kind, bytes, modifiedMs, inode, isExecutable: executable } = stat
    this.list.push({ path: as, kind: kind === 'folder' ? 'folder' : 'file', bytes, executable })
    this.sources.push({ path, bytes, modifiedMs, inode })
    this.#onFound(this.list.length)
  }

  /** What is in a folder. @param as the folder's path in the list, with a `/` behind it, or nothing. */
  folder(path: string, as: string, depth: number): Effect.Effect<void, TransferError> {
    return Effect.gen({ self: this }, function* () {
      const names = yield* this.#calls.list(path).pipe(Effect.catch(() => this.#skip(path)))
      const taken = new Set<string>()
      for (const name of names ?? []) {
        const safe = this.#freeName(`${path}/${name}`, name, taken)
        yield* this.#entry(`${path}/${name}`, as + safe, depth)
      }
    })
  }

  #entry(path: string, as: string, depth: number): Effect.Effect<void, TransferError> {
    return Effect.gen({ self: this }, function* () {
      const stat = yield* this.#calls.stat(path).pipe(Effect.catch(() => this.#skip(path)))
      if (stat === undefined) return
      if (stat.kind === 'link' || stat.kind === 'special') {
        this.skipped.push({ path, why: stat.kind })
        return
      }
      const at = this.#root
      if (depth > TRANSFER_DEPTH_MAX)
        return yield* fail({ _tag: 'SourceTooDeep', path: at, limit: TRANSFER_DEPTH_MAX })
      if (this.list.length === TRANSFER_ENTRIES_MAX)
        return yield* fail({ _tag: 'SourceTooMany', path: at, limit: TRANSFER_ENTRIES_MAX })
      this.add(path, as, stat)
      if (stat.kind === 'folder') yield* this.folder(path, `${as}/`, depth + 1)
    })
  }

  #skip(path: string): Effect.Effect<undefined> {
    this.skipped.push({ path, why: 'unreadable' })
    return Effect.succeed(undefined)
  }

  #freeName(path: string, name: string, taken: Set<string>): string {
    const safe = safeEntryNameFor(name)
    let free = safe
    for (let number = 1; taken.has(free); number++) free = `${safe} (${number})`
    taken.add(free)
    if (free !== name) this.renamed.push({ path, as: free })
    return free
  }
}

/** @param home where a relative path begins. */
export const makeMemorySources = (calls: FileCalls, home: string): FileSources['Service'] => {
  const absolute = (path: string): string => {
    const rest = path === '~' ? '' : path.replace(/^~\//u, '')
    return rest.startsWith('/') ? rest : `${home}/${rest}`.replace(/\/+$/u, '')
  }
  const survey = (
    typed: string,
    onFound: (entries: number) => void
  ): Effect.Effect<Survey, TransferError> =>
    Effect.gen(function* () {
      const path = absolute(typed)
      const stat = yield* calls.stat(path).pipe(Effect.catch(unreadable))
      if (stat.kind === 'link' || stat.kind === 'special')
        return yield* fail({ _tag: 'SourceSpecial', path })
      const name = safeNameFor(splitPath(path).name)
      const found = new Surveying(calls, path, onFound)
      if (stat.kind === 'folder') yield* found.folder(path, '', 1)
      else found.add(path, name, stat)
      const { list, sources, skipped, renamed } = found
      const own = name === splitPath(path).name ? [] : [{ path, as: name }]
      return { name, kind: stat.kind, list, sources, skipped, renamed: [...own, ...renamed] }
    })
  return {
    survey: (path, onFound = () => undefined) => survey(path, onFound),
    open: (source) =>
      Effect.gen(function* () {
        const { path } = source
        const changed = fail({ _tag: 'SourceChanged', path })
        const look = (stat: FileStat) =>
          stat.inode === source.inode &&
          stat.bytes === source.bytes &&
          stat.modifiedMs === source.modifiedMs
        const refused = (fault: SystemFault) =>
          fault.code === 'ENOENT' ? changed : unreadable(fault)
        const file = yield* calls.open(path).pipe(Effect.catch(refused))
        if (!look(yield* file.stat.pipe(Effect.catch(refused)))) return yield* changed
        return {
          read: (at: number, target: Uint8Array) =>
            Effect.gen(function* () {
              const bytes = yield* file.read(at, target)
              if (bytes < target.length || !look(yield* file.stat)) return yield* changed
              // What lies under the name may be another file by now.
              const now = yield* calls.stat(path)
              if (!look(now)) return yield* changed
            }).pipe(
              Effect.catch((fault) =>
                fault._tag === 'SystemFault' ? refused(fault) : Effect.fail(fault)
              )
            )
        }
      }),
    complete: () => []
  }
}
