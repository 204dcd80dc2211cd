/** A transfer that is being written, entry by entry. For one fiber at a time. */
import type { BigIntStats } from 'node:fs'
import type { TransferEntry, TransferOffer } from '../../domain/transfers.ts'
import type { DownloadPlace } from '../../services/transfer-notes.ts'
import { codeOf } from '../private-files.ts'
import { close, fchmod, fdatasync, ftruncate, writeAll } from './calls.ts'
import { placeLost } from './faults.ts'
import type { Folder } from './folder.ts'
import { create, openEntry, openPart } from './part-file.ts'
import { Settling } from './settling.ts'
import { enterPart, nameOf, parentOf, Tree } from './tree.ts'

const RUNNABLE_MODE = 0o700

export interface Job {
  readonly place: DownloadPlace
  readonly offer: TransferOffer
  readonly list: readonly TransferEntry[]
}

/** The entry that is being written. */
interface Current {
  readonly entry: number
  readonly fd: number
}

export class Writing {
  readonly #job: Job
  readonly #partInode: string
  readonly #root: Folder
  /** Of a folder only. */
  readonly #tree: Tree | undefined
  readonly #settling = new Settling()
  #current: Current | undefined
  /** Entries before this one are there, folders and empty files too. */
  #made = 0

  private constructor(job: Job, partInode: string, root: Folder, tree: Tree | undefined) {
    this.#job = job
    this.#partInode = partInode
    this.#root = root
    this.#tree = tree
  }

  /** @param root stays the caller's. */
  static async open(job: Job, root: Folder): Promise<Writing> {
    const { part, partInode } = job.place
    if (partInode === undefined) throw placeLost(`${root.path}/${part}`)
    if (job.offer.kind === 'file') {
      await close(await openPart(root, part, partInode))
      return new Writing(job, partInode, root, undefined)
    }
    return new Writing(job, partInode, root, new Tree(await enterPart(root, part, partInode)))
  }

  async write(entry: number, at: number, views: readonly Uint8Array[]): Promise<void> {
    const fd = this.#current?.entry === entry ? this.#current.fd : await this.#begin(entry)
    let bytes: number
    try {
      bytes = await writeAll(fd, views, at)
    } catch (error) {
      // Part of it may be there: what is not whole is taken back. If not even that goes, the next open does it.
      await ftruncate(fd, at).catch(() => undefined)
      throw error
    }
    this.#settling.wrote(fd, bytes)
  }

  /**
   * Whatever is behind the first `bytes` bytes of all entries together is gone. Files are begun in order: behind one
   * that was never begun there is at most what a power cut left out of order, which is written over in its turn.
   */
  async cutBack(bytes: number): Promise<void> {
    let left = bytes
    for (const [index, { kind, bytes: size }] of this.#job.list.entries()) {
      if (kind === 'folder') continue
      const keep = Math.min(left, size)
      left -= keep
      if (!(await this.#cut(index, keep)) && size > 0) return
    }
  }

  async sync(): Promise<void> {
    if (this.#current !== undefined) await fdatasync(this.#current.fd)
    await this.#settling.done()
    await this.#tree?.sync()
  }

  /** Makes what is missing; then all of it is as it was offered, and safe from a power cut. */
  async finish(): Promise<void> {
    await this.#end()
    await this.#makeUpTo(this.#job.list.length)
    for (const [index, { executable }] of this.#job.list.entries())
      if (executable) await this.#makeRunnable(index)
    await this.sync()
    if (this.#tree !== undefined) return
    const fd = await this.#openAgain(0)
    try {
      await fdatasync(fd)
    } finally {
      await close(fd)
    }
  }

  /** Lets go of what is open. Never fails. */
  async close(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await this.#settling.rest()
    await Promise.allSettled([
      ...(current === undefined ? [] : [close(current.fd)]),
      this.#settling.drop()
    ])
    await this.#tree?.close().catch(() => undefined)
  }

  #pathOf(entry: number): string {
    return this.#job.list[entry]?.path ?? ''
  }

  async #begin(entry: number): Promise<number> {
    await this.#end()
    await this.#makeUpTo(entry)
    const fd = await this.#openOrCreate(entry)
    this.#current = { entry, fd }
    return fd
  }

  /** Hands over the entry that was being written. */
  async #end(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    if (current !== undefined) await this.#settling.add(current.fd)
  }

  async #makeUpTo(end: number): Promise<void> {
    for (; this.#made < end; this.#made += 1) {
      const entry = this.#job.list[this.#made]
      if (entry?.kind === 'folder') await this.#tree?.make(entry.path)
      else if (entry?.bytes === 0) await this.#settling.add(await this.#openOrCreate(this.#made))
    }
  }

  async #openOrCreate(entry: number): Promise<number> {
    if (this.#tree === undefined) return this.#openAgain(entry)
    const path = this.#pathOf(entry)
    const folder = await this.#tree.enter(parentOf(path))
    const fd = await create(folder, nameOf(path))
    if (fd === undefined) return openEntry(folder, nameOf(path))
    this.#tree.changed(parentOf(path))
    return fd
  }

  async #openAgain(entry: number): Promise<number> {
    if (this.#tree === undefined) return openPart(this.#root, this.#job.place.part, this.#partInode)
    const path = this.#pathOf(entry)
    return openEntry(await this.#tree.enter(parentOf(path)), nameOf(path))
  }

  async #makeRunnable(entry: number): Promise<void> {
    const fd = await this.#openAgain(entry)
    try {
      await fchmod(fd, RUNNABLE_MODE & ~process.umask())
    } finally {
      await this.#settling.add(fd)
    }
  }

  /** How long the file is; undefined: it is not there. Its folder is made by the way, and may be missing too. */
  async #lengthOf(entry: number): Promise<number | undefined> {
    const path = this.#pathOf(entry)
    const { place } = this.#job
    if (this.#tree === undefined) return lengthOf(await this.#root.look(place.part))
    try {
      const folder = await this.#tree.enter(parentOf(path))
      return lengthOf(await folder.look(nameOf(path)))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** @returns whether the file is there. */
  async #cut(entry: number, keep: number): Promise<boolean> {
    const length = await this.#lengthOf(entry)
    const { root, part } = this.#job.place
    if ((length ?? 0) < keep) throw placeLost(`${root}/${part}`)
    if (length === undefined) return false
    if (length === keep) return true
    const fd = await this.#openAgain(entry)
    try {
      await ftruncate(fd, keep)
    } finally {
      await this.#settling.add(fd)
    }
    return true
  }
}

const lengthOf = (stats: BigIntStats | undefined): number | undefined =>
  stats === undefined ? undefined : Number(stats.size)
