/**
 * The entry and the one run. What `--version` needs stands alone here, and everything else is loaded
 * when the arguments ask for it: a start costs what it uses (docs/BENCH.md).
 */
import type { Whereabouts } from './process-end.ts'
import { VERSION } from './version.ts'

const argv = process.argv.slice(2)

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
  const command = commandFor(parseArgv(argv, process.stdout.columns ?? 80), where)
  const runMain = Runtime.makeRunMain(supervise)
  runMain(command, { disableErrorReporting: true, teardown: teardownOf(where) })
}

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
  process.stdout.write(`earshot ${VERSION}\n`)
else void run()
