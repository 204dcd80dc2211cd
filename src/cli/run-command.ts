/** From what was asked for to the command that does it. Each command is loaded only when it runs. */
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { EXIT_OK } from '../domain/exit-code.ts'
import type { StartError, StartFailure } from '../domain/failures.ts'
import type { Invocation } from './invocation.ts'
import type { Whereabouts } from './process-end.ts'
import { StartFailures } from './start-failures.ts'

/** A command gives its exit code. */
type Command = Effect.Effect<number, StartError | StartFailures>

/** A command of a module that is loaded now. A module that cannot be loaded is a defect. */
const from = <M>(load: () => Promise<M>, command: (module: M) => Command): Command =>
  Effect.flatMap(Effect.promise(load), command)

const commandOf = (invocation: Invocation, where: Whereabouts): Command => {
  switch (invocation._tag) {
    case 'Print':
      return Effect.sync(() => {
        process.stdout.write(invocation.text)
        return EXIT_OK
      })
    case 'Completion':
      return from(
        () => import('./commands/completion.ts'),
        ({ completion }) => completion(invocation.shell)
      )
    case 'Config':
      return from(
        () => import('./commands/config.ts'),
        ({ config }) => config(invocation)
      )
    case 'Id':
      return from(
        () => import('./commands/id.ts'),
        ({ id }) => id(invocation.flags)
      )
    case 'Peers':
      return from(
        () => import('./commands/peers.ts'),
        ({ peers }) => peers(invocation.flags, invocation.action)
      )
    case 'Passphrase':
      return from(
        () => import('./commands/passphrase.ts'),
        ({ passphrase }) => passphrase(invocation.flags, invocation.action)
      )
    case 'History':
      return from(
        () => import('./commands/history.ts'),
        ({ history }) => history(invocation.flags, invocation.action)
      )
    case 'Send':
      return from(
        () => import('./commands/send.ts'),
        ({ send }) => send(invocation.flags, invocation.request, where)
      )
    case 'Receive':
      return from(
        () => import('./commands/receive.ts'),
        ({ receive }) => receive(invocation.flags, invocation.request, where)
      )
    case 'Chat':
      return from(
        () => import('./commands/chat.ts'),
        ({ chat }) => chat(invocation.flags, where)
      )
  }
}

/** What the command line asked for, or the failure that says what is wrong with it. */
export const commandFor = (
  asked: Result.Result<Invocation, StartFailure>,
  where: Whereabouts
): Command =>
  Result.isSuccess(asked)
    ? commandOf(asked.success, where)
    : Effect.fail(StartFailures.of([asked.failure]))
