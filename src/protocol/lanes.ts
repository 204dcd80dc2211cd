/**
 * What waits for the writer of one link: two lanes, control before bulk, both bounded
 * (docs/PROTOCOL.md §7). Whole frames only, so a taken batch never ends inside one.
 */
import { BULK_AHEAD_BYTES_MAX, CONTROL_QUEUE_BYTES_MAX } from '../domain/limits.ts'
import { Deque } from './deque.ts'

/** The peer reads too slowly even for control frames; the link is to be closed. */
export interface LaneOverflow {
  readonly _tag: 'QueueOverflow'
  readonly limit: number
}

class Lane {
  readonly #frames = new Deque<Uint8Array>()
  bytes = 0

  push(frame: Uint8Array): void {
    this.#frames.push(frame)
    this.bytes += frame.length
  }

  /** Moves frames to `batch` while they fit in `room`, or while the batch is empty; the room left. */
  drainInto(batch: Uint8Array[], room: number): number {
    let left = room
    for (let next = this.#frames.at(0); next !== undefined; next = this.#frames.at(0)) {
      if (next.length > left && batch.length > 0) break
      this.#frames.shift()
      this.bytes -= next.length
      left -= next.length
      batch.push(next)
    }
    return left
  }
}

/** The two lanes of one link. */
export class Lanes {
  readonly #control = new Lane()
  readonly #bulk = new Lane()

  /** Bytes of control frames that wait. */
  get controlBytes(): number {
    return this.#control.bytes
  }

  /** Bytes of bulk frames that wait. */
  get bulkBytes(): number {
    return this.#bulk.bytes
  }

  /** Bytes that wait in all. */
  get bytes(): number {
    return this.#control.bytes + this.#bulk.bytes
  }

  /** Queues a control frame. An overflow leaves the lanes as they were. */
  pushControl(frame: Uint8Array): LaneOverflow | undefined {
    if (this.#control.bytes + frame.length > CONTROL_QUEUE_BYTES_MAX)
      return { _tag: 'QueueOverflow', limit: CONTROL_QUEUE_BYTES_MAX }
    this.#control.push(frame)
    return undefined
  }

  /** Queues a frame of file data. false: the lane is full, and the pump waits until it drains. */
  pushBulk(frame: Uint8Array): boolean {
    if (this.#bulk.bytes + frame.length > BULK_AHEAD_BYTES_MAX) return false
    this.#bulk.push(frame)
    return true
  }

  /**
   * The next frames to write, control first: at most `bytesMax` bytes, or one frame that is longer.
   * Empty when nothing waits.
   */
  take(bytesMax: number): readonly Uint8Array[] {
    const batch: Uint8Array[] = []
    const left = this.#control.drainInto(batch, bytesMax)
    if (this.#control.bytes === 0) this.#bulk.drainInto(batch, left)
    return batch
  }
}

/** Frames as one buffer, for one write. A single frame is given as it is. */
export const joinFrames = (frames: readonly Uint8Array[]): Uint8Array => {
  const [first] = frames
  if (first !== undefined && frames.length === 1) return first
  const joined = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0))
  let at = 0
  for (const frame of frames) {
    joined.set(frame, at)
    at += frame.length
  }
  return joined
}
