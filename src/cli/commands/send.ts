/** `earshot send`: files and folders to one peer, and the end. */
import { existsSync } from 'node:fs'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { LogFile } from '../../adapters/log-file.ts'
import { StartError } from '../../domain/failures.ts'
import { quoteWord } from '../../domain/quoted-words.ts'
import { showBytes } from '../../domain/explanation.ts'
import type { Console, Input } from '../../services/console.ts'
import { runFiles } from '../files/run.ts'
import { inputAsFile, temporaryFolder } from '../files/spool.ts'
import { makeTally } from '../files/tally.ts'
import type { ChatFlags, SendRequest } from '../invocation.ts'
import { type Failure, liveRun, openProfile } from '../live-run.ts'
import type { Loaded } from '../load-settings.ts'
import type { Whereabouts } from '../process-end.ts'

const STANDARD_INPUT = '-'

const tellRead = (bytes: number): void => {
  process.stderr.write(`earshot: Reading standard input: ${showBytes(bytes)} so far\n`)
}

/** Says it once there is a peer, and then has nothing more to say: the run ends when all is done. */
const scriptedConsole = (paths: readonly string[]): Console['Service'] => {
  const inputs: Input[] = [
    {
      _tag: 'Commands',
      commands: [
        {
          type: 'send',
          paths: paths.map((path) => quoteWord(path, process.platform === 'win32')).join(' ')
        }
      ]
    }
  ]
  return {
    interactive: false,
    paced: true,
    read: Effect.sync((): Input => inputs.shift() ?? { _tag: 'End' })
  }
}

/** Nobody is called for what is not there. What is wrong with the rest of it, the survey says. */
const mustExist = (path: string): Effect.Effect<void, StartError> =>
  existsSync(path)
    ? Effect.void
    : Effect.fail(
        new StartError({ reason: { _tag: 'CannotSend', failure: { _tag: 'SourceMissing', path } } })
      )

const sendAll = Effect.fnUntraced(function* (
  loaded: Loaded,
  log: LogFile,
  flags: ChatFlags,
  { paths, as = '' }: SendRequest
): Effect.fn.Return<number, Failure, Scope> {
  for (const path of paths) if (path !== STANDARD_INPUT) yield* mustExist(path)
  const own = yield* openProfile(loaded)
  const files: string[] = []
  for (const path of paths) {
    if (path !== STANDARD_INPUT) files.push(path)
    else {
      const folder = yield* temporaryFolder(own.acquired.directory)
      files.push(yield* inputAsFile(folder, as, tellRead))
    }
  }
  const tally = makeTally('out')
  return yield* runFiles({
    loaded,
    flags,
    log,
    own,
    folder: undefined,
    script: {
      console: scriptedConsole(files),
      note: (events) => events.forEach(tally.note),
      tally: tally.now
    }
  })
})

/** Gives the exit code: 0 only where the peer has all of it on its disk. */
export const send = (
  flags: ChatFlags,
  request: SendRequest,
  where: Whereabouts
): Effect.Effect<number, Failure> =>
  liveRun(flags, where, (loaded, log) => sendAll(loaded, log, flags, request))
