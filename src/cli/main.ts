/**
 * The entry and the one run. Everything is loaded by `import()`, after bin/earshot has had this file
 * compiled, and a command only when it is asked for: a start costs what it uses (docs/BENCH.md).
 */
import type { Whereabouts } from './process-end.ts'

const run = async (): Promise<void> => {
  const [Runtime, { supervise, teardownOf, watchForBugs }, { commandFor }, { parseArgv }] =
    await Promise.all([
      import('effect/Runtime'),
      import('./process-end.ts'),
      import('./run-command.ts'),
      import('./program.ts')
    ])
  const where: Whereabouts = { log: undefined }
  watchForBugs(where)
  const command = commandFor(parseArgv(process.argv.slice(2), process.stdout.columns ?? 80), where)
  const runMain = Runtime.makeRunMain(supervise)
  runMain(command, { disableErrorReporting: true, teardown: teardownOf(where) })
}

void run()
