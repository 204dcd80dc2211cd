/**
 * The disk of a simulated host, with the files of its user and what its program writes. It outlives the
 * processes; it is as large, as slow and as broken as the script of the world says. A killed process leaves
 * all that it wrote; a power cut takes what was not synced, bytes and names each for themselves.
 */
import * as Effect from 'effect/Effect'
import type { SimulatedClock } from './clock.ts'
import type { Dice } from './dice.ts'
import { FileCalls } from './memory-files-calls.ts'
import { type FileCallKind, SystemFault } from './memory-files-handle.ts'
import { type FileContent, WrittenContent } from './memory-files-content.ts'
import {
  find,
  FolderNode,
  type Node,
  namesOf,
  splitPath,
  writtenBytes
} from './memory-files-tree.ts'
import type { Timer } from './timer-heap.ts'

/** Least and most milliseconds of a call, and of one that waits for the disk. */
const CALL_MS = [0, 0.2] as const
const SYNC_MS = [0.1, 20] as const
const CAPACITY_BYTES = 2 ** 40
const MODIFIED_STEP_MS = 0.001

/** Something that a program asks of the disk, before it is done. */
export interface FileCall {
  /** Counted over all runs, from 1. */
  readonly number: number
  readonly kind: FileCallKind
  readonly path: string
}

export interface MemoryFilesWorld {
  readonly clock: SimulatedClock
  readonly dice: Dice
  /** Takes a line for every fault. */
  readonly tell: (line: string) => void
}

export class MemoryFiles {
  /** Bytes that programs may write in all; less than there are: full. */
  capacityBytes = CAPACITY_BYTES
  /** Of one call: least and most milliseconds. */
  callMs: readonly [number, number] = CALL_MS
  /** The same of a sync. */
  syncMs: readonly [number, number] = SYNC_MS
  /** How fast it writes and reads, over all calls together; undefined: in no time. */
  bytesPerSecond: number | undefined
  /** Called before each call, in the middle of whatever the program does. @returns the code that it fails with. */
  onCall: (call: FileCall) => string | undefined = () => undefined
  readonly #world: MemoryFilesWorld
  readonly #root = new FolderNode(1)
  #inodes = 1
  #run = 0
  #isUp = false
  #calls = 0
  #written = 0
  #busyUntilMs = 0
  #handles = 0
  readonly #waits = new Map<Timer, () => void>()

  constructor(world: MemoryFilesWorld) {
    this.#world = world
  }

  /** Of the run that goes on. A program that let go of everything has none. */
  get openHandles(): number {
    return this.#handles
  }

  /** Calls so far, of all runs. */
  get calls(): number {
    return this.#calls
  }

