/** `earshot`: the conversation. Every live layer meets the runtime here. */
import { join, resolve as absolute } from 'node:path'
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Logger from 'effect/Logger'
import * as References from 'effect/References'
import type { Scope } from 'effect/Scope'
import { type LogFile, MINIMUM_LEVEL, openLogFile } from '../../adapters/log-file.ts'
import { layer as identityLayer } from '../../adapters/node-identity.ts'
import { layer as peerBookLayer } from '../../adapters/peer-book-file.ts'
import { ownAddresses } from '../../adapters/own-addresses.ts'
import { type AcquiredProfile, acquireProfile } from '../../adapters/profile-lock.ts'
import { layer as transportLayer } from '../../adapters/tcp-transport.ts'
import { layerTerminal } from '../../adapters/tty-layer.ts'
import { parseJsonCommand } from '../../domain/command-json.ts'
import { parseLine } from '../../domain/command-line.ts'
import type { EarshotEvent } from '../../domain/events.ts'
import { EXIT_OK, exitCodeOf } from '../../domain/exit-code.ts'
import type { StartError } from '../../domain/failures.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { runChat } from '../../runtime/app.ts'
import { runPlain } from '../../runtime/plain.ts'
import { Console } from '../../services/console.ts'
import { Events } from '../../services/events.ts'
import { Identity } from '../../services/identity.ts'
import { Settings } from '../../services/settings.ts'
import { Store } from '../../services/store.ts'
import { Terminal } from '../../services/terminal.ts'
import { type Answers, chatSettings, peerPortOf } from '../chat-settings.ts'
import { consoleOver } from '../console.ts'
import { askHowToStart } from '../interactive.ts'
import type { ChatFlags } from '../invocation.ts'
import { type Loaded, loadSettings } from '../load-settings.ts'
import { logTap } from '../log-tap.ts'
import type { OpenStore } from '../open-store.ts'
import type { Whereabouts } from '../process-end.ts'
import { failuresOf, type StartFailures } from '../start-failures.ts'
import { VERSION } from '../version.ts'
import { renderJson } from '../views/json-view.ts'
import { wantsAscii, wantsColor } from '../views/style.ts'
import { makeChatTap, makeJsonTap, type Tap } from '../views/tap.ts'

type Failure = StartError | StartFailures

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

/** The live adapters of one profile. They live as long as the scope. */
const liveLayers = (
  { directory, profile }: { directory: string; profile: string },
  readAheadBytes: number
) =>
  Layer.provideMerge(
    Layer.mergeAll(transportLayer({ readAheadBytes }), peerBookLayer({ directory })),
    identityLayer({ directory, profile })
  )

/** Questions are for a person who said nothing of whom to call or where to listen. */
const asksHowToStart = (terminal: Terminal['Service'], flags: ChatFlags): boolean =>
  terminal.interactive &&
  !flags.json &&
  flags.connect === undefined &&
  flags.keys.default_port === undefined &&
  flags.keys.listen_host === undefined

const viewOf = (terminal: Terminal['Service'], flags: ChatFlags): Effect.Effect<Tap> =>
  Effect.map(Clock.Clock, (clock) =>
    flags.json
      ? makeJsonTap(terminal, () => clock.currentTimeMillisUnsafe())
      : makeChatTap(terminal, {
          color: flags.color && wantsColor(process.env, terminal.styled),
          ascii: wantsAscii(process.env)
        })
  )

/** A program that reads our events reads also why there are none. */
const tellProgram = (error: Failure): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (time) => {
    for (const failure of failuresOf(error))
      process.stdout.write(`${renderJson({ type: 'app.failed', failure }, time)}\n`)
  })

/** Loaded only for a conversation that has a store: one in plain text keeps nothing. */
const messagesOf = Effect.fnUntraced(function* (
  store: Store['Service'],
  terminal: Terminal['Service']
) {
  const { writtenMessages } = yield* Effect.promise(() => import('../written-messages.ts'))
  return yield* writtenMessages(store, terminal)
})

/** The same. */
const storeOf = Effect.fnUntraced(function* (
  { resolved: { values } }: Loaded,
  { directory, displaced }: AcquiredProfile,
  id: PeerId
): Effect.fn.Return<OpenStore, StartError, Scope> {
  const { openStore } = yield* Effect.promise(() => import('../open-store.ts'))
  return yield* openStore({ directory, id, values, displaced: displaced !== undefined })
})

const converse = Effect.fnUntraced(function* (
  loaded: Loaded,
  flags: ChatFlags,
  log: LogFile
): Effect.fn.Return<number, Failure, Scope> {
  const { dirs, profile: wanted } = loaded.places
  const acquired = yield* acquireProfile({ dataHome: dirs.data, wanted })
  const live = yield* Layer.build(liveLayers(acquired, loaded.resolved.values.buffer_size))
  const { peerId: id } = Context.get(live, Identity)
  const stored = flags.plainText ? undefined : yield* storeOf(loaded, acquired, id)
  const terminal = Context.get(yield* Layer.build(layerTerminal({ plain: flags.json })), Terminal)
  let answers: Answers | undefined
  if (asksHowToStart(terminal, flags)) {
    const { resolved } = loaded
    answers = yield* askHowToStart(terminal, resolved.values.default_port, peerPortOf(resolved))
    if (answers === undefined) return EXIT_OK
  }
  const hosts = ownAddresses(loaded.resolved.values.listen_host)
  const settings = chatSettings(loaded.resolved, flags, answers, hosts)
  const messages = stored === undefined ? undefined : yield* messagesOf(stored.store, terminal)
  const show = yield* viewOf(terminal, flags)
  const record = logTap(log)
  const emit = (events: readonly EarshotEvent[]): void => {
    record(events)
    show(events)
    messages?.printed(events)
  }
  const { profile, displaced } = acquired
  if (displaced !== undefined) emit([{ type: 'app.profile', profile, ...displaced }])
  const named = settings.nickname === undefined ? {} : { nickname: settings.nickname }
  emit([{ type: 'app.started', version: VERSION, id, profile, ...named }, ...(stored?.told ?? [])])
  const services = live.pipe(
    Context.add(Settings, settings),
    Context.add(Events, { emit }),
    Context.add(
      Console,
      consoleOver(terminal, flags.json ? parseJsonCommand : parseLine, flags.json)
    )
  )
  const run =
    messages === undefined ? runPlain : Effect.provideService(runChat, Store, messages.store)
  const outcome = yield* Effect.provideContext(run, services)
  return outcome.exit === 'clean' ? EXIT_OK : exitCodeOf(outcome.failure)
})

const logged = Effect.fnUntraced(function* (
  flags: ChatFlags,
  where: Whereabouts
): Effect.fn.Return<number, Failure, Scope> {
  const loaded = yield* loadSettings(flags, process.env)
  const log = yield* openLog(loaded, flags, where)
  return yield* converse(loaded, flags, log).pipe(
    Effect.tapCause((cause) => Effect.logError('the run failed', cause)),
    Effect.provide(Logger.layer([log.logger])),
    Effect.provideService(
      References.MinimumLogLevel,
      MINIMUM_LEVEL[loaded.resolved.values.log_level]
    )
  )
})

/**
 * Talks until the end. Fails with whatever keeps it from starting; a conversation that fails later
 * has told so itself, and gives its exit code.
 */
export const chat = (flags: ChatFlags, where: Whereabouts): Effect.Effect<number, Failure> =>
  logged(flags, where).pipe(
    Effect.scoped,
    Effect.tapError((error) => (flags.json ? tellProgram(error) : Effect.void))
  )
