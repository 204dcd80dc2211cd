/**
 * A line with a rate, a length and jitter, which takes what a Pacing lets through, as fast as it lets it: bytes
 * wait in front of the line, travel in segments, and are reported every RECEIVED_DELAY_MS_MAX.
 */
import { DATA_PAYLOAD_BYTES_MAX, RECEIVED_DELAY_MS_MAX } from '../../../src/domain/limits.ts'
import { Pacing } from '../../../src/protocol/pacing.ts'
import { makeDice } from '../../../src/simulation/dice.ts'

const SEGMENT_BYTES = 4096

export interface LineShape {
  readonly bytesPerMs: number
  readonly roundTripMs: number
  readonly jitterMs: number
}

/** What was seen from `warmMs` on. */
export interface LineResult {
  /** Of what the line could take. */
  readonly utilisation: number
  readonly queueMs: number
  readonly windowMin: number
  readonly windowMax: number
  readonly window: number
}

interface LineEvent {
  readonly at: number
  readonly kind: 'arrived' | 'tell' | 'told'
  readonly bytes: number
}

export interface LineRun {
  /** The line is of each of these shapes from its time on. */
  readonly shapes: readonly { readonly fromMs: number; readonly shape: LineShape }[]
  readonly warmMs: number
  readonly forMs: number
  readonly seed: string
}

class Line {
  readonly pacing = new Pacing()
  readonly #run: LineRun
  readonly #dice
  readonly #events: LineEvent[] = []
  #now = 0
  #freeAt = 0
  #arrived = 0
  #arrivedBefore: number | undefined
  #isTelling = false
  #lastArrival = 0
  #lastReport = 0
  #queueMs = 0
  #windowMin = Number.POSITIVE_INFINITY
  #windowMax = 0

  constructor(run: LineRun) {
    this.#run = run
    this.#dice = makeDice(run.seed)
  }

  result(): LineResult {
    const { warmMs, forMs } = this.#run
    this.#send()
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
      if (next.at > warmMs + forMs) break
      this.#now = next.at
      if (next.at > warmMs) this.#arrivedBefore ??= this.#arrived
      this.#happen(next)
      this.#windowMin = Math.min(this.#windowMin, this.pacing.window)
      this.#windowMax = Math.max(this.#windowMax, this.pacing.window)
    }
    const taken = this.#arrived - (this.#arrivedBefore ?? 0)
    return {
      utilisation: taken / (forMs * this.#shape.bytesPerMs),
      queueMs: this.#queueMs,
      windowMin: this.#windowMin,
      windowMax: this.#windowMax,
      window: this.pacing.window
    }
  }

  get #shape(): LineShape {
    const { shapes } = this.#run
    const now = shapes.findLast(({ fromMs }) => this.#now >= fromMs)
    if (now === undefined) throw new Error('no shape at the start')
    return now.shape
  }

  #happen({ kind, bytes }: LineEvent): void {
    if (kind === 'arrived') {
      this.#arrived += bytes
      if (!this.#isTelling)
        this.#add({ at: this.#now + RECEIVED_DELAY_MS_MAX, kind: 'tell', bytes })
      this.#isTelling = true
    } else if (kind === 'tell') {
      this.#isTelling = false
      this.#lastReport = Math.max(this.#lastReport, this.#now + this.#way())
      this.#add({ at: this.#lastReport, kind: 'told', bytes: this.#arrived })
    } else {
      if (bytes > this.pacing.received) this.pacing.onReceived(bytes, this.#now)
      this.#send()
    }
  }

  #way(): number {
    const { roundTripMs, jitterMs } = this.#shape
    return roundTripMs / 2 + this.#dice.float() * jitterMs
  }

  #send(): void {
    const { pacing } = this
    while (pacing.room > 0) {
      const half = Math.floor(pacing.window / 2)
      const batch = Math.min(pacing.room, DATA_PAYLOAD_BYTES_MAX, half)
      pacing.onSent(batch, this.#now)
      this.#carry(batch)
    }
  }

  #carry(batch: number): void {
    this.#freeAt = Math.max(this.#freeAt, this.#now)
    const segment = Math.max(SEGMENT_BYTES, Math.ceil(batch / 8))
    for (let left = batch; left > 0; left -= segment) {
      const bytes = Math.min(left, segment)
      this.#freeAt += bytes / this.#shape.bytesPerMs
      this.#lastArrival = Math.max(this.#lastArrival, this.#freeAt + this.#way())
      this.#add({ at: this.#lastArrival, kind: 'arrived', bytes })
    }
    if (this.#now > this.#run.warmMs)
      this.#queueMs = Math.max(this.#queueMs, this.#freeAt - this.#now)
  }

  #add(event: LineEvent): void {
    const at = this.#events.findLastIndex((other) => other.at <= event.at)
    this.#events.splice(at + 1, 0, event)
  }
}

/** Sends without an end over a line. */
export const sendOver = (run: LineRun): LineResult => new Line(run).result()