  /** Bytes that may still be written. */
  get room(): number {
    return Math.max(0, this.capacityBytes - this.#written)
  }

  /** The disk for one run of a process. */
  open(): FileCalls {
    const run = ++this.#run
    this.#isUp = true
    this.#handles = 0
    const isAlive = (): boolean => this.#isUp && this.#run === run
    return new FileCalls({
      root: this.#root,
      call: (kind, path, bytes, act) => this.#call(isAlive, { kind, path, bytes, act }),
      newInode: () => ++this.#inodes,
      wallMs: () => this.#world.clock.wall,
      room: () => this.room,
      onWritten: (bytes) => {
        this.#written += bytes
      },
      onHandle: (change) => {
        if (isAlive()) this.#handles += change
      }
    })
  }

  /** The process ended in order. */
  close(): void {
    this.#isUp = false
  }

  /** The process ends in mid-sentence, and nothing that it still asks for comes back. */
  crash(how: 'process' | 'power'): void {
    this.#isUp = false
    this.#handles = 0
    for (const [timer, wake] of this.#waits) {
      this.#world.clock.cancel(timer)
      this.#world.clock.soon(wake)
    }
    this.#waits.clear()
    this.#busyUntilMs = 0
    if (how === 'process') return
    this.#root.cutPower(this.#world.dice)
    this.#written = writtenBytes(this.#root)
  }

  /** Puts a file there, as the user does, with its folders; what is there is written over. */
  put(path: string, content: FileContent, isExecutable = false): void {
    const modifiedMs = this.#world.clock.wall
    const old = find(this.#root, path)
    if (old?.kind !== 'file') {
      const inode = ++this.#inodes
      return this.#place(path, { kind: 'file', inode, content, modifiedMs, isExecutable, links: 0 })
    }
    old.content = content
    old.modifiedMs = Math.max(modifiedMs, old.modifiedMs + MODIFIED_STEP_MS)
    old.isExecutable = isExecutable
    this.#written = writtenBytes(this.#root)
  }

  /** The same with a text. */
  putText(path: string, text: string): void {
    const content = new WrittenContent()
    content.write(0, new TextEncoder().encode(text))
    content.sync()
    this.put(path, content)
  }

  putFolder(path: string): void {
    if (find(this.#root, path)?.kind !== 'folder') this.#place(path, this.#newFolder())
  }

  putLink(path: string, target: string): void {
    this.#place(path, { kind: 'link', inode: ++this.#inodes, target })
  }

  /** Puts a device there. */
  putSpecial(path: string): void {
    this.#place(path, { kind: 'special', inode: ++this.#inodes })
  }

  /** Takes it away with all that is in it, as the user does. */
  remove(path: string): void {
    this.#place(path, undefined)
  }

  /** What a file holds; undefined: there is none. */
  content(path: string): FileContent | undefined {
    const node = find(this.#root, path)
    return node?.kind === 'file' ? node.content : undefined
  }

  /** All bytes of a file; undefined: there is none. */
  read(path: string): Uint8Array | undefined {
    const content = this.content(path)
    if (content === undefined) return undefined
    const bytes = new Uint8Array(content.bytes)
    content.read(0, bytes)
    return bytes
  }

  /** The names in a folder, sorted; none where there is no folder. */
  list(path: string): readonly string[] {
    const node = find(this.#root, path)
    return node?.kind === 'folder' ? node.names() : []
  }

  #newFolder(): FolderNode {
    return new FolderNode(++this.#inodes)
  }

  /** At once, and safe from a power cut. */
  #place(path: string, node: Node | undefined): void {
    const { folder, name } = splitPath(path)
    let at = this.#root
    for (const step of namesOf(folder)) {
      const next = at.get(step)
      const inner = next?.kind === 'folder' ? next : this.#newFolder()
      if (inner !== next) at.change(new Map([[step, inner]]))
      at.sync()
      at = inner
    }
    const old = at.get(name)
    at.change(new Map([[name, node]]))
    at.sync()
    this.#written =
      old === undefined ? this.#written + writtenBytes(node) : writtenBytes(this.#root)
  }

  /**
   * One call: it happens at its beginning or at its end, as the dice say, so that a crash in its middle may
   * find it done or not. It cannot be interrupted, as a call of a system cannot.
   */
  #call<A>(
    isAlive: () => boolean,
    { kind, path, bytes, act }: Asked<A>
  ): Effect.Effect<A, SystemFault> {
    const outcome = (done: A | SystemFault): Effect.Effect<A, SystemFault> => {
      if (!isAlive()) return Effect.interrupt
      return done instanceof SystemFault ? Effect.fail(done) : Effect.succeed(done)
    }
    const asked = Effect.suspend(() => {
      if (!isAlive()) return Effect.interrupt
      const code = this.onCall({ number: ++this.#calls, kind, path })
      if (!isAlive()) return Effect.interrupt
      if (code !== undefined) this.#world.tell(`${kind} ${path}: ${code}`)
      const really = code === undefined ? act : () => new SystemFault({ code, path })
      const waits = this.#wait(this.#delayOf(kind, bytes))
      if (this.#world.dice.chance(0.5)) {
        const done = really()
        return Effect.flatMap(waits, () => outcome(done))
      }
      return Effect.flatMap(waits, () => (isAlive() ? outcome(really()) : Effect.interrupt))
    })
    return Effect.uninterruptible(asked)
  }

  #delayOf(kind: FileCallKind, bytes: number): number {
    const { clock, dice } = this.#world
    const [least, most] = kind === 'sync' ? this.syncMs : this.callMs
    const ms = least + dice.float() * (most - least)
    if (this.bytesPerSecond === undefined || bytes === 0) return ms
    this.#busyUntilMs =
      Math.max(clock.now, this.#busyUntilMs) + (bytes * 1_000) / this.bytesPerSecond
    return ms + this.#busyUntilMs - clock.now
  }

  #wait(ms: number): Effect.Effect<void> {
    if (ms <= 0) return Effect.void
    return Effect.callback<void>((resume) => {
      const wake = () => resume(Effect.void)
      const timer = this.#world.clock.schedule(() => {
        this.#waits.delete(timer)
        wake()
      }, ms)
      this.#waits.set(timer, wake)
    })
  }
}

interface Asked<A> {
  readonly kind: FileCallKind
  readonly path: string
  readonly bytes: number
  readonly act: () => A | SystemFault
}
