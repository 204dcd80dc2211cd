/** `earshot`: the conversation. Every live layer meets the runtime here. */
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { complete } from '../../adapters/files/complete.ts'
import type { LogFile } from '../../adapters/log-file.ts'
import { ownAddresses } from '../../adapters/own-addresses.ts'
import { layerTerminal } from '../../adapters/tty-layer.ts'
import { parseJsonCommand } from '../../domain/command-json.ts'
import { parseLine } from '../../domain/command-line.ts'
import type { EarshotEvent } from '../../domain/events.ts'
import { EXIT_OK, exitCodeOf } from '../../domain/exit-code.ts'
import { runChat } from '../../runtime/app.ts'
import { runPlain } from '../../runtime/plain.ts'
import { Console } from '../../services/console.ts'
import { Events } from '../../services/events.ts'
import { Settings } from '../../services/settings.ts'
import { Store } from '../../services/store.ts'
import { Terminal } from '../../services/terminal.ts'
import { type Answers, chatSettings, peerPortOf } from '../chat-settings.ts'
import { consoleOver } from '../console.ts'
import { askHowToStart } from '../interactive.ts'
import type { ChatFlags } from '../invocation.ts'
import { type Failure, filesOf, liveRun, messagesOf, openProfile, storeOf } from '../live-run.ts'
import { type Loaded, userHome } from '../load-settings.ts'
import { logTap } from '../log-tap.ts'
import type { Whereabouts } from '../process-end.ts'
import { makeTyping } from '../typing.ts'
import { VERSION } from '../version.ts'
import { wantsAscii, wantsColor } from '../views/style.ts'
import { makeChatTap, makeJsonTap, type Tap } from '../views/tap.ts'

/** Questions are for a person who said nothing of whom to call or where to listen. */
const asksHowToStart = (terminal: Terminal['Service'], flags: ChatFlags): boolean =>
  terminal.interactive &&
  !flags.json &&
  flags.connect === undefined &&
  flags.keys.default_port === undefined &&
  flags.keys.listen_host === undefined

const viewOf = (terminal: Terminal['Service'], flags: ChatFlags, now: () => number): Tap =>
  flags.json
    ? makeJsonTap(terminal, now)
    : makeChatTap(
        terminal,
        {
          color: flags.color && wantsColor(process.env, terminal.styled),
          ascii: wantsAscii(process.env)
        },
        now
      )

const converse = Effect.fnUntraced(function* (
  loaded: Loaded,
  flags: ChatFlags,
  log: LogFile
): Effect.fn.Return<number, Failure, Scope> {
  const own = yield* openProfile(loaded)
  const stored = flags.plainText ? undefined : yield* storeOf(loaded, own)
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const roots = { folder: process.cwd(), userHome: userHome() }
  const typing = makeTyping(now, (typed) => complete(typed, roots))
  const ofTerminal = layerTerminal({ plain: flags.json, complete: typing.complete })
  const terminal = Context.get(yield* Layer.build(ofTerminal), Terminal)
  let answers: Answers | undefined
  if (asksHowToStart(terminal, flags)) {
    const { resolved } = loaded
    answers = yield* askHowToStart(terminal, resolved.values.default_port, peerPortOf(resolved))
    if (answers === undefined) return EXIT_OK
  }
  const hosts = ownAddresses(loaded.resolved.values.listen_host)
  const settings = chatSettings(loaded.resolved, flags, answers, hosts)
  const messages = stored === undefined ? undefined : yield* messagesOf(stored.store, terminal)
  const show = viewOf(terminal, flags, now)
  const record = logTap(log)
  const emit = (events: readonly EarshotEvent[]): void => {
    record(events)
    show(events)
    typing.note(events)
    messages?.printed(events)
  }
  const { profile, displaced } = own.acquired
  if (displaced !== undefined) emit([{ type: 'app.profile', profile, ...displaced }])
  const named = settings.nickname === undefined ? {} : { nickname: settings.nickname }
  emit([
    { type: 'app.started', version: VERSION, id: own.id, profile, ...named },
    ...(stored?.told ?? [])
  ])
  const parse = terminal.interactive ? typing.parse : parseLine
  const services = own.services.pipe(
    Context.add(Settings, settings),
    Context.add(Events, { emit }),
    Context.add(Console, consoleOver(terminal, flags.json ? parseJsonCommand : parse, flags.json))
  )
  const outcome =
    messages === undefined
      ? yield* Effect.provideContext(runPlain, services)
      : yield* Effect.provideContext(
          runChat,
          Context.merge(services, yield* filesOf(loaded, own)).pipe(
            Context.add(Store, messages.store)
          )
        )
  return outcome.exit === 'clean' ? EXIT_OK : exitCodeOf(outcome.failure)
})

/** Talks until the end. A conversation that fails once it runs has told so itself, and gives its exit code. */
export const chat = (flags: ChatFlags, where: Whereabouts): Effect.Effect<number, Failure> =>
  liveRun(flags, where, (loaded, log) => converse(loaded, flags, log))
