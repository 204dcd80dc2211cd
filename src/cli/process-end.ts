/**
 * How the process ends: signals, the exit code, and what is said when a command fails. Effect's own
 * Node runner is not used: it reports to standard output and costs a tenth of a second to load.
 */
import * as Cause from 'effect/Cause'
import * as Exit from 'effect/Exit'
import type { Fiber } from 'effect/Fiber'
import { EXIT_DEFECT, EXIT_OK } from '../domain/exit-code.ts'
import { StartError } from '../domain/failures.ts'
import { safeLine } from '../domain/safe-text.ts'
import { exitCodeOfAll, failureLines, failuresOf, StartFailures } from './start-failures.ts'

/** As effect/Runtime has it: gets how the command ended, and calls back with the exit code. */
type Teardown = <E, A>(exit: Exit.Exit<A, E>, onExit: (code: number) => void) => void

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** 128 and the number of SIGINT, as shells have it. */
const KILLED_BY_INTERRUPT = 130

/** What a bug says: an apology and where to look, not a stack trace. */
const apology = (defect: unknown, logFile: string | undefined): string => {
  const name = defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)
  const place = logFile === undefined ? '' : ` The details are in ${safeLine(logFile, 300)}.`
  return `earshot: Sorry, that was a bug of Earshot (${safeLine(name, 200)}).${place} Please report it.\n`
}

/** Where the log is, once a command has opened one; for the apology. */
export interface Whereabouts {
  logFile: string | undefined
}

/** The code to exit with; says on standard error what has to be said. */
const settle = (exit: Exit.Exit<unknown, unknown>, where: Whereabouts): number => {
  if (Exit.isSuccess(exit)) return typeof exit.value === 'number' ? exit.value : EXIT_OK
  // A signal was sent and everything was ended in order: that is what was asked for.
  if (Cause.hasInterruptsOnly(exit.cause)) return EXIT_OK
  const error = Cause.squash(exit.cause)
  if (error instanceof StartError || error instanceof StartFailures) {
    const failures = failuresOf(error)
    process.stderr.write(failureLines(failures))
    return exitCodeOfAll(failures)
  }
  process.stderr.write(apology(error, where.logFile))
  return EXIT_DEFECT
}

/** Signals interrupt the command, which ends in order; its end is the end of the process. */
export const supervise = <A, E>({
  fiber,
  teardown
}: {
  readonly fiber: Fiber<A, E>
  readonly teardown: Teardown
}): void => {
  let interrupted = false
  const onSignal = (signal: NodeJS.Signals): void => {
    // Whoever presses Ctrl+C again does not want to wait for the farewell.
    if (interrupted && signal === 'SIGINT') process.exit(KILLED_BY_INTERRUPT)
    interrupted = true
    fiber.interruptUnsafe()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  // A reader of our output that went away (EPIPE) ends the command and is no bug.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  fiber.addObserver((exit) => teardown(exit, (code) => process.exit(code)))
}

/** Says why a command failed and gives the process its exit code. */
export const teardownOf =
  (where: Whereabouts): Teardown =>
  (exit, done) =>
    done(settle(exit, where))
