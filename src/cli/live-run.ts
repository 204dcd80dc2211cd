/** What every run that talks to peers begins with: its log, its profile, its store. */
import { join, resolve as absolute } from 'node:path'
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Logger from 'effect/Logger'
import * as References from 'effect/References'
import type { Scope } from 'effect/Scope'
import { type LogFile, MINIMUM_LEVEL, openLogFile } from '../adapters/log-file.ts'
import { layer as identityLayer } from '../adapters/node-identity.ts'
import { layer as peerBookLayer } from '../adapters/peer-book-file.ts'
import { type AcquiredProfile, acquireProfile } from '../adapters/profile-lock.ts'
import { layer as transportLayer } from '../adapters/tcp-transport.ts'
import type { StartError } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { safeLine } from '../domain/safe-text.ts'
import { Identity } from '../services/identity.ts'
import type { PeerBook } from '../services/peer-book.ts'
import type { Store } from '../services/store.ts'
import type { Terminal } from '../services/terminal.ts'
import type { Transport } from '../services/transport.ts'
import type { ChatFlags } from './invocation.ts'
import { type Loaded, loadSettings } from './load-settings.ts'
import type { FileServices } from './open-files.ts'
import type { OpenStore } from './open-store.ts'
import type { Whereabouts } from './process-end.ts'
import { failuresOf, type StartFailures } from './start-failures.ts'
import { renderJson } from './views/json-view.ts'

export type Failure = StartError | StartFailures

/** The profile that this run has to itself, and the adapters that live with it. */
export interface OpenProfile {
  readonly acquired: AcquiredProfile
  readonly id: PeerId
  readonly services: Context.Context<Transport | Identity | PeerBook>
}

/** The log of this run, which `where` remembers for the apology after a bug. */
const openLog = Effect.fnUntraced(function* (
  { places, resolved }: Loaded,
  flags: ChatFlags,
  where: Whereabouts
): Effect.fn.Return<LogFile, never, Scope> {
  const path =
    flags.logFile === undefined ? join(places.dirs.state, 'earshot.log') : absolute(flags.logFile)
  const level = resolved.values.log_level
  if (flags.debug)
    process.stderr.write(`earshot: The log, at level ${level}, is ${safeLine(path, 4096)}\n`)
  const log = yield* openLogFile({ path, level })
  where.log = {
    path,
    write: (defect) =>
      log.write('error', 'a bug', {
        stack: defect instanceof Error ? defect.stack : String(defect)
      })
  }
  return log
})

/** Takes the profile for the scope, and builds what lives in it. */
export const openProfile = Effect.fnUntraced(function* ({
  places: { dirs, profile: wanted },
  resolved: { values }
}: Loaded): Effect.fn.Return<OpenProfile, StartError, Scope> {
  const acquired = yield* acquireProfile({ dataHome: dirs.data, wanted })
  const { directory, profile } = acquired
  const services = yield* Layer.build(
    Layer.provideMerge(
      Layer.mergeAll(
        transportLayer({ readAheadBytes: values.buffer_size }),
        peerBookLayer({ directory })
      ),
      identityLayer({ directory, profile })
    )
  )
  return { acquired, id: Context.get(services, Identity).peerId, services }
})

/** Loaded only for a run that has a store: one in plain text keeps nothing. */
export const storeOf = Effect.fnUntraced(function* (
  { resolved: { values } }: Loaded,
  { acquired: { directory, displaced }, id }: OpenProfile
): Effect.fn.Return<OpenStore, StartError, Scope> {
  const { openStore } = yield* Effect.promise(() => import('./open-store.ts'))
  return yield* openStore({ directory, id, values, displaced: displaced !== undefined })
})

/** The same. @param folder where received files go; undefined: where the settings say. */
export const filesOf = Effect.fnUntraced(function* (
  loaded: Loaded,
  { acquired: { directory } }: OpenProfile,
  folder?: string
): Effect.fn.Return<Context.Context<FileServices>, StartError, Scope> {
  const { openFiles } = yield* Effect.promise(() => import('./open-files.ts'))
  return yield* openFiles(loaded, directory, folder)
})

/** The same: messages count as shown once they have left the process. */
export const messagesOf = Effect.fnUntraced(function* (
  store: Store['Service'],
  terminal: Pick<Terminal['Service'], 'whenWritten'>
) {
  const { writtenMessages } = yield* Effect.promise(() => import('./written-messages.ts'))
  return yield* writtenMessages(store, terminal)
})

/** A program that reads our events reads also why there are none. */
const tellProgram = (error: Failure): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (time) => {
    for (const failure of failuresOf(error))
      process.stdout.write(`${renderJson({ type: 'app.failed', failure }, time)}\n`)
  })

const logged = Effect.fnUntraced(function* (
  flags: ChatFlags,
  where: Whereabouts,
  run: (loaded: Loaded, log: LogFile) => Effect.Effect<number, Failure, Scope>
): Effect.fn.Return<number, Failure, Scope> {
  const loaded = yield* loadSettings(flags, process.env)
  const log = yield* openLog(loaded, flags, where)
  return yield* run(loaded, log).pipe(
    Effect.tapCause((cause) => Effect.logError('the run failed', cause)),
    Effect.provide(Logger.layer([log.logger])),
    Effect.provideService(
      References.MinimumLogLevel,
      MINIMUM_LEVEL[loaded.resolved.values.log_level]
    )
  )
})

/**
 * Loads the settings, opens the log, and runs. Fails with whatever keeps it from starting, which a
 * program that asked for --json is told as an event as well.
 */
export const liveRun = (
  flags: ChatFlags,
  where: Whereabouts,
  run: (loaded: Loaded, log: LogFile) => Effect.Effect<number, Failure, Scope>
): Effect.Effect<number, Failure> =>
  logged(flags, where, run).pipe(
    Effect.scoped,
    Effect.tapError((error) => (flags.json ? tellProgram(error) : Effect.void))
  )
