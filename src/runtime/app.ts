/** A whole run: the actors, the pipeline and the data plane of one peer, from start to outcome. */
import * as Cause from 'effect/Cause'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import { createActor } from 'xstate'
import type { EarshotEvent } from '../domain/events.ts'
import { callOf } from '../machines/app.rules.ts'
import type { AppInput, Outcome } from '../machines/app.types.ts'
import type { LinkInbound } from '../streams/pipeline.ts'
import { acceptor } from './acceptor.ts'
import { type Acquaintances, makeAcquaintances } from './acquaintances.ts'
import { makeActorClock } from './actor-clock.ts'
import { Actors } from './actors.ts'
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
import { type AppServices, type Surroundings, surroundings } from './surroundings.ts'
import { WaitingCounts } from './waiting-counts.ts'
import { Wire } from './wire.ts'

export type { Outcome } from '../machines/app.types.ts'

/** `link.heard` restarts a timer in the machine: a tenth of the interval is as exact as it must be. */
const HEARD_FRACTION = 10
const INSTANCE_BYTES = 8

const inputOf = ({ settings, identity, console }: Surroundings, instance: string): AppInput => ({
  ourId: identity.peerId,
  instance,
  listen: settings.listen,
  target: settings.connect,
  expect: settings.expect,
  unknownPeers: settings.unknownPeers,
  heartbeatMs: settings.heartbeatIntervalMs,
  reconnectAttempts: settings.reconnectAttempts,
  reconnectDelayMs: settings.reconnectDelayMs,
  attended: !console.paced,
  mayFallBack: !console.paced || settings.stay,
  stays: settings.stay || settings.connect === undefined
})

type Connected = Extract<EarshotEvent, { readonly type: 'peer.connected' }>

/** A new peer under a known peer's name is told as such, and so is the call that it answers. */
const introduced = (
  event: Connected,
  { app, session }: Actors,
  ownerOf: Acquaintances['ownerOf']
): Connected => {
  const { id, nickname } = event.peer
  const nicknameTakenBy = nickname === undefined ? undefined : ownerOf(nickname, id)
  return {
    ...event,
    ...(nicknameTakenBy === undefined ? {} : { nicknameTakenBy }),
    ...callOf(app(), session(id)?.active?.link)
  }
}

/** What is beside the machines: links, conversations, and who is who. */
const makeDataPlane = Effect.fnUntraced(function* (around: Surroundings, actors: Actors) {
  const { settings, identity, peerBook, run, wallNow } = around
  const source = makeConsoleSource(around.console)
  const emit = (events: readonly EarshotEvent[]): void => {
    if (events.some(({ type }) => type === 'peer.connected')) source.peerCame()
    around.events.emit(
      events.map((event) =>
        // The app machine knows peers by their ids only.
        event.type === 'peer.focused'
          ? { ...event, peer: directory.refOf(event.peer.id) }
          : event.type === 'peer.connected'
            ? introduced(event, actors, acquaintances.ownerOf)
            : event
      )
    )
  }
  const links = makeLinks()
  const waitingCounts = new WaitingCounts(around.console.paced, (peerId, waiting) =>
    actors.toApp({ type: 'delivery.waiting', peerId, waiting })
  )
  const conversations = makeConversations({
    randomBytes: identity.randomBytes,
    emit,
    refOf: (peerId) => directory.refOf(peerId),
    onRenamed: (peerId, nickname) => actors.toApp({ type: 'peer.renamed', peerId, nickname }),
    onWaiting: (peerId, conversation) => {
      const waiting = conversation.waiting()
      source.noteWaiting(waiting, conversation.waitingBytes())
      waitingCounts.note(peerId, waiting)
    },
    messageBytesMax: settings.messageBytesMax,
    nickname: settings.nickname,
    wallNow
  })
  const { app, session } = actors
  const directory: Directory = new Directory({ app, session, links, conversations })
  const { refOf } = directory
  const acquaintances = yield* makeAcquaintances({ peerBook, run, emit, refOf, wallNow })
  return { source, emit, links, conversations, waitingCounts, directory, acquaintances }
})

type DataPlane = Effect.Success<ReturnType<typeof makeDataPlane>>

/** The app actor with everything under it, not started, and the wire that it speaks on. */
const makeActors = (
  around: Surroundings,
  actors: Actors,
  plane: DataPlane,
  inbound: () => Inbound<LinkInbound>
) => {
  const { settings, identity, fork, onDefect, draw, now, wallNow } = around
  const { links, conversations, emit, acquaintances } = plane
  const instance = toHex(identity.randomBytes(INSTANCE_BYTES))
  const wire = new Wire({
    links,
    conversations,
    identity,
    instance,
    inbound,
    toConnection: actors.toConnection,
    listeningPort: () => actors.app().listening?.port,
    now,
    wallNow
  })
  const machine = provideMachines({
    runner: { runFork: fork, onDefect },
    links,
    wire,
    work: makeLinkWork(links, wire),
    emit,
    draw,
    accept: acceptor({ links, emit, reachable: settings.reachable }),
    watchClock: clockWatcher,
    remember: (peerId) => acquaintances.remember(peerId, actors.session(peerId)?.active?.target)
  })
  const clock = makeActorClock(fork)
  const app = createActor(machine, { id: 'app', clock, input: inputOf(around, instance) })
  actors.bind(app)
  return { app, wire }
}

const makeDispatcher = (
  { console, peerBook, settings, run, now }: Surroundings,
  { app, toApp, toConnection }: Actors,
  { links, conversations, waitingCounts, directory, emit }: DataPlane,
  wire: Wire
): Dispatcher => {
  const commands = new Commands({
    app,
    send: toApp,
    emit,
    conversations,
    directory,
    peerBook,
    run,
    defaultPort: settings.defaultPort
  })
  return new Dispatcher({
    links,
    wire,
    onCommands: commands.handle,
    toConnection,
    onInputEnded: () => {
      waitingCounts.inputEnded()
      toApp(console.interactive ? { type: 'user.quit' } : { type: 'user.input-ended' })
    },
    heardEveryMs: settings.heartbeatIntervalMs / HEARD_FRACTION,
    now
  })
}

/** Wires a run and starts it; it is stopped with the scope. */
const start = Effect.gen(function* () {
  const around = yield* surroundings
  const { fork, onDefect, end } = around
  const actors = new Actors()
  const plane = yield* makeDataPlane(around, actors)
  const { app, wire } = makeActors(around, actors, plane, () => inbound)
  const dispatcher = makeDispatcher(around, actors, plane, wire)
  const inbound = startInbound<LinkInbound>({
    fork,
    dispatch: dispatcher.handle,
    commands: plane.source.read,
    onDefect
  })
  app.subscribe({
    complete: () => end(app.getSnapshot().output as Outcome),
    error: (defect) => onDefect(Cause.die(defect))
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      app.stop()
      inbound.stop()
    })
  )
  app.start()
  return { ended: around.ended, toApp: actors.toApp }
})

/**
 * Runs until the user quits, the input is delivered, or nothing is left to do. Interrupting it (a
 * signal) is a clean end as well: peers are told, queues flushed, within FAREWELL_TIMEOUT_MS_MAX.
 */
export const runChat: Effect.Effect<Outcome, never, AppServices> = Effect.gen(function* () {
  const { ended, toApp } = yield* start
  return yield* Deferred.await(ended).pipe(
    Effect.onInterrupt(() => {
      toApp({ type: 'user.signal' })
      return Effect.asVoid(Deferred.await(ended))
    })
  )
})
