/**
 * One Earshot process without a terminal: the live adapters and the runtime as `earshot` composes
 * them, with a program in the place of the person. What is measured is everything between a command
 * and the other end's event. Bundled like the product and started by links.ts.
 */
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer as identityLayer } from '../src/adapters/node-identity.ts'
import { layer as peerBookLayer } from '../src/adapters/peer-book-file.ts'
import { layer as transportLayer } from '../src/adapters/tcp-transport.ts'
import type { Command } from '../src/domain/commands.ts'
import type { EarshotEvent } from '../src/domain/events.ts'
import { MESSAGE_BYTES_MAX } from '../src/domain/limits.ts'
import type { Settings as SettingsValues } from '../src/domain/settings.ts'
import { runChat } from '../src/runtime/app.ts'
import { Console, type Input } from '../src/services/console.ts'
import { Events } from '../src/services/events.ts'
import { Settings } from '../src/services/settings.ts'
import { answer, FlowTimer, type Task, taskOfArguments, textOf, TripTimer } from './task.ts'

const HOST = '127.0.0.1'
/** Commands of one read of a pump: about as many lines as one read of a pipe gives. */
const PUMP_BATCH = 1024

/** Who types: commands that wait until the runtime reads them. */
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

/** What a role types and what it does about each event. */
interface Person {
  readonly read: Effect.Effect<Input>
  /** true: as a pipe, read only while the outbox has room. */
  readonly paced: boolean
  readonly on: (event: EarshotEvent) => void
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

const ping = (task: Task): Person => {
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
      if (event.type !== 'message.received') return
      const pinged = timer.end()
      if (pinged === undefined) return say()
      answer(pinged)
      type({ type: 'quit' })
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

const sink = (): Person => {
  const { read, type } = new Keyboard()
  return {
    read,
    paced: false,
    on: (event) => {
      if (event.type === 'peer.disconnected') type({ type: 'quit' })
    }
  }
}

const personOf = (task: Task): Person => {
  switch (task.role) {
    case 'echo':
      return echo()
    case 'ping':
      return ping(task)
    case 'pump':
      return pump(task)
    case 'sink':
      return sink()
  }
}

const settingsOf = ({ role, port }: Task): SettingsValues => ({
  nickname: undefined,
  listen: { host: HOST, port: 0, required: true },
  reachable: [],
  defaultPort: 8080,
  connect: role === 'ping' || role === 'pump' ? { host: HOST, port } : undefined,
  expect: undefined,
  unknownPeers: 'accept-new',
  heartbeatIntervalMs: 5000,
  reconnectAttempts: 0,
  reconnectDelayMs: 1000,
  messageBytesMax: MESSAGE_BYTES_MAX,
  stay: false,
  plainText: false
})

const task = taskOfArguments()
const person = personOf(task)
const files = { directory: task.folder, profile: 'bench' }
const live = Layer.provideMerge(
  Layer.mergeAll(transportLayer(), peerBookLayer(files)),
  identityLayer(files)
)

const program = Effect.gen(function* () {
  const services = yield* Layer.build(live)
  const emit = (events: readonly EarshotEvent[]): void => {
    for (const event of events) {
      if (event.type === 'listen.opened') answer({ port: event.address.port })
      person.on(event)
    }
  }
  return yield* runChat.pipe(
    Effect.provideContext(
      services.pipe(
        Context.add(Settings, settingsOf(task)),
        Context.add(Events, { emit }),
        Context.add(Console, { interactive: false, paced: person.paced, read: person.read })
      )
    )
  )
})

void Effect.runPromise(Effect.scoped(program))
