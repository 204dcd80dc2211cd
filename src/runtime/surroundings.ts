/** What every part of a run needs of the world: services, time, dice, fibers, and its outcome. */
import * as Cause from 'effect/Cause'
import * as Clock from 'effect/Clock'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Random from 'effect/Random'
import type { Scope } from 'effect/Scope'
import type { Outcome } from '../machines/app.types.ts'
import { Console } from '../services/console.ts'
import { Digests } from '../services/digests.ts'
import { Downloads } from '../services/downloads.ts'
import { Events } from '../services/events.ts'
import { FileSources } from '../services/file-sources.ts'
import { Identity } from '../services/identity.ts'
import { Opener } from '../services/opener.ts'
import { PeerBook } from '../services/peer-book.ts'
import { Settings } from '../services/settings.ts'
import { Store } from '../services/store.ts'
import { TransferNotes } from '../services/transfer-notes.ts'
import type { Transport } from '../services/transport.ts'

/** The services that every run needs. */
export type PlainServices = Transport | Identity | PeerBook | Console | Events | Settings | Scope

/** Those of a conversation; one in plain text stores nothing and sends no files. */
export type AppServices =
  | PlainServices
  | Store
  | FileSources
  | Downloads
  | TransferNotes
  | Digests
  | Opener

export const surroundings = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const dice = yield* Random.Random
  const ended = yield* Deferred.make<Outcome>()
  const fork = Effect.runForkWith(yield* Effect.context<PlainServices>())
  const work = new Set<Fiber.Fiber<void>>()
  const scope = yield* Effect.scope
  // The end waits for what is still being written, and for what is written because of that: a pin that
  // was lost would let any key in later.
  const written = Effect.gen(function* () {
    while (work.size > 0) yield* Fiber.awaitAll(work)
  })
  yield* Effect.addFinalizer(() => written)
  const onDefect = (cause: Cause.Cause<unknown>): void => {
    Deferred.doneUnsafe(ended, Effect.failCause(cause as Cause.Cause<never>))
  }
  return {
    settings: yield* Settings,
    identity: yield* Identity,
    peerBook: yield* PeerBook,
    console: yield* Console,
    events: yield* Events,
    fork,
    /** Runs work whose outcome is told by events, and which the end of the run waits for. */
    run: (effect: Effect.Effect<void>): void => {
      const fiber = fork(effect)
      work.add(fiber)
      fiber.addObserver((exit) => {
        work.delete(fiber)
        if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) onDefect(exit.cause)
      })
    },
    /** Calls back later, unless the run ends before. */
    after: (ms: number, call: () => void): void => {
      fork(Effect.sleep(ms).pipe(Effect.andThen(Effect.sync(call)), Effect.forkIn(scope)))
    },
    /** 0 to 1. */
    draw: () => dice.nextDoubleUnsafe(),
    /** Monotonic milliseconds. */
    now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
    /** Milliseconds since the epoch. */
    wallNow: () => clock.currentTimeMillisUnsafe(),
    ended,
    end: (outcome: Outcome): void => {
      Deferred.doneUnsafe(ended, Effect.succeed(outcome))
    },
    /** A bug: the run ends with its trace. */
    onDefect
  }
})

/** The same of a conversation. */
export const chatSurroundings = Effect.gen(function* () {
  return {
    ...(yield* surroundings),
    store: yield* Store,
    files: yield* FileSources,
    downloads: yield* Downloads,
    notes: yield* TransferNotes,
    digests: yield* Digests,
    opener: yield* Opener
  }
})

export type ChatSurroundings = Effect.Success<typeof chatSurroundings>
