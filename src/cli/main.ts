/**
 * The entry and the one run. What `--version` needs stands alone at the top, and everything else is
 * loaded when the arguments ask for it: a start costs what it uses (docs/BENCH.md).
 */
import { VERSION } from './version.ts'

const argv = process.argv.slice(2)

const run = async (): Promise<void> => {
  const [{ parseArgv }, { runCommand }] = await Promise.all([
    import('./program.ts'),
    import('./run-command.ts')
  ])
  runCommand(parseArgv(argv, process.stdout.columns ?? 80))
}

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V'))
  process.stdout.write(`earshot ${VERSION}\n`)
else void run()
