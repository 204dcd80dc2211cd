/** A whole run: the actors, the pipeline and the data plane of one peer, from start to outcome. */
import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import type * as Scope from 'effect/Scope'
import { createActor } from 'xstate'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { Settings as SettingsValues } from '../domain/settings.ts'
import type { AppEvent, AppInput, Outcome } from '../machines/app.types.ts'
import type { ConnectionEvent } from '../machines/connection.types.ts'
import type { SessionContext } from '../machines/session.types.ts'
import type { LinkInbound } from '../streams/pipeline.ts'
import { Console } from '../services/console.ts'
import { Events } from '../services/events.ts'
import { Identity } from '../services/identity.ts'
import { PeerBook } from '../services/peer-book.ts'
import { Settings } from '../services/settings.ts'
import type { Transport } from '../services/transport.ts'
import { acceptor } from './acceptor.ts'
import { makeAcquaintances } from './acquaintances.ts'
import { makeActorClock } from './actor-clock.ts'
import { clockWatcher } from './clock-watcher.ts'
import { Commands } from './commands.ts'
import { makeConsoleSource } from './console-source.ts'
import { makeConversations, toHex } from './conversations.ts'
import { Directory } from './directory.ts'
import { Dispatcher } from './dispatch.ts'
import { type Inbound, startInbound } from './inbound.ts'
import { makeLinkWork } from './link-work.ts'
import { makeLinks } from './links.ts'
import { provideMachines } from './provide.ts'
import { Wire } from './wire.ts'

export type { Outcome } from '../machines/app.types.ts'

/** The services that a run needs. */
export type AppServices =
  | Transport
  | Identity
  | PeerBook
  | Console
  | Events
  | Settings
  | Scope.Scope

/** `link.heard` restarts a timer in the machine: a tenth of the interval is as exact as it must be. */
const HEARD_FRACTION = 10
const INSTANCE_BYTES = 8

const inputOf = (
  settings: SettingsValues,
  ourId: PeerId,
  paced: boolean,
  instance: string
): AppInput => ({
  ourId,
  instance,
  listen: settings.listen,
  target: settings.connect,
  expect: settings.expect,
  unknownPeers: settings.unknownPeers,
  heartbeatMs: settings.heartbeatIntervalMs,
  reconnectAttempts: settings.reconnectAttempts,
  reconnectDelayMs: settings.reconnectDelayMs,
  attended: !paced,
  mayFallBack: !paced || settings.stay,
  stays: settings.stay || settings.connect === undefined
})

