/** Who sits at a benched peer: a program that types, and does something about each event. */
import * as Effect from 'effect/Effect'
import type { Command } from '../src/domain/commands.ts'
import type { EarshotEvent } from '../src/domain/events.ts'
import type { Input } from '../src/services/console.ts'
import { answer, FlowTimer, REST_MS, type Task, textOf, TripTimer } from './task.ts'

/** Commands of one read of a pump: about as many lines as one read of a pipe gives. */
const PUMP_BATCH = 1024

/** What a role types and what it does about each event. */
export interface Person {
  readonly read: Effect.Effect<Input>
  /** true: as a pipe, read only while the outbox has room. */
  readonly paced: boolean
  readonly on: (event: EarshotEvent) => void
}

/** Where a person types: commands wait there until the runtime reads them. */
class Keyboard {
  #waiting: Command[] = []
  #wake: (() => void) | undefined

  readonly type = (command: Command): void => {
    this.#waiting.push(command)
    this.#wake?.()
  }

  readonly read: Effect.Effect<Input> = Effect.callback<Input>((resume) => {
    const give = (): void => {
      if (this.#waiting.length === 0) return
      this.#wake = undefined
      const commands = this.#waiting
      this.#waiting = []
      resume(Effect.succeed({ _tag: 'Commands', commands }))
    }
    this.#wake = give
    give()
  })
}

const echo = (): Person => {
  const { read, type } = new Keyboard()
  return {
    read,
    paced: false,
    on: (event) => {
      if (event.type === 'message.received') type({ type: 'say', text: event.text })
    }
  }
}

/** Says one message at a time. @param until what it waits for, before it says the next. */
const oneByOne = (task: Task, until: EarshotEvent['type'], restMs: number): Person => {
  const { read, type } = new Keyboard()
  const timer = new TripTimer(task)
  let trip = 0
  const say = (): void => {
    timer.begin()
    type({ type: 'say', text: textOf(trip++) })
  }
  return {
    read,
    paced: false,
    on: (event) => {
      // Only when all that follows from the event is done does typed text have its peer.
      if (event.type === 'peer.connected') setImmediate(say)
      if (event.type !== until) return
      const timed = timer.end()
      if (timed !== undefined) {
        answer(timed)
        type({ type: 'quit' })
      } else if (restMs > 0) setTimeout(say, restMs)
      else say()
    }
  }
}

const pump = (task: Task): Person => {
  const keyboard = new Keyboard()
  const timer = new FlowTimer(task)
  let left = task.warmUp + task.count
  const batch = (): Input => {
    const commands = Array.from(
      { length: Math.min(PUMP_BATCH, left) },
      (_, at): Command => ({ type: 'say', text: textOf(left - at) })
    )
    left -= commands.length
    return { _tag: 'Commands', commands }
  }
  return {
    read: Effect.suspend(() => (left > 0 ? Effect.succeed(batch()) : keyboard.read)),
    paced: true,
    on: (event) => {
      if (event.type !== 'message.delivered') return
      const pumped = timer.arrived(event.ids.length)
      if (pumped === undefined) return
      answer(pumped)
      keyboard.type({ type: 'quit' })
    }
  }
}

const sink = (task: Task): Person => {
  const { read, type } = new Keyboard()
  const timer = new FlowTimer(task)
  return {
    read,
    paced: false,
    on: (event) => {
      if (event.type === 'peer.disconnected') type({ type: 'quit' })
      if (event.type !== 'message.received') return
      const filled = timer.arrived(1)
      if (filled !== undefined) answer({ memoryMib: filled.memoryMib })
    }
  }
}

export const personOf = (task: Task): Person => {
  switch (task.role) {
    case 'echo':
      return echo()
    case 'ping':
      return oneByOne(task, 'message.received', 0)
    case 'tap':
      return oneByOne(task, 'message.delivered', REST_MS)
    case 'pump':
      return pump(task)
    case 'sink':
      return sink(task)
  }
}
