/**
 * One end of the talk that is killed again and again: a home, and one run of the built program
 * (`--json`) after the other in it. What all of them told is kept, the texts as their numbers.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { EarshotEvent, EventType } from '../../../../src/domain/events.ts'
import { environmentOf, root } from '../program.ts'
import { Waiting } from '../waiting.ts'
import { lineOf, type Name, numberOf } from './lines.ts'

const PROGRAM = join(root, 'bin', 'earshot')

type EventOf<T extends EventType> = Extract<EarshotEvent, { readonly type: T }>

/** A line that was told as queued by its sender, or shown at the other end. */
export interface Line {
  readonly n: number
  readonly id: string
  readonly run: number
  /** true: shown with `again`. */
  readonly again: boolean
}

/** Ids of one event. */
interface Ids {
  readonly run: number
  readonly ids: readonly string[]
}

/** What one end told, over all its runs. */
export interface Heard {
  readonly name: Name
  readonly queued: readonly Line[]
  readonly shown: readonly Line[]
  readonly delivered: readonly Ids[]
  readonly read: readonly Ids[]
  /** What must not happen, as it happened. */
  readonly faults: readonly string[]
}

/** Never in a talk in which processes die and disks are well. */
const UNEXPECTED = new Set<EventType>([
  'app.failed',
  'app.profile',
  'listen.moved',
  'listen.failed',
  'store.set-aside',
  'delivery.held',
  'delivery.restarted',
  'message.failed',
  'peer.unsaved',
  'history.failed',
  'transfer.refused',
  'transfer.notes-damaged',
  'command.invalid',
  'command.unavailable'
])

export interface EndOptions {
  readonly name: Name
  readonly home: string
  readonly port: number
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Hears each event as it is told. */
  readonly hears?: (end: End, event: EarshotEvent) => void
}

export class End implements Heard {
  readonly name: Name
  readonly home: string
  readonly address: string
  /** Its peer id, once it was told. */
  id = ''
  /** Runs so far. */
  run = 0
  /** Lines that were said. */
  said = 0
  /** Times that it was killed, and stopped. */
  readonly hits = { SIGKILL: 0, SIGSTOP: 0 }
  readonly queued: Line[] = []
  readonly shown: Line[] = []
  readonly delivered: Ids[] = []
  readonly read: Ids[] = []
  readonly faults: string[] = []
  readonly #deliveredIds = new Set<string>()
  readonly #options: EndOptions
  readonly #events: EarshotEvent[] = []
  readonly #waiting: Waiting
  #child: ChildProcessWithoutNullStreams | undefined
  #ended: Promise<void> = Promise.resolve()
  #mayEnd = false

  constructor(options: EndOptions) {
    this.#options = options
    this.name = options.name
    this.home = options.home
    this.address = `127.0.0.1:${options.port}`
    this.#waiting = new Waiting(() => this.lastTold(12))
  }

  /** The events that were told last, for a person who looks for a fault. */
  lastTold(count: number): string {
    return this.#events
      .slice(-count)
      .map((event) => `${this.name}#${this.run} ${JSON.stringify(event).slice(0, 300)}`)
      .join('\n')
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /** Starts the program. @param target whom it calls. */
  start(target?: End): void {
    const { home, port, args = [], env } = this.#options
    const call = target === undefined ? [] : ['--connect', target.address]
    const child = spawn(
      process.execPath,
      [PROGRAM, '--json', '--port', `${port}`, '-n', this.name, ...call, ...args],
      { cwd: home, env: environmentOf(home, env), stdio: 'pipe' }
    )
    this.run += 1
    const { run } = this
    this.#child = child
    this.#mayEnd = false
    // A program that was killed does not read what is still written to it.
    child.stdin.on('error', () => undefined)
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#fault(run, text))
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      // What a kill cut off was not told.
      rest = lines.pop() ?? ''
      for (const line of lines) this.#heard(run, JSON.parse(line) as EarshotEvent)
      this.#waiting.arrived()
    })
    this.#ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.#child = undefined
        if (!this.#mayEnd || (signal !== 'SIGKILL' && code !== 0))
          this.#fault(run, `it ended: ${signal ?? `exit code ${code}`}`)
        resolve()
      })
    })
  }

  #fault(run: number, what: string): void {
    this.faults.push(`${this.name}#${run}: ${what.slice(0, 500)}`)
  }

  #heard(run: number, event: EarshotEvent): void {
    if (UNEXPECTED.has(event.type)) this.#fault(run, JSON.stringify(event))
    if (event.type === 'store.created' && run > 1) this.#fault(run, 'it made another store')
    if (event.type === 'app.started') this.id = event.id
    this.#options.hears?.(this, event)
    if (event.type === 'message.delivered') {
      this.delivered.push({ run, ids: event.ids })
      for (const id of event.ids) this.#deliveredIds.add(id)
    }
    if (event.type === 'message.read') this.read.push({ run, ids: event.ids })
    if (event.type === 'message.queued' || event.type === 'message.received') {
      const isOurs = event.type === 'message.queued'
      const n = numberOf(isOurs ? this.name : this.#otherName, event.text)
      if (n === undefined) this.#fault(run, `another text: ${event.text.slice(0, 200)}`)
      else {
        const again = event.type === 'message.received' && event.again === true
        const lines = isOurs ? this.queued : this.shown
        lines.push({ n, id: event.id, run, again })
      }
      this.#events.push({ ...event, text: event.text.slice(0, 40) })
    } else this.#events.push(event)
  }

  get #otherName(): Name {
    return this.name === 'alice' ? 'bob' : 'alice'
  }

  /** The first event of this type that is told from now on, and satisfies. */
  next<T extends EventType>(
    type: T,
    where: (event: EventOf<T>) => boolean = () => true
  ): Promise<EventOf<T>> {
    let from = this.#events.length
    return this.#waiting.until(`${type} of ${this.name}`, () => {
      for (; from < this.#events.length; from += 1) {
        const event = this.#events[from]
        if (event?.type === type && where(event as EventOf<T>)) return event as EventOf<T>
      }
      return undefined
    })
  }

  /** Until line `n` was told as queued, and as delivered. */
  async arrived(n: number): Promise<void> {
    const { id } = await this.#waiting.until(`line ${n} of ${this.name} queued`, () =>
      this.queued.findLast((line) => line.n === n)
    )
    await this.#waiting.until(
      `line ${n} of ${this.name} delivered`,
      () => this.#deliveredIds.has(id) || undefined
    )
  }

  ask(command: object): void {
    this.#child?.stdin.write(`${JSON.stringify(command)}\n`)
  }

  /** Says the next lines, each of such a size, to a peer that may be away. */
  say(to: End, sizes: readonly number[]): void {
    const commands = sizes.map((size) => {
      this.said += 1
      return JSON.stringify({ type: 'say', to: to.id, text: lineOf(this.name, this.said, size) })
    })
    this.#child?.stdin.write(`${commands.join('\n')}\n`)
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const isHit = this.#child?.kill(signal) === true
    if (isHit && signal !== 'SIGCONT') this.hits[signal] += 1
  }

  /** Ends it without a chance to do anything. */
  async kill(): Promise<void> {
    this.#mayEnd = true
    this.signal('SIGKILL')
    await this.#ended
  }

  /** Asks it to leave in order. */
  quit(): void {
    this.#mayEnd = true
    this.ask({ type: 'quit' })
  }

  /** Until it has left. */
  get gone(): Promise<void> {
    return this.#ended
  }
}