/** Everything between the services and the machines, wired once. The actor is not started yet. */
const assemble = Effect.gen(function* () {
  const context = yield* Effect.context<AppServices>()
  const settings = yield* Settings
  const identity = yield* Identity
  const peerBook = yield* PeerBook
  const console = yield* Console
  const events = yield* Events
  const clock = yield* Clock.Clock
  const dice = yield* Random.Random
  const ended = yield* Deferred.make<Outcome>()
  const fork = Effect.runForkWith(context)

  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  const wallNow = () => clock.currentTimeMillisUnsafe()
  const onDefect = (cause: Cause.Cause<unknown>): void => {
    Deferred.doneUnsafe(ended, Effect.failCause(cause as Cause.Cause<never>))
  }
  const run = (effect: Effect.Effect<void>): void => {
    fork(effect)
  }

  const emit = (told: readonly EarshotEvent[]): void => {
    if (told.some(({ type }) => type === 'peer.connected')) source.peerCame()
    events.emit(told.map(named))
  }
  const named = (event: EarshotEvent): EarshotEvent => {
    if (event.type !== 'peer.connected' || event.peer.nickname === undefined) return event
    const nicknameTakenBy = acquaintances.ownerOf(event.peer.nickname, event.peer.id)
    return nicknameTakenBy === undefined ? event : { ...event, nicknameTakenBy }
  }

  const toApp = (event: AppEvent): void => actor.send(event)
  const appContext = () => actor.getSnapshot().context
  const child = (id: string) => actor.getSnapshot().children[id]
  const toConnection = (id: string, event: ConnectionEvent): void => child(id)?.send(event)
  const session = (peerId: PeerId): SessionContext | undefined =>
    (child(`session-${peerId}`)?.getSnapshot() as { context: SessionContext } | undefined)?.context

  const source = makeConsoleSource(console)
  const links = makeLinks()
  const conversations = makeConversations({
    randomBytes: identity.randomBytes,
    emit,
    refOf: (peerId) => directory.refOf(peerId),
    onRenamed: (peerId, nickname) => toApp({ type: 'peer.renamed', peerId, nickname }),
    onWaiting: (peerId, waiting) => {
      source.noteWaiting(waiting)
      toApp({ type: 'delivery.waiting', peerId, waiting })
    },
    messageBytesMax: settings.messageBytesMax,
    nickname: settings.nickname,
    wallNow
  })
  const directory: Directory = new Directory({
    app: appContext,
    session,
    links,
    conversations
  })
  const acquaintances = yield* makeAcquaintances({
    peerBook,
    run,
    emit,
    refOf: directory.refOf,
    wallNow
  })
  const instance = toHex(identity.randomBytes(INSTANCE_BYTES))
  const wire = new Wire({
    links,
    conversations,
    identity,
    instance,
    messageBytesMax: settings.messageBytesMax,
    inbound: () => inbound,
    toConnection,
    listeningPort: () => appContext().listening?.port,
    now,
    wallNow
  })
  const machine = provideMachines({
    runner: { runFork: fork, onDefect },
    links,
    wire,
    work: makeLinkWork(links, wire),
    emit,
    draw: () => dice.nextDoubleUnsafe(),
    accept: acceptor({ links, emit, reachable: settings.reachable }),
    watchClock: clockWatcher,
    remember: (peerId) => acquaintances.remember(peerId, session(peerId)?.active?.target)
  })
  const actor = createActor(machine, {
    id: 'app',
    clock: makeActorClock(fork),
    input: inputOf(settings, identity.peerId, console.paced, instance)
  })
  const commands = new Commands({
    app: appContext,
    send: toApp,
    emit,
    conversations,
    directory,
    peerBook,
    run,
    defaultPort: settings.defaultPort
  })
  const dispatcher = new Dispatcher({
    links,
    wire,
    onCommand: commands.handle,
    toConnection,
    onInputEnded: () =>
      toApp(console.interactive ? { type: 'user.quit' } : { type: 'user.input-ended' }),
    heardEveryMs: settings.heartbeatIntervalMs / HEARD_FRACTION,
    now
  })
  let inbound: Inbound<LinkInbound>
  const start = (): void => {
    inbound = startInbound({ fork, dispatch: dispatcher.handle, commands: source.read, onDefect })
    actor.subscribe({
      complete: () =>
        Deferred.doneUnsafe(ended, Effect.succeed(actor.getSnapshot().output as Outcome)),
      error: (defect) => onDefect(Cause.die(defect))
    })
    actor.start()
  }
  const stop = (): void => {
    actor.stop()
    inbound.stop()
  }
  return { start, stop, toApp, ended }
})

/**
 * Runs until the user quits, the input is delivered, or nothing is left to do. Interrupting it (a
 * signal) is a clean end as well: peers are told, queues flushed, within FAREWELL_TIMEOUT_MS_MAX.
 */
export const runChat: Effect.Effect<Outcome, never, AppServices> = Effect.gen(function* () {
  const { start, stop, toApp, ended } = yield* assemble
  yield* Effect.acquireRelease(Effect.sync(start), () => Effect.sync(stop))
  return yield* Deferred.await(ended).pipe(
    Effect.onInterrupt(() => {
      toApp({ type: 'user.signal' })
      return Effect.asVoid(Deferred.await(ended))
    })
  )
})
