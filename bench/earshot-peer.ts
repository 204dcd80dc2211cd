/**
 * One Earshot process without a terminal: the live adapters, the store on disk among them, and the
 * runtime as `earshot` composes them, with a program in the place of the person. What is measured is
 * everything between a command and the event that answers it. Bundled like the product and started by
 * pairs.ts.
 */
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer as identityLayer } from '../src/adapters/node-identity.ts'
import { layer as peerBookLayer } from '../src/adapters/peer-book-file.ts'
import { layer as transportLayer } from '../src/adapters/tcp-transport.ts'
import { layerNoFiles } from '../src/adapters/no-files.ts'
import type { EarshotEvent } from '../src/domain/events.ts'
import { MESSAGE_BYTES_MAX } from '../src/domain/limits.ts'
import type { Settings as SettingsValues } from '../src/domain/settings.ts'
import { runChat } from '../src/runtime/app.ts'
import { Console } from '../src/services/console.ts'
import { Events } from '../src/services/events.ts'
import { Settings } from '../src/services/settings.ts'
import { ownStore } from './own-store.ts'
import { personOf } from './persons.ts'
import { answer, type Task, taskOfArguments } from './task.ts'

const HOST = '127.0.0.1'

const dials = ({ role }: Task): boolean => role !== 'echo' && role !== 'sink'

const settingsOf = (task: Task): SettingsValues => ({
  nickname: undefined,
  listen: { host: HOST, port: 0, required: true },
  reachable: [],
  defaultPort: 8080,
  connect: dials(task) ? { host: HOST, port: task.port } : undefined,
  expect: undefined,
  unknownPeers: 'accept-new',
  heartbeatIntervalMs: 5000,
  reconnectAttempts: 0,
  reconnectDelayMs: 1000,
  messageBytesMax: MESSAGE_BYTES_MAX,
  saveHistory: task.saveHistory,
  readReceipts: true,
  historyLines: 10,
  stay: false,
  plainText: false,
  fileBytesMax: undefined,
  autoOpenMedia: false,
  mediaExtensions: []
})

const task = taskOfArguments()
const person = personOf(task)
const { folder: directory, saveHistory } = task

const live = Layer.provideMerge(
  Layer.mergeAll(
    transportLayer(),
    peerBookLayer({ directory }),
    ownStore(directory, saveHistory),
    layerNoFiles
  ),
  identityLayer({ directory, profile: 'bench' })
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
