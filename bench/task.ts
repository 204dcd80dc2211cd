/** What a peer process is asked to do, and what it answers: one line of JSON each way. */

export interface Task {
  /**
   * `echo` says what it hears, `ping` times what comes back; `pump` sends and waits until the other
   * end has it all, `sink` takes. `echo` and `sink` listen, the others dial `port`.
   */
  readonly role: 'echo' | 'ping' | 'pump' | 'sink'
  /** For secrets; each process has its own. */
  readonly folder: string
  readonly port: number
  /** Round trips or messages that count. */
  readonly count: number
  /** As many that come before them and do not count. */
  readonly warmUp: number
}

/** The port that a listening peer got. */
export interface Opened {
  readonly port: number
}

/** Of `ping`: milliseconds of each counted round trip. */
export interface Pinged {
  readonly tripsMs: readonly number[]
}

/** Of `pump`: milliseconds for all counted messages, and resident memory in MiB on the way. */
export interface Pumped {
  readonly tookMs: number
  readonly residentMib: readonly number[]
}

const TEXT_CHARS = 40
const TEXTS = 1000

/** Lines as people might type them, in length: 40 characters, not all the same. */
const texts = Array.from({ length: TEXTS }, (_, index) =>
  `message ${index} and what it says about that`.padEnd(TEXT_CHARS, '.').slice(0, TEXT_CHARS)
)

/** The text of the message with this number. */
export const textOf = (index: number): string => texts[index % TEXTS] ?? ''

export const taskOfArguments = (): Task => JSON.parse(process.argv[2] ?? '') as Task

export const answer = (value: Opened | Pinged | Pumped): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Times round trips: `begin` before each, `end` after; gives the counted ones when all are done. */
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
  end(): Pinged | undefined {
    const took = performance.now() - this.#from
    this.#trips += 1
    if (this.#trips > this.#task.warmUp) this.#tripsMs.push(took)
    return this.#tripsMs.length === this.#task.count ? { tripsMs: this.#tripsMs } : undefined
  }
}

/** How often a pump looks at its own memory. */
const MEMORY_SAMPLES = 10

/** Times a flow of messages by those that have arrived at the other end. */
export class FlowTimer {
  readonly #task: Task
  #from = 0
  #arrived = 0
  #nextSample: number
  readonly #residentMib: number[] = []

  constructor(task: Task) {
    this.#task = task
    this.#nextSample = task.warmUp
    if (task.warmUp === 0) this.#from = performance.now()
  }

  /** So many more have arrived. Gives the outcome when they are all there. */
  arrived(more: number): Pumped | undefined {
    const { warmUp, count } = this.#task
    if (this.#arrived < warmUp && this.#arrived + more >= warmUp) this.#from = performance.now()
    this.#arrived += more
    if (this.#arrived >= this.#nextSample) {
      this.#residentMib.push(process.memoryUsage.rss() / 2 ** 20)
      this.#nextSample += count / MEMORY_SAMPLES
    }
    if (this.#arrived < warmUp + count) return undefined
    return { tookMs: performance.now() - this.#from, residentMib: this.#residentMib }
  }
}
