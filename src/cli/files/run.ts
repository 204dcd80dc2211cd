/** A run of the whole program with a script in place of the person: `earshot send` and `earshot receive`. */
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { LogFile } from '../../adapters/log-file.ts'
import { ownAddresses } from '../../adapters/own-addresses.ts'
import type { EarshotEvent } from '../../domain/events.ts'
import { EXIT_OK, EXIT_TEMPORARY, exitCodeOf } from '../../domain/exit-code.ts'
import { type Outcome, runChat } from '../../runtime/app.ts'
import { Console } from '../../services/console.ts'
import { Events } from '../../services/events.ts'
import { Settings } from '../../services/settings.ts'
import { Store } from '../../services/store.ts'
import type { Line } from '../../services/terminal.ts'
import { chatSettings } from '../chat-settings.ts'
import type { ChatFlags } from '../invocation.ts'
import { type Failure, filesOf, messagesOf, type OpenProfile, storeOf } from '../live-run.ts'
import type { Loaded } from '../load-settings.ts'
import { logTap } from '../log-tap.ts'
import { VERSION } from '../version.ts'
import { wantsAscii, wantsColor } from '../views/style.ts'
import { makeChatTap, makeJsonTap, type Tap } from '../views/tap.ts'
import type { Tally } from './tally.ts'

/** What stands in for the person. */
export interface Script {
  readonly console: Console['Service']
  readonly note: (events: readonly EarshotEvent[]) => void
  readonly tally: () => Tally
}

export interface FilesRun {
  readonly loaded: Loaded
  readonly flags: ChatFlags
  readonly log: LogFile
  readonly own: OpenProfile
  /** Where received files go; undefined: as the settings say. */
  readonly folder: string | undefined
  readonly script: Script
}

const WIDTH = 80

/** Lines of the chat, on standard error: standard output is for what was asked for. */
const errorTap = (flags: ChatFlags, now: () => number): Tap => {
  const isScreen = process.stderr.isTTY === true
  return makeChatTap(
    {
      styled: false,
      columns: () => process.stderr.columns ?? WIDTH,
      print: (lines) => {
        const texts = lines.map((line) => (typeof line === 'string' ? line : line.text))
        process.stderr.write(`${texts.join('\n')}\n`)
      },
      mark: () => undefined,
      setStatus: () => undefined,
      setPrompt: () => undefined
    },
    { color: flags.color && wantsColor(process.env, isScreen), ascii: wantsAscii(process.env) },
    now
  )
}

const viewOf = (flags: ChatFlags): Effect.Effect<Tap> =>
  Effect.map(Clock.Clock, (clock) => {
    const now = () => clock.currentTimeMillisUnsafe()
    const print = (lines: readonly Line[]) =>
      process.stdout.write(`${lines.map(String).join('\n')}\n`)
    return flags.json ? makeJsonTap({ print }, now) : errorTap(flags, now)
  })

const exitOf = (outcome: Outcome, { failed, open }: Tally): number => {
  if (outcome.exit === 'failed') return exitCodeOf(outcome.failure)
  return failed > 0 || open > 0 ? EXIT_TEMPORARY : EXIT_OK
}

/** Runs until the script ends it. @returns the exit code. */
export const runFiles = Effect.fnUntraced(function* ({
  loaded,
  flags,
  log,
  own,
  folder,
  script
}: FilesRun): Effect.fn.Return<number, Failure, Scope> {
  const stored = yield* storeOf(loaded, own)
  const messages = yield* messagesOf(stored.store, { whenWritten: (work) => work() })
  const hosts = ownAddresses(loaded.resolved.values.listen_host)
  const settings = chatSettings(loaded.resolved, flags, undefined, hosts)
  const show = yield* viewOf(flags)
  const record = logTap(log)
  const emit = (events: readonly EarshotEvent[]): void => {
    record(events)
    show(events)
    messages.printed(events)
    script.note(events)
  }
  const { profile, displaced } = own.acquired
  if (displaced !== undefined) emit([{ type: 'app.profile', profile, ...displaced }])
  emit([{ type: 'app.started', version: VERSION, id: own.id, profile }, ...stored.told])
  const files = yield* filesOf(loaded, own, folder)
  const services = own.services.pipe(
    Context.merge(files),
    Context.add(Settings, settings),
    Context.add(Events, { emit }),
    Context.add(Console, script.console),
    Context.add(Store, messages.store)
  )
  const outcome = yield* Effect.provideContext(runChat, services)
  return exitOf(outcome, script.tally())
})
