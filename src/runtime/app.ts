/** A whole run: the actors, the pipeline and the data plane of one peer, from start to outcome. */
import * as Cause from 'effect/Cause'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import { createActor } from 'xstate'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { AppInput, Outcome } from '../machines/app.types.ts'
import type { Store } from '../services/store.ts'
import type { LinkInbound } from '../streams/pipeline.ts'
import { acceptor } from './acceptor.ts'
import { makeAcquaintances } from './acquaintances.ts'
import { makeActorClock } from './actor-clock.ts'
import { Actors } from './actors.ts'
import { clockWatcher } from './clock-watcher.ts'
import { Commands } from './commands.ts'
import { makeConsoleSource } from './console-source.ts'
import { makeConversations, toHex } from './conversations.ts'
import { Directory } from './directory.ts'
import { Dispatcher } from './dispatch.ts'
import { enriched } from './enriched-events.ts'
import { type Inbound, startInbound } from './inbound.ts'
import { KeptCommands } from './kept-commands.ts'
import { makeLinkWork } from './link-work.ts'
import { makeLinks } from './links.ts'
import { provideMachines } from './provide.ts'
import { type AppServices, type ChatSurroundings, chatSurroundings } from './surroundings.ts'
import { makeIncomingPorts } from './transfers/incoming-ports.ts'
import { makeOutgoingPorts } from './transfers/outgoing-ports.ts'
import { makeTransfers } from './transfers/make-plane.ts'
import { TransferCommands } from './transfers/transfer-commands.ts'
import { WaitingCounts } from './waiting-counts.ts'
import { Wire } from './wire.ts'

export type { Outcome } from '../machines/app.types.ts'

/** `link.heard` restarts a timer in the machine: a tenth of the interval is as exact as it must be. */
const HEARD_FRACTION = 10
const INSTANCE_BYTES = 8

const inputOf = (
  { settings, identity, console }: ChatSurroundings,
  instance: string
): AppInput => ({
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

/** What is beside the machines: links, conversations, and who is who. */
const makeDataPlane = Effect.fnUntraced(function* (around: ChatSurroundings, actors: Actors) {
  const { settings, identity, peerBook, store, run, after, wallNow } = around
  const source = makeConsoleSource(around.console)
  const emit = (events: readonly EarshotEvent[]): void => {
    if (events.some(({ type }) => type === 'peer.connected')) source.peerCame()
    around.events.emit(events.flatMap((event) => enriched(event, enrichment)))
  }
  const links = makeLinks()
  const waitingCounts = new WaitingCounts(around.console.paced, (peerId, waiting) =>
    actors.toApp({ type: 'delivery.waiting', peerId, waiting })
  )
  const { app, session, toApp } = actors
  const conversations = makeConversations({
    store,
    run,
    after,
    randomBytes: identity.randomBytes,
    emit,
    refOf: (peerId) => directory.refOf(peerId),
    onRenamed: (peerId, nickname) => toApp({ type: 'peer.renamed', peerId, nickname }),
    onWaiting: (peerId, conversation) => {
      const waiting = conversation.waiting()
      source.noteWaiting(waiting, conversation.waitingBytes())
      waitingCounts.note(peerId, waiting)
    },
    onBroken: (failure) => toApp({ type: 'store.broken', failure }),
    messageBytesMax: settings.messageBytesMax,
    historyLines: settings.historyLines,
    nickname: settings.nickname,
    wallNow
  })
  const directory: Directory = new Directory({
    app,
    session,
    links,
    conversations,
    acquaintances: () => acquaintances
  })
  const { refOf } = directory
  const acquaintances = yield* makeAcquaintances({ peerBook, run, emit, refOf, wallNow })
  const enrichment = {
    refOf,
    ownerOf: acquaintances.ownerOf,
    takeEarlier: conversations.takeEarlier,
    isKept: (peerId: PeerId) => conversations.find(peerId)?.keep ?? settings.saveHistory
  }
  const transfers = makeTransfers(around, actors, { emit, refOf })
  return { source, emit, links, conversations, waitingCounts, directory, acquaintances, transfers }
})

type DataPlane = Effect.Success<ReturnType<typeof makeDataPlane>>

/** The app actor with everything under it, not started, and the wire that it speaks on. */
const makeActors = (
  around: ChatSurroundings,
  actors: Actors,
  plane: DataPlane,
  inbound: () => Inbound<LinkInbound>
) => {
  const { settings, identity, fork, onDefect, draw, now, wallNow, after } = around
  const { links, conversations, emit, acquaintances, transfers } = plane
  const instance = toHex(identity.randomBytes(INSTANCE_BYTES))
  const wire = new Wire({
    links,
    conversations,
    transfers,
    identity,
    instance,
    receipts: settings.readReceipts,
    inbound,
    toConnection: actors.toConnection,
    listeningPort: () => actors.app().listening?.port,
    now,
    after,
    wallNow
  })
  const machine = provideMachines({
    runner: { runFork: fork, onDefect },
    links,
    wire,
    work: makeLinkWork({ links, conversations, transfers, wire }),
    incoming: makeIncomingPorts(transfers),
    outgoing: makeOutgoingPorts(transfers),
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
  { console, peerBook, store, settings, run, now }: ChatSurroundings,
  { app, toApp, toConnection }: Actors,
  { links, conversations, waitingCounts, directory, emit, transfers }: DataPlane,
  wire: Wire
): Dispatcher => {
  const { saveHistory, defaultPort } = settings
  const kept = new KeptCommands({ app, store, conversations, directory, emit, run, saveHistory })
  const ofFiles = new TransferCommands({
    plane: transfers,
    focus: () => app().focus,
    matching: directory.matching
  })
  const commands = new Commands({
    app,
    send: toApp,
    emit,
    conversations,
    directory,
    peerBook,
    run,
    kept,
    transfers: ofFiles,
    defaultPort
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

/** What earlier runs left: messages that were taken and may not have been shown, and who is waited for. */
const resumeEarlierRuns = Effect.fnUntraced(function* (
  { conversations, directory, emit }: DataPlane,
  store: Store['Service']
) {
  const all = yield* store.conversations
  const peers = all.flatMap(({ peer, waiting: count }) =>
    count === 0 ? [] : [{ peer: directory.refOf(peer), count }]
  )
  if (peers.length > 0) emit([{ type: 'outbox.waiting', when: 'start', peers }])
  for (const { peer, unshown } of all) if (unshown > 0) (yield* conversations.open(peer)).recover()
})

/** What the peers have not acknowledged by the end is kept for the next run. */
const tellLeft = ({ conversations, directory, emit, transfers }: DataPlane): void => {
  transfers.stop()
  for (const conversation of conversations.all().values()) conversation.flush()
  const peers = [...conversations.all()].flatMap(([peerId, conversation]) => {
    const count = conversation.waiting()
    return count === 0 ? [] : [{ peer: directory.refOf(peerId), count }]
  })
  if (peers.length > 0) emit([{ type: 'outbox.waiting', when: 'end', peers }])
}

/** Wires a run and starts it; it is stopped with the scope. */
const start = Effect.gen(function* () {
  const around = yield* chatSurroundings
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
    complete: () => {
      tellLeft(plane)
      end(app.getSnapshot().output as Outcome)
    },
    error: (defect) => onDefect(Cause.die(defect))
  })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      app.stop()
      inbound.stop()
    })
  )
  app.start()
  around.run(plane.transfers.restored)
  yield* resumeEarlierRuns(plane, around.store).pipe(
    Effect.catch(({ reason: failure }) =>
      Effect.sync(() => actors.toApp({ type: 'store.broken', failure }))
    )
  )
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
