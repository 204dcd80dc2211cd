/**
 * Plain text mode: lines of text with one program that is not Earshot. No identity, no delivery, no
 * encryption; every line is marked as unprotected where it is shown. The same pipeline as always, with
 * one link at a time and nothing to decide: dial or wait, talk, end.
 */
import * as Deferred from 'effect/Deferred'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import type { Command } from '../domain/commands.ts'
import { formatEndpoint } from '../domain/endpoint.ts'
import type { EarshotEvent } from '../domain/events.ts'
import type { CloseReason, Endpoint } from '../domain/failures.ts'
import { FAREWELL_TIMEOUT_MS_MAX } from '../domain/limits.ts'
import type { Outcome } from '../machines/app.types.ts'
import { PlainLines } from '../protocol/plain-lines.ts'
import { type ByteStream, Transport } from '../services/transport.ts'
import { type PlainInbound, plainSource, type UserInbound } from '../streams/pipeline.ts'
import { makeConsoleSource } from './console-source.ts'
import { codeOf, type Inbound, startInbound } from './inbound.ts'
import { makeWriter, type Writer } from './outbound.ts'
import { type PlainServices, surroundings } from './surroundings.ts'

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

/** The state of a run in plain text mode, and what it does about what comes in. */
class PlainTalk {
  readonly #around: PlainSurroundings
  readonly #encoder = new TextEncoder()
  #talk: Talk | undefined
  #links = 0
  #inputEnded = false

  constructor(around: PlainSurroundings) {
    this.#around = around
  }

  get isBusy(): boolean {
    return this.#talk !== undefined
  }

  readonly dispatch = (inbound: PlainInbound | UserInbound): void => {
    switch (inbound._tag) {
      case 'PlainLines':
        return this.#show(inbound.lines)
      case 'LinkEnded':
        return this.#linkEnded(inbound.code)
      case 'Commands':
        for (const command of inbound.commands) this.#obey(command)
        return
      case 'InputEnded':
        return this.#noMoreInput()
      default:
        inbound satisfies never
    }
  }

  /** Talks over a stream from now on; `add` merges what it reads into the pipeline. */
  begin(stream: ByteStream, direction: 'outgoing' | 'incoming', inbound: Inbound<PlainInbound>) {
    const { tell, source } = this.#around
    return Effect.gen({ self: this }, function* () {
      const scope = yield* Scope.make()
      yield* Scope.addFinalizer(scope, stream.close)
      const writer = yield* Scope.provide(makeWriter(stream), scope)
      this.#talk = { stream, scope, writer }
      tell({ type: 'plain.connected', address: stream.remote, direction })
      this.#links += 1
      const name = `plain-${this.#links}`
      inbound.add(plainSource(name, inbound.chunks(stream), new PlainLines(), codeOf))
      source.peerCame()
      if (this.#inputEnded) yield* Effect.ignore(stream.end)
    })
  }

  /** What was typed leaves before the end does. */
  leave(outcome: Outcome): void {
    const { fork, end } = this.#around
    if (this.#talk === undefined) return end(outcome)
    const { writer, stream } = this.#talk
    fork(
      writer.flush.pipe(
        Effect.andThen(stream.end),
        Effect.timeoutOption(FAREWELL_TIMEOUT_MS_MAX),
        Effect.ignore,
        Effect.andThen(Effect.sync(() => end(outcome)))
      )
    )
  }

  #show(lines: readonly string[]): void {
    const address = this.#talk?.stream.remote
    if (address === undefined) return
    this.#around.events.emit(lines.map((text) => ({ type: 'plain.line', address, text })))
  }

  #obey(command: Command): void {
    const { tell } = this.#around
    switch (command.type) {
      case 'say':
        return this.#say(command.text)
      case 'quit':
        tell({ type: 'app.ending', why: 'quit' })
        return this.leave(CLEAN)
      case 'help':
        return tell({ type: 'help.shown' })
      case 'invalid':
        return tell({ ...command, type: 'command.invalid' })
      default:
        return tell({
          type: 'command.unavailable',
          command: `/${command.type}`,
          detail: 'plain text mode knows no peers, only lines'
        })
    }
  }

  #say(text: string): void {
    const { tell } = this.#around
    if (this.#talk === undefined) return tell({ type: 'message.failed', text, why: 'no-peer' })
    this.#talk.writer.send(this.#encoder.encode(`${text}\n`))
    tell({ type: 'plain.sent', text })
  }

  /** As netcat does: our half is closed, and the other end's is read to its end. */
  #noMoreInput(): void {
    this.#inputEnded = true
    if (this.#around.console.interactive) return this.#obey({ type: 'quit' })
    if (this.#talk === undefined) return
    const { writer, stream } = this.#talk
    this.#around.fork(writer.flush.pipe(Effect.andThen(stream.end), Effect.ignore))
  }

  #linkEnded(code: string): void {
    const { tell, fork, end, settings, console } = this.#around
    const over = this.#talk
    this.#talk = undefined
    if (over === undefined) return
    const reason = endReason(code)
    tell({ type: 'plain.disconnected', address: over.stream.remote, reason })
    fork(Scope.close(over.scope, Exit.void))
    if (settings.connect === undefined && !console.paced) return
    end(reason._tag === 'Bye' ? CLEAN : failed({ _tag: 'PeerUnreachable', reason }))
  }
}

const plainSurroundings = Effect.gen(function* () {
  const around = yield* surroundings
  return {
    ...around,
    source: makeConsoleSource(around.console),
    tell: (event: EarshotEvent): void => around.events.emit([event])
  }
})

type PlainSurroundings = Effect.Success<typeof plainSurroundings>

/** How a caller of the plain text mode comes to talk: the stream and its direction. */
type Begin = (stream: ByteStream, direction: 'outgoing' | 'incoming') => Effect.Effect<void>

const dialPlain = (target: Endpoint, { tell, end }: PlainSurroundings, begin: Begin) =>
  Effect.gen(function* () {
    tell({ type: 'dial.started', target, attempt: 1 })
    yield* begin(yield* (yield* Transport).dial(target), 'outgoing')
  }).pipe(
    Effect.catchTag('DialError', (error) =>
      Effect.sync(() => {
        const reason: CloseReason = { _tag: 'DialError', failure: error.reason }
        tell({ type: 'dial.failed', target, reason, then: 'stop' })
        end(failed({ _tag: 'PeerUnreachable', reason }))
      })
    )
  )

/** One caller at a time; a second one is turned away. */
const listenPlain = ({ settings, tell, end }: PlainSurroundings, talk: PlainTalk, begin: Begin) =>
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
      if (talk.isBusy) yield* stream.close
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
  const around = yield* plainSurroundings
  const { fork, source, onDefect, settings, tell, ended } = around
  const talk = new PlainTalk(around)
  const { dispatch } = talk
  const inbound = startInbound<PlainInbound>({ fork, dispatch, commands: source.read, onDefect })
  yield* Effect.addFinalizer(() => Effect.sync(inbound.stop))
  const begin: Begin = (stream, direction) => talk.begin(stream, direction, inbound)
  const { connect } = settings
  yield* Effect.forkScoped(
    connect === undefined ? listenPlain(around, talk, begin) : dialPlain(connect, around, begin)
  )
  const outcome = yield* Deferred.await(ended).pipe(
    Effect.onInterrupt(() => {
      tell({ type: 'app.ending', why: 'signal' })
      talk.leave(CLEAN)
      return Effect.asVoid(Deferred.await(ended))
    })
  )
  if (outcome.exit === 'failed') tell({ type: 'app.failed', failure: outcome.failure })
  return outcome
})
