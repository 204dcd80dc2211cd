/** The one place of the library that runs effects: one run for each peer, and what is asked beside it. */
import * as Cause from 'effect/Cause'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Logger from 'effect/Logger'
import type { EarshotEvent } from '../domain/events.ts'
import { StartError, StoreError } from '../domain/failures.ts'
import type { Settings as Values } from '../domain/settings.ts'
import { type Outcome, runChat } from '../runtime/app.ts'
import { Console } from '../services/console.ts'
import { Events } from '../services/events.ts'
import { Settings } from '../services/settings.ts'
import type { PeerOptions } from './api.ts'
import { EarshotError } from './earshot-error.ts'
import type { Gate } from './gate.ts'
import type { Hearing } from './hearing.ts'
import { type Live, type LiveServices, liveServices } from './live-services.ts'
import type { Orders } from './orders.ts'

export interface RunWorld {
  readonly options: PeerOptions
  readonly settings: Values
  readonly orders: Orders
  readonly gate: Gate
  readonly hearing: Hearing
}

type Ask = <A>(effect: Effect.Effect<A, StartError | StoreError, LiveServices>) => Promise<A>

export interface Run {
  /** The services are there, and the run begins in a later turn; fails with what keeps it from that. */
  readonly ready: Promise<Live>
  /** Runs an effect beside the run, with the services of it. */
  readonly ask: Ask
  /** The run is over and has let go of everything; undefined: as it was asked to. */
  readonly ended: Promise<EarshotError | undefined>
}

const errorOf = (cause: Cause.Cause<unknown>): EarshotError => {
  const error = Cause.squash(cause)
  return error instanceof StartError || error instanceof StoreError
    ? new EarshotError(error.reason, { cause: error })
    : new EarshotError({ _tag: 'Defect' }, { cause: error })
}

const endOf = (exit: Exit.Exit<Outcome, unknown>): EarshotError | undefined => {
  if (Exit.isFailure(exit)) return errorOf(exit.cause)
  return exit.value.exit === 'clean' ? undefined : new EarshotError(exit.value.failure)
}

/** A library writes nothing to the output of its program. */
const silent = Logger.layer([])

const fork = (effect: Effect.Effect<void>): void => {
  Effect.runFork(effect.pipe(Effect.provide(silent)))
}

/** Files that are offered are turned away: a peer of the library does not take any yet. */
const hearingOf =
  (hearing: Hearing, orders: Orders) =>
  (events: readonly EarshotEvent[]): void => {
    hearing.hear(events)
    for (const event of events)
      if (event.type === 'transfer.offered')
        orders.push({ type: 'decline', who: `t${event.transfer.number}` })
  }

/** Starts a run, which goes on until it is told to quit. */
export const startRun = ({ options, settings, orders, gate, hearing }: RunWorld): Run => {
  const built = Promise.withResolvers<Live>()
  const program = Effect.gen(function* () {
    const live = yield* liveServices(options, gate, fork)
    hearing.heardStore = live.heardStore
    built.resolve(live)
    // Whoever waits for the peer goes on first, and listens.
    yield* Effect.yieldNow
    hearing.hear(live.told)
    const services = live.services.pipe(
      Context.add(Settings, settings),
      Context.add(Events, { emit: hearingOf(hearing, orders) }),
      Context.add(Console, orders.console)
    )
    return yield* Effect.provideContext(runChat, services).pipe(
      Effect.ensuring(live.heardStore?.finish ?? Effect.void)
    )
  })
  const fiber = Effect.runFork(program.pipe(Effect.scoped, Effect.provide(silent)))
  const ended = new Promise<EarshotError | undefined>((resolve) => {
    fiber.addObserver((exit) => {
      const error = endOf(exit)
      // Nobody hears it any more where the services were there.
      built.reject(error ?? new EarshotError({ _tag: 'Closed' }))
      resolve(error)
    })
  })
  const ask: Ask = async (effect) => {
    const { services } = await built.promise
    const provided = Effect.provideContext(effect, services)
    const exit = await Effect.runPromiseExit(provided.pipe(Effect.provide(silent)))
    if (Exit.isFailure(exit)) throw errorOf(exit.cause)
    return exit.value
  }
  return { ready: built.promise, ask, ended }
}
