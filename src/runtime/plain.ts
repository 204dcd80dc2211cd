/**
 * Plain text mode: lines of text with one program that is not Earshot. No identity, no delivery, no
 * encryption; every line is marked as unprotected where it is shown. The same pipeline as always, with
 * one link at a time and nothing to decide: dial or wait, talk, end.
 */
import type * as Cause from 'effect/Cause'
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import type { Command } from '../domain/commands.ts'
import { formatEndpoint } from '../domain/endpoint.ts'
import type { EarshotEvent } from '../domain/events.ts'
import type { CloseReason } from '../domain/failures.ts'
import { FAREWELL_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import type { Outcome } from '../machines/app.types.ts'
import { PlainLines } from '../protocol/plain-lines.ts'
import { Console } from '../services/console.ts'
import { Events } from '../services/events.ts'
import { Settings } from '../services/settings.ts'
import { type ByteStream, Transport } from '../services/transport.ts'
import { type PlainInbound, plainSource, type UserInbound } from '../streams/pipeline.ts'
import { makeConsoleSource } from './console-source.ts'
import { codeOf, type Inbound, startInbound } from './inbound.ts'
import { makeWriter, type Writer } from './outbound.ts'

type PlainServices = Transport | Console | Events | Settings | Scope.Scope

const CLEAN: Outcome = { exit: 'clean' }

const failed = (failure: Extract<Outcome, { exit: 'failed' }>['failure']): Outcome => ({
  exit: 'failed',
  failure
})

/** The one talk of a time: its stream, its writer, and the scope that both live in. */
interface Talk {
  readonly stream: ByteStream
  readonly writer: Writer
  readonly scope: Scope.Closeable
}

const endReason = (code: string): CloseReason =>
  code === 'tls'
    ? { _tag: 'SecureError', failure: { _tag: 'NotEarshot', looksLike: 'tls' } }
    : code === 'end'
      ? { _tag: 'Bye', by: 'them', why: 'quit' }
      : { _tag: 'Lost', code }

const assemble = Effect.gen(function* () {
  const context = yield* Effect.context<PlainServices>()
  const fork = Effect.runForkWith(context)
  const console = yield* Console
  const events = yield* Events
  const settings = yield* Settings
  const ended = yield* Deferred.make<Outcome>()
  const source = makeConsoleSource(console)
  const encoder = new TextEncoder()
  const tell = (event: EarshotEvent): void => events.emit([event])
  const end = (outcome: Outcome): void => {
    Deferred.doneUnsafe(ended, Effect.succeed(outcome))
  }
  const onDefect = (cause: Cause.Cause<unknown>): void => {
    Deferred.doneUnsafe(ended, Effect.failCause(cause as Cause.Cause<never>))
  }
  let talk: Talk | undefined
  let links = 0
  let inputEnded = false

  /** What was typed leaves before the end does. */
  const leave = (outcome: Outcome): void => {
    const parting = talk
    if (parting === undefined) return end(outcome)
    fork(
      parting.writer.flush.pipe(
        Effect.andThen(parting.stream.end),
        Effect.timeoutOption(FAREWELL_TIMEOUT_MS_MAX),
        Effect.ignore,
        Effect.andThen(Effect.sync(() => end(outcome)))
      )
    )
  }

  const onCommand = (command: Command): void => {
    switch (command.type) {
      case 'say':
        if (talk === undefined) tell({ type: 'message.failed', text: command.text, why: 'no-peer' })
        else talk.writer.send(encoder.encode(`${command.text}\n`))
        return
      case 'quit':
        tell({ type: 'app.ending', why: 'quit' })
        return leave(CLEAN)
      case 'help':
        return tell({ type: 'help.shown' })
      case 'invalid':
        return tell({ ...command, type: 'command.invalid' })
      default:
        tell({
          type: 'command.unavailable',
          command: `/${command.type}`,
          detail: 'plain text mode knows no peers, only lines'
        })
    }
  }

  const onLinkEnded = (code: string): void => {
    const over = talk
    talk = undefined
    if (over === undefined) return
    const reason = endReason(code)
    tell({ type: 'plain.disconnected', address: over.stream.remote, reason })
    fork(Scope.close(over.scope, Exit.void))
    const isWell = reason._tag === 'Bye'
    if (settings.connect !== undefined || console.paced) {
      end(isWell ? CLEAN : failed({ _tag: 'PeerUnreachable', reason }))
    }
  }

  const dispatch = (inbound: PlainInbound | UserInbound): void => {
    switch (inbound._tag) {
      case 'PlainLines': {
        const address = talk?.stream.remote
        if (address === undefined) return
        const told = inbound.lines.map((text) => ({ type: 'plain.line', address, text }) as const)
        return events.emit(told)
      }
      case 'LinkEnded':
        return onLinkEnded(inbound.code)
      case 'Commands':
        for (const command of inbound.commands) onCommand(command)
        return
      case 'InputEnded':
        inputEnded = true
        if (console.interactive) return onCommand({ type: 'quit' })
        // As netcat does: our half is closed, and the other end's is read to its end.
        if (talk !== undefined)
          fork(talk.writer.flush.pipe(Effect.andThen(talk.stream.end), Effect.ignore))
        return
      default:
        inbound satisfies never
    }
  }

  const inbound: Inbound<PlainInbound> = startInbound({
    fork,
    dispatch,
    commands: source.read,
    onDefect
  })

  const begin = Effect.fnUntraced(function* (
    stream: ByteStream,
    direction: 'outgoing' | 'incoming'
  ) {
    const scope = yield* Scope.make()
    yield* Scope.addFinalizer(scope, stream.close)
    talk = { stream, scope, writer: yield* Scope.provide(makeWriter(stream), scope) }
    tell({ type: 'plain.connected', address: stream.remote, direction })
    links += 1
    inbound.add(plainSource(`plain-${links}`, inbound.chunks(stream), new PlainLines(), codeOf))
    source.peerCame()
    if (inputEnded) yield* Effect.ignore(stream.end)
  })

  return { settings, tell, end, ended, leave, begin, inbound, isBusy: () => talk !== undefined }
})

const dialPlain = ({ settings, tell, end, begin }: Effect.Success<typeof assemble>) =>
  Effect.gen(function* () {
    const target = settings.connect
    if (target === undefined) return
    tell({ type: 'dial.started', target, attempt: 1 })
    yield* begin(yield* (yield* Transport).dial(target), 'outgoing')
  }).pipe(
    Effect.catchTag('DialError', (error) =>
      Effect.sync(() => {
        const reason: CloseReason = { _tag: 'DialError', failure: error.reason }
        tell({ type: 'dial.failed', target: error.reason.target, reason, then: 'stop' })
        end(failed({ _tag: 'PeerUnreachable', reason }))
      })
    )
  )

/** One caller at a time; a second one is turned away. */
const listenPlain = ({ settings, tell, end, begin, isBusy }: Effect.Success<typeof assemble>) =>
  Effect.gen(function* () {
    const { host, port } = settings.listen
    const listener = yield* (yield* Transport).listen({ host, port })
    const { address } = listener
    const reachable = settings.reachable.map((own) =>
      formatEndpoint({ host: own, port: address.port })
    )
    tell({ type: 'listen.opened', address, reachable })
    tell({ type: 'listen.waiting' })
    while (true) {
      const stream = yield* listener.accept
      if (isBusy()) yield* stream.close
      else yield* begin(stream, 'incoming')
    }
  }).pipe(
    Effect.catch((error) =>
      Effect.sync(() => {
        const failure =
          error._tag === 'ListenError'
            ? error.reason
            : ({ _tag: 'ListenFailed', port: settings.listen.port, code: error.code } as const)
        end(failed({ _tag: 'ListenImpossible', failure }))
      })
    )
  )

/** Runs plain text mode to its end; interrupting it (a signal) sends what was typed, then ends. */
export const runPlain: Effect.Effect<Outcome, never, PlainServices> = Effect.gen(function* () {
  const run = yield* assemble
  yield* Effect.addFinalizer(() => Effect.sync(run.inbound.stop))
  yield* Effect.forkScoped(run.settings.connect === undefined ? listenPlain(run) : dialPlain(run))
  const outcome = yield* Deferred.await(run.ended).pipe(
    Effect.onInterrupt(() => {
      run.tell({ type: 'app.ending', why: 'signal' })
      run.leave(CLEAN)
      return Effect.asVoid(Deferred.await(run.ended))
    })
  )
  if (outcome.exit === 'failed') run.tell({ type: 'app.failed', failure: outcome.failure })
  return outcome
})
