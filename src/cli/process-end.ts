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

/** What a command leaves for the case that it ends by a bug. */
export interface Whereabouts {
  /** The log, once a command has opened one. */
  log: { readonly path: string; readonly write: (defect: unknown) => void } | undefined
}

/** Says of a bug that it is one and where to look; the trace is for the log. */
const apologise = (defect: unknown, { log }: Whereabouts): number => {
  const name = defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)
  const place = log === undefined ? '' : ` The details are in ${safeLine(log.path, 300)}.`
  process.stderr.write(
    `earshot: Sorry, that was a bug of Earshot (${safeLine(name, 200)}).${place} Please report it.\n`
  )
  return EXIT_DEFECT
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
  return apologise(error, where)
}

/** Ends the process, but not before its output is out: a pipe may still hold some of it. */
const leave = (code: number): void => {
  process.exitCode = code
  if (process.stdout.writableLength === 0) process.exit()
  process.stdout.write('', () => process.exit())
}

/** A fault outside every effect, as in a callback of Node's, ends the process the same way. */
export const watchForBugs = (where: Whereabouts): void => {
  process.on('uncaughtException', (defect) => {
    where.log?.write(defect)
    process.exit(apologise(defect, where))
  })
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
  fiber.addObserver((exit) => teardown(exit, leave))
}

/** Says why a command failed and gives the process its exit code. */
export const teardownOf =
  (where: Whereabouts): Teardown =>
  (exit, done) =>
    done(settle(exit, where))
