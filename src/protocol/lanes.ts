/**
 * What waits for the writer of one link: control frames, bounded. File data waits for its turn where it comes from, and
 * goes when no control frame waits (docs/PROTOCOL.md §7). Whole frames only, so a taken batch never ends inside one.
 */
import { CONTROL_QUEUE_BYTES_MAX } from '../domain/limits.ts'
import { Deque } from './deque.ts'

/** The peer reads too slowly even for control frames; the link is to be closed. */
export interface LaneOverflow {
  readonly _tag: 'QueueOverflow'
  readonly limit: number
}

export class ControlLane {
  readonly #frames = new Deque<Uint8Array>()
  #bytes = 0

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** Queues a frame. An overflow leaves the lane as it was. */
  push(frame: Uint8Array): LaneOverflow | undefined {
    if (this.#bytes + frame.length > CONTROL_QUEUE_BYTES_MAX)
      return { _tag: 'QueueOverflow', limit: CONTROL_QUEUE_BYTES_MAX }
    this.#frames.push(frame)
    this.#bytes += frame.length
    return undefined
  }

  /** The next frames to write: at most `bytesMax` bytes, or one frame that is longer. Empty when none waits. */
  take(bytesMax: number): readonly Uint8Array[] {
    const batch: Uint8Array[] = []
    let left = bytesMax
    for (let next = this.#frames.at(0); next !== undefined; next = this.#frames.at(0)) {
      if (next.length > left && batch.length > 0) break
      this.#frames.shift()
      this.#bytes -= next.length
      left -= next.length
      batch.push(next)
    }
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
