/** What a peer process is asked to do, and what it answers: one line of JSON each way. */
import { join } from 'node:path'

/** Those that dial: who times round trips, who times deliveries at rest, who sends all it can. */
export type Dialler = 'ping' | 'tap' | 'pump'

export interface Task {
  /**
   * `echo` says what it hears, `ping` times what comes back; `tap` says one message at a time and `pump`
   * all it can, until `sink` has it. `echo` and `sink` listen, the others dial `port`.
   */
  readonly role: 'echo' | 'sink' | Dialler
  /** For secrets and the store; each process has its own. */
  readonly folder: string
  readonly port: number
  /** Round trips or messages that count. */
  readonly count: number
  /** As many that come before them and do not count. */
  readonly warmUp: number
  /** Settled messages are kept. */
  readonly saveHistory: boolean
}

/** The store of messages in the folder of a process. */
export const storePath = (folder: string): string => join(folder, 'messages.db')

/** The port that a listening peer got. */
export interface Opened {
  readonly port: number
}

/** Of `ping` and `tap`: milliseconds of each that counts. */
export interface Timed {
  readonly tripsMs: readonly number[]
}

/** Of `pump`: milliseconds for all counted messages, and memory in MiB on the way. */
export interface Pumped extends Filled {
  readonly tookMs: number
}

/** Of `sink`, when it has them all: memory in MiB on the way. */
export interface Filled {
  readonly memoryMib: readonly number[]
}

const TEXT_CHARS = 40
const TEXTS = 1000

/** Lines as people might type them, in length: 40 characters, not all the same. */
const texts = Array.from({ length: TEXTS }, (_, index) =>
  `message ${index} and what it says about that`.padEnd(TEXT_CHARS, '.').slice(0, TEXT_CHARS)
)

/** The text of the message with this number. */
export const textOf = (index: number): string => texts[index % TEXTS] ?? ''

/** The pause of `tap` between a delivery and the next message: the machine is at rest then. */
export const REST_MS = 5

export const taskOfArguments = (): Task => JSON.parse(process.argv[2] ?? '') as Task

/** Of `gush` (bench/raw-bytes.ts): milliseconds until the other end had all bytes, and of the processor on them. */
export interface Gushed {
  readonly tookMs: number
  readonly processorMs: number
}

export const answer = (value: Opened | Timed | Pumped | Filled | Gushed): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Times what begins and ends, one at a time; gives the counted ones when all are done. */
export class TripTimer {
  readonly #task: Task
  readonly #tripsMs: number[] = []
  #trips = 0
  #from = 0

  constructor(task: Task) {
    this.#task = task
  }

  begin(): void {
    this.#from = performance.now()
  }

  /** The times, once there are enough of them. */
  end(): Timed | undefined {
    const took = performance.now() - this.#from
    this.#trips += 1
    if (this.#trips > this.#task.warmUp) this.#tripsMs.push(took)
    return this.#tripsMs.length === this.#task.count ? { tripsMs: this.#tripsMs } : undefined
  }
}

/** How often either end of a flow looks at its own memory. */
const MEMORY_SAMPLES = 10

/** What is held after a collection where Node lets us collect (--expose-gc), else what is resident; MiB. */
const memoryMib = (): number => {
  if (globalThis.gc === undefined) return process.memoryUsage.rss() / 2 ** 20
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

/** Times a flow of messages by those that have arrived. */
export class FlowTimer {
  readonly #task: Task
  #from = 0
  #arrived = 0
  #nextSample: number
  readonly #memoryMib: number[] = []

  constructor(task: Task) {
    this.#task = task
    this.#nextSample = task.warmUp + task.count / MEMORY_SAMPLES
    if (task.warmUp === 0) this.#from = performance.now()
  }

  /** So many more have arrived. Gives the outcome when they are all there. */
  arrived(more: number): Pumped | undefined {
    const { warmUp, count } = this.#task
    if (this.#arrived < warmUp && this.#arrived + more >= warmUp) this.#from = performance.now()
    this.#arrived += more
    while (this.#arrived >= this.#nextSample && this.#memoryMib.length < MEMORY_SAMPLES) {
      this.#memoryMib.push(memoryMib())
      this.#nextSample += count / MEMORY_SAMPLES
    }
    if (this.#arrived < warmUp + count) return undefined
    return { tookMs: performance.now() - this.#from, memoryMib: this.#memoryMib }
  }
}
