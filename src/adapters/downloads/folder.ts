/**
 * Folders that are held while something is done in them. On Linux a folder is open, and everything in it is reached
 * through /proc/self/fd, so that whatever takes its name meanwhile is not followed. Other systems have no such way
 * in: there its device and inode are compared before and after each step, and PlaceLost is what a swap ends in.
 */
import { type BigIntStats, constants, existsSync, fstatSync } from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { codeOf, syncDirectory } from '../private-files.ts'
import { close, fsync, open } from './calls.ts'
import { placeLost } from './faults.ts'

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0
const AS_FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | NO_FOLLOW
/** A named pipe does not make us wait for its other end. */
export const AS_FILE = constants.O_WRONLY | NO_FOLLOW | (constants.O_NONBLOCK ?? 0)
export const AS_NEW_FILE = AS_FILE | constants.O_CREAT | constants.O_EXCL

const HAS_DESCRIPTOR_PATHS = process.platform === 'linux' && existsSync('/proc/self/fd')

export const inodeOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`

/** What is under a name itself, not what it leads to; undefined: nothing. */
export const look = async (path: string): Promise<BigIntStats | undefined> => {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

export class Folder {
  /** For people. */
  readonly path: string
  readonly stats: BigIntStats
  readonly inode: string
  readonly #base: string
  readonly #fd: number | undefined

  private constructor(path: string, base: string, stats: BigIntStats, fd: number | undefined) {
    this.path = path
    this.stats = stats
    this.inode = inodeOf(stats)
    this.#base = base
    this.#fd = fd
  }

  /** Never through a link. @param isHeld by a descriptor; otherwise it is only watched. */
  static async open(path: string, at = path, isHeld = HAS_DESCRIPTOR_PATHS): Promise<Folder> {
    if (!isHeld) {
      const there = await lstat(at, { bigint: true })
      if (!there.isDirectory()) throw placeLost(path)
      return new Folder(path, at, there, undefined)
    }
    const fd = await open(at, AS_FOLDER)
    return new Folder(path, `/proc/self/fd/${fd}`, fstatSync(fd, { bigint: true }), fd)
  }

  get isHeld(): boolean {
    return this.#fd !== undefined
  }

  /** Leads to it, whatever its name leads to. */
  get base(): string {
    return this.#base
  }

  /** The way to a name in it. */
  in(name: string): string {
    return `${this.#base}/${name}`
  }

  /** Does one step in it. */
  async step<A>(work: () => Promise<A>): Promise<A> {
    await this.#check()
    const done = await work()
    await this.#check()
    return done
  }

  async #check(): Promise<void> {
    if (this.isHeld) return
    const there = await look(this.#base)
    if (there === undefined || inodeOf(there) !== this.inode) throw placeLost(this.path)
  }

  /** The inner folder of this name. */
  enter(name: string): Promise<Folder> {
    return this.step(() => Folder.open(`${this.path}/${name}`, this.in(name), this.isHeld))
  }

  /** Makes an inner folder for its owner alone. @returns false: the name is taken. */
  make(name: string): Promise<boolean> {
    return this.step(async () => {
      try {
        await mkdir(this.in(name), { mode: 0o700 })
        return true
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false
        throw error
      }
    })
  }

  look(name: string): Promise<BigIntStats | undefined> {
    return this.step(() => look(this.in(name)))
  }

  /** Names in it are safe from a power cut. */
  sync(): Promise<void> {
    return this.#fd === undefined ? this.step(() => syncDirectory(this.#base)) : fsync(this.#fd)
  }

  async close(): Promise<void> {
    if (this.#fd !== undefined) await close(this.#fd)
  }
}

/** Does something in a folder and lets go of it. */
export const within = async <A>(
  folder: Folder,
  work: (folder: Folder) => Promise<A>
): Promise<A> => {
  try {
    return await work(folder)
  } finally {
    await folder.close()
  }
}
