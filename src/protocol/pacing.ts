/**
 * How much file data one link may have under way: as much as the line takes in a round trip and LINK_QUEUE_MS
 * more, so that the line never runs dry and a message never waits long behind a file. In the manner of BBR
 * (Cardwell and others, 2016): the rate is the best of the last rounds, the round trip the shortest of the last
 * seconds. Pure: times are arguments, monotonic milliseconds.
 *
 * A round lasts from one report to the first that confirms what was sent after it, and ROUND_MS_MIN at least.
 * The queue that is allowed hides the true round trip, so every ROUND_TRIP_FOR_MS, or when the queue is longer
 * than it should be, less is sent for a moment and the line shows how long it is.
 */
import { LINK_QUEUE_MS, LINK_WINDOW_BYTES_MAX, LINK_WINDOW_BYTES_MIN } from '../domain/limits.ts'
import { Deque } from './deque.ts'

/** The best rate of so many rounds counts. */
const RATE_ROUNDS = 10
/** How long the shortest round trip counts. */
const ROUND_TRIP_FOR_MS = 10_000
/** And so many round trips, where they are long. */
const ROUND_TRIPS = 40
/** Rates of shorter times say more about the reports than about the line. */
const ROUND_MS_MIN = 20
/** Start-up is over when the rate has not grown by a quarter in so many rounds. */
const FLAT_ROUNDS = 3
const GROWTH = 1.25
/** Of what the line takes in a round trip, what is sent while the queue is let run empty. */
const DRAINED = 0.9
/** How much of what was received the window may rise by, at most: a sudden rise would be a queue at once. */
const RISE_MAX = 0.25
/** A round trip that is so much shorter than it was is another one. */
const SHRUNK = 0.95
/** What is worth a frame. */
const QUANTUM_BYTES_MAX = 16 * 1024
const QUANTUM_BYTES_MIN = 1024
/** Sendings within so many milliseconds share a mark. */
const MARK_MS = 0.1

/** When the byte behind so many was sent. */
interface Mark {
  readonly from: number
  readonly at: number
}

const clamped = (bytes: number): number =>
  Math.floor(Math.min(LINK_WINDOW_BYTES_MAX, Math.max(LINK_WINDOW_BYTES_MIN, bytes)))

export class Pacing {
  #sent = 0
  #received = 0
  readonly #marks = new Deque<Mark>()
  #lastMarkAt = Number.NEGATIVE_INFINITY
  /** Bytes per millisecond, of the last rounds that the window held back. */
  #rates: readonly number[] = []
  #roundTripMs = Number.POSITIVE_INFINITY
  #roundTripAt = 0
  /** When the queue was let run empty. */
  #roundTripBefore = 0
  /** When all that was sent had arrived. */
  #emptyAt = Number.NEGATIVE_INFINITY
  #roundStartAt = 0
  #roundFrom = 0
  #roundEnd = 0
  #roundTripOfRound = Number.POSITIVE_INFINITY
  #isStarved = false
  #phase: 'start' | 'steady' | 'drain' = 'start'
  #startWindow = LINK_WINDOW_BYTES_MIN
  #flatRounds = 0
  #bestRate = 0
  #promptAt = 0
  #queuedRounds = 0
  #window = LINK_WINDOW_BYTES_MIN

  /** Bytes that may be under way. */
  get window(): number {
    return this.#window
  }

  get inFlight(): number {
    return this.#sent - this.#received
  }

  /** Bytes that may be sent now: none while it would be a crumb, as long as something is under way. */
  get room(): number {
    const room = this.#window - this.inFlight
    return room >= this.#quantum || this.inFlight === 0 ? room : 0
  }

  /** Bytes that were sent in all: no report can be beyond. */
  get sent(): number {
    return this.#sent
  }

  get received(): number {
    return this.#received
  }

