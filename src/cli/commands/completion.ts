/** `earshot completion SHELL` */
import * as Effect from 'effect/Effect'
import { EXIT_OK } from '../../domain/exit-code.ts'
import { completionScript } from '../completion.ts'
import type { Shell } from '../invocation.ts'
import { buildProgram } from '../program.ts'

/** Prints the script that completes our command line in a shell. */
export const completion = (shell: Shell): Effect.Effect<number> =>
  Effect.sync(() => {
    process.stdout.write(
      completionScript(
        buildProgram(() => {}),
        shell
      )
    )
    return EXIT_OK
  })
