/** What a link receives of files: parts that wait for a pump within the credit that the sender was given. */
import * as Effect from 'effect/Effect'
import type { StallCause } from '../../domain/transfer-events.ts'
import type { ProtocolViolation } from '../../domain/failures.ts'
import { LINK_STREAMS_MAX, RECEIVED_DELAY_MS_MAX } from '../../domain/limits.ts'
import { ReceiveCredit } from '../../protocol/credit.ts'
import type { Message } from '../../protocol/messages.ts'
import { InboundBlocks } from './inbound-blocks.ts'
import type { InboundPart, InboundStream } from './ports.ts'

/** So much is told at once: a fast line moves it in less than RECEIVED_DELAY_MS_MAX. */
const RECEIVED_AT_ONCE_BYTES = 1024 * 1024

export interface BulkInWorld {
  readonly say: (message: Message) => void
  readonly violate: (violation: ProtocolViolation) => void
  readonly after: (ms: number, work: () => void) => void
}

class InStream implements InboundStream {
  readonly stream: number
  readonly credit: number
  readonly #world: BulkInWorld
  readonly #credits: ReceiveCredit
  readonly #blocks: InboundBlocks
  #parts: InboundPart[] = []
  #onPart: (() => void) | undefined

  constructor(stream: number, credits: ReceiveCredit, bytesToCome: number, world: BulkInWorld) {
    this.stream = stream
    this.#blocks = new InboundBlocks(bytesToCome)
    this.credit = credits.allowed
    this.#credits = credits
    this.#world = world
  }

  readonly take: Effect.Effect<readonly InboundPart[]> = Effect.suspend(() => {
    if (this.#parts.length > 0) return Effect.succeed(this.#handOver())
    return Effect.callback<readonly InboundPart[]>((resume) => {
      this.#onPart = () => resume(Effect.sync(() => this.#handOver()))
    })
  })

  readonly done = (bytes: number): void => {
    this.#blocks.done(bytes)
    const upTo = this.#credits.done(bytes)
    if (upTo !== undefined) this.#world.say({ type: 'credit', stream: this.stream, upTo })
  }

  readonly waitsFor = (): StallCause => (this.#parts.length > 0 ? 'our-disk' : 'network')

  readonly violate = (violation: ProtocolViolation): Effect.Effect<never> =>
    Effect.suspend(() => {
      this.#world.violate(violation)
      return Effect.never
    })

  /** Copied: what was read from the socket is let go at once. */
  bytes(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const { view, count, isLonger } = this.#blocks.put(rest)
      if (isLonger) this.#parts.pop()
      this.#parts.push({ _tag: 'Bytes', bytes: view })
      rest = rest.subarray(count)
    }
    this.#notify()
  }

  digest(digest: Uint8Array): void {
    this.#blocks.cut()
    this.#parts.push({ _tag: 'Digest', digest })
    this.#notify()
  }

  #notify(): void {
    const notify = this.#onPart
    this.#onPart = undefined
    notify?.()
  }

  #handOver(): readonly InboundPart[] {
    const parts = this.#parts
    this.#parts = []
    this.#blocks.cut()
    return parts
  }
}

/** A number that was fetched: what comes on it after its pump is gone is counted, and dropped. */
interface Fetched {
  readonly credit: ReceiveCredit
  stream: InStream | undefined
  /** DATA came since the last digest. */
  isDigestDue: boolean
}

export class BulkIn {
  readonly #world: BulkInWorld
  readonly #fetched = new Map<number, Fetched>()
  #received = 0
  #told = 0
  #isTelling = false

  constructor(world: BulkInWorld) {
    this.#world = world
  }

  open(bytesToCome: number): InStream | undefined {
    const number = this.#fetched.size + 1
    if (number > LINK_STREAMS_MAX) return undefined
    const credit = new ReceiveCredit(bytesToCome)
    const stream = new InStream(number, credit, bytesToCome, this.#world)
    this.#fetched.set(number, { credit, stream, isDigestDue: false })
    return stream
  }

  close({ stream }: InStream): void {
    const fetched = this.#fetched.get(stream)
    if (fetched !== undefined) fetched.stream = undefined
  }

  onData(stream: number, bytes: Uint8Array): ProtocolViolation | undefined {
    const fetched = this.#fetched.get(stream)
    if (fetched === undefined)
      return { _tag: 'FrameIllegal', type: 'data', state: 'a stream that was not fetched' }
    if (bytes.length === 0) return undefined
    const violation = fetched.credit.take(bytes.length)
    if (violation !== undefined) return violation
    fetched.isDigestDue = true
    this.#count(bytes.length)
    fetched.stream?.bytes(bytes)
    return undefined
  }

  onDigest(stream: number, digest: Uint8Array): ProtocolViolation | undefined {
    const fetched = this.#fetched.get(stream)
    if (fetched?.isDigestDue !== true)
      return { _tag: 'FrameIllegal', type: 'digest', state: 'no piece in front of it' }
    fetched.isDigestDue = false
    fetched.stream?.digest(digest)
    return undefined
  }

  #count(bytes: number): void {
    this.#received += bytes
    if (this.#received - this.#told >= RECEIVED_AT_ONCE_BYTES) return this.#tell()
    if (this.#isTelling) return
    this.#isTelling = true
    this.#world.after(RECEIVED_DELAY_MS_MAX, () => {
      this.#isTelling = false
      if (this.#received > this.#told) this.#tell()
    })
  }

  #tell(): void {
    this.#told = this.#received
    this.#world.say({ type: 'received', upTo: this.#received })
  }
}
