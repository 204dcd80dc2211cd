/** `earshot receive`: what a peer sends, into a folder or a pipe, and the end. */
import { resolve as absolute } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Queue from 'effect/Queue'
import type { Scope } from 'effect/Scope'
import type { LogFile } from '../../adapters/log-file.ts'
import type { Command } from '../../domain/commands.ts'
import type { EarshotEvent } from '../../domain/events.ts'
import { EXIT_OK } from '../../domain/exit-code.ts'
import type { Input } from '../../services/console.ts'
import { makeReceiver } from '../files/receiver.ts'
import { runFiles } from '../files/run.ts'
import { fileToOutput, temporaryFolder } from '../files/spool.ts'
import type { ChatFlags, ReceiveRequest } from '../invocation.ts'
import { type Failure, liveRun, openProfile } from '../live-run.ts'
import type { Loaded } from '../load-settings.ts'
import type { Whereabouts } from '../process-end.ts'

const STANDARD_OUTPUT = '-'

const receiveAll = Effect.fnUntraced(function* (
  loaded: Loaded,
  log: LogFile,
  flags: ChatFlags,
  { output, anyway }: ReceiveRequest
): Effect.fn.Return<number, Failure, Scope> {
  const own = yield* openProfile(loaded)
  const single = output === STANDARD_OUTPUT
  const folder = single
    ? yield* temporaryFolder(own.acquired.directory)
    : output === undefined
      ? undefined
      : absolute(output)
  const receiver = makeReceiver({ anyway, single, stays: flags.stay })
  const answers = yield* Queue.unbounded<Command>()
  let received: string | undefined
  const note = (events: readonly EarshotEvent[]): void => {
    for (const event of events) {
      if (event.type === 'transfer.done') received = event.path
      for (const command of receiver.react(event)) Queue.offerUnsafe(answers, command)
    }
  }
  const code = yield* runFiles({
    loaded,
    flags,
    log,
    own,
    folder,
    script: {
      console: {
        interactive: false,
        paced: false,
        read: Effect.map(
          Queue.takeAll(answers),
          (commands): Input => ({ _tag: 'Commands', commands })
        )
      },
      note,
      tally: receiver.tally
    }
  })
  if (single && code === EXIT_OK && received !== undefined) yield* fileToOutput(received)
  return code
})

/** Gives the exit code: 0 only where everything that was offered is here. */
export const receive = (
  flags: ChatFlags,
  request: ReceiveRequest,
  where: Whereabouts
): Effect.Effect<number, Failure> =>
  liveRun(flags, where, (loaded, log) => receiveAll(loaded, log, flags, request))