  /** Bytes go out. */
  onSent(bytes: number, now: number): void {
    // What came before a silence says nothing of the time since. A window that is confirmed as a whole is none.
    if (this.inFlight === 0 && now - this.#emptyAt >= ROUND_MS_MIN) this.#beginRound(now)
    if (now - this.#lastMarkAt >= MARK_MS) {
      this.#marks.push({ from: this.#sent, at: now })
      this.#lastMarkAt = now
    }
    this.#sent += bytes
  }

  /** There was room, and nothing to send: what is measured in this round is not what the line can. */
  onStarved(): void {
    this.#isStarved = true
  }

  /** The other end has so many bytes in all: more than before, and no more than were sent. */
  onReceived(upTo: number, now: number): void {
    const grown = upTo - this.#received
    this.#received = upTo
    if (this.inFlight === 0) this.#emptyAt = now
    const sample = this.#roundTrip(upTo, now)
    if (sample !== undefined) this.#learnRoundTrip(sample, now)
    if (this.#phase === 'start' && !this.#isStarved) this.#growStart(grown)
    if (upTo > this.#roundEnd && now - this.#roundStartAt >= ROUND_MS_MIN) this.#endRound(now)
    this.#setWindow(grown)
  }

  /** Doubles in a round trip, as far as the rate of the last rounds lets hope for as much more. */
  #growStart(grown: number): void {
    const queued = Math.max(2 * this.#roundTripMs, this.#roundTripMs + 2 * LINK_QUEUE_MS)
    const most = this.#rates.length === 0 ? LINK_WINDOW_BYTES_MAX : this.#rate * queued
    const next = Math.min(this.#startWindow + grown, most)
    this.#startWindow = clamped(Math.max(this.#startWindow, next))
  }

  /** Since the last mark that is confirmed was sent; undefined: none is. */
  #roundTrip(upTo: number, now: number): number | undefined {
    let sample: number | undefined
    for (let mark = this.#marks.at(0); mark !== undefined; mark = this.#marks.at(0)) {
      if (mark.from >= upTo) break
      sample = now - mark.at
      this.#marks.shift()
    }
    return sample
  }

  #learnRoundTrip(sample: number, now: number): void {
    this.#roundTripOfRound = Math.min(this.#roundTripOfRound, sample)
    if (sample <= this.#roundTripMs) {
      this.#roundTripMs = sample
      this.#roundTripAt = now
    }
    const promptMs = this.#roundTripMs + LINK_QUEUE_MS
    if (sample <= promptMs) this.#promptAt = now
    // Some wait behind the burst that a round begins with. That all of them do shows that the line is full.
    else if (this.#phase === 'start' && now - this.#promptAt > promptMs) this.#phase = 'steady'
  }

  #beginRound(now: number): void {
    this.#roundStartAt = now
    this.#roundFrom = this.#received
    this.#roundEnd = this.#sent
    this.#roundTripOfRound = Number.POSITIVE_INFINITY
    this.#isStarved = false
  }

  #endRound(now: number): void {
    const rate = (this.#received - this.#roundFrom) / (now - this.#roundStartAt)
    // A round that was held back by us only shows that the line can do at least that.
    const isTelling = !this.#isStarved && this.#phase !== 'drain'
    if (isTelling) this.#rates = [...this.#rates.slice(1 - RATE_ROUNDS), rate]
    else if (rate > this.#rate) this.#rates = [...this.#rates.slice(0, -1), rate]
    if (this.#phase === 'drain') this.#endDrain(now)
    else if (isTelling) this.#judge(rate, now)
    this.#beginRound(now)
  }

  #judge(rate: number, now: number): void {
    if (this.#phase === 'start') {
      this.#flatRounds = rate > this.#bestRate * GROWTH ? 0 : this.#flatRounds + 1
      this.#bestRate = Math.max(this.#bestRate, rate)
      if (this.#flatRounds >= FLAT_ROUNDS) this.#phase = 'steady'
      return
    }
    const isQueued = this.#roundTripOfRound > this.#roundTripMs + 2 * LINK_QUEUE_MS
    this.#queuedRounds = isQueued ? this.#queuedRounds + 1 : 0
    // The line takes less than it did: what it took earlier would only wait.
    if (isQueued) this.#rates = [rate]
    const staleMs = Math.max(ROUND_TRIP_FOR_MS, ROUND_TRIPS * this.#roundTripMs)
    if (this.#queuedRounds <= FLAT_ROUNDS && now - this.#roundTripAt <= staleMs) return
    this.#phase = 'drain'
    this.#roundTripBefore = this.#roundTripMs
  }

  /** What this round took is the round trip now. A line that became longer is learned anew. */
  #endDrain(now: number): void {
    const before = this.#roundTripBefore
    if (Number.isFinite(this.#roundTripOfRound)) this.#roundTripMs = this.#roundTripOfRound
    this.#roundTripAt = now
    // It became shorter with the window: there is still a queue, of a line that was longer.
    this.#roundTripBefore = this.#roundTripMs
    if (this.#roundTripMs < before * SHRUNK) return
    this.#queuedRounds = 0
    this.#promptAt = now
    // A window that could not shrink drained nothing, and shows nothing.
    const isDrained = this.#window > LINK_WINDOW_BYTES_MIN
    const isLonger = isDrained && this.#roundTripMs > before + LINK_QUEUE_MS
    this.#phase = isLonger ? 'start' : 'steady'
    this.#startWindow = this.#window
    this.#flatRounds = 0
    this.#bestRate = 0
  }

  get #rate(): number {
    return Math.max(0, ...this.#rates)
  }

  /** Less than the queue by which the window grows beyond what came back, or it would not grow. */
  get #quantum(): number {
    const queued = (this.#window * LINK_QUEUE_MS) / (this.#roundTripMs + LINK_QUEUE_MS)
    return Math.min(QUANTUM_BYTES_MAX, Math.max(QUANTUM_BYTES_MIN, queued / 4))
  }

  #setWindow(grown: number): void {
    if (this.#phase === 'start') this.#window = this.#startWindow
    else if (this.#phase === 'drain')
      this.#window = clamped(this.#rate * this.#roundTripMs * DRAINED)
    else {
      // By no more than the queue in a round trip.
      const rise = grown * Math.min(RISE_MAX, LINK_QUEUE_MS / this.#roundTripMs)
      const full = clamped(this.#rate * (this.#roundTripMs + LINK_QUEUE_MS))
      this.#window = Math.min(full, Math.ceil(this.#window + rise))
    }
  }
}
