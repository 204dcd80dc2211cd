/** A dial over all addresses of a name, one after the other and side by side (RFC 8305). */
import type { DialFailure, Endpoint } from '../domain/failures.ts'
import { DIAL_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import type { SimulatedNetwork } from './network.ts'
import type { NetworkHost } from './network-host.ts'
import { SimulatedStream } from './stream.ts'
import type { Timer } from './timer-heap.ts'

/** How long the name service takes. */
const RESOLVE_MS = 5
/** How long an address has to answer before the next one is tried as well (RFC 8305 §5). */
const ATTEMPT_DELAY_MS = 250

/** One dial. It calls `done` once, with the first stream or with the last failure. */
export class Dialling {
  readonly #network: SimulatedNetwork
  readonly #from: NetworkHost
  readonly #target: Endpoint
  readonly #done: (outcome: SimulatedStream | DialFailure) => void
  readonly #deadline: Timer
  #next: Timer
  #addresses: string[] = []
  #underway = 0
  /** Whose answers are on their way; those may be lost for good. */
  readonly #answers = new Set<SimulatedStream>()
  #settled = false

  constructor(
    network: SimulatedNetwork,
    from: NetworkHost,
    target: Endpoint,
    done: (outcome: SimulatedStream | DialFailure) => void
  ) {
    const { clock } = network
    this.#network = network
    this.#from = from
    this.#target = target
    this.#done = done
    this.#next = clock.schedule(() => this.#resolve(), RESOLVE_MS)
    this.#deadline = clock.schedule(
      () => this.#settle({ _tag: 'DialTimeout', target, afterMs: DIAL_TIMEOUT_MS_MAX }),
      DIAL_TIMEOUT_MS_MAX
    )
  }

  /** Nobody wants the stream any more: `done` is not called. */
  abort(): void {
    if (!this.#settled) this.#finish(undefined)
  }

  /** Lets go of everything but the stream that is the outcome. */
  #finish(kept: SimulatedStream | undefined): void {
    this.#settled = true
    this.#network.clock.cancel(this.#next)
    this.#network.clock.cancel(this.#deadline)
    for (const stream of this.#answers) if (stream !== kept) stream.closeNow()
    this.#answers.clear()
  }

  #settle(outcome: SimulatedStream | DialFailure): void {
    this.#finish(outcome instanceof SimulatedStream ? outcome : undefined)
    this.#done(outcome)
  }

  #resolve(): void {
    this.#addresses = [...this.#network.resolve(this.#target.host)]
    if (this.#addresses.length === 0) this.#settle({ _tag: 'HostNotFound', target: this.#target })
    else this.#tryNext()
  }

  #tryNext(): void {
    const { clock } = this.#network
    clock.cancel(this.#next)
    const address = this.#addresses.shift()
    if (address === undefined) return
    if (this.#addresses.length > 0)
      this.#next = clock.schedule(() => this.#tryNext(), ATTEMPT_DELAY_MS)
    this.#underway++
    this.#network.attempt(this.#from, {
      address,
      target: this.#target,
      isWanted: () => !this.#settled,
      answered: (stream) => {
        if (this.#settled) stream.closeNow()
        else this.#answers.add(stream)
      },
      done: (outcome) => this.#ended(outcome)
    })
  }

  #ended(outcome: SimulatedStream | DialFailure): void {
    if (this.#settled) return
    this.#underway--
    if (outcome instanceof SimulatedStream || this.#isLast()) this.#settle(outcome)
    else this.#tryNext()
  }

  #isLast(): boolean {
    return this.#underway === 0 && this.#addresses.length === 0
  }
}
