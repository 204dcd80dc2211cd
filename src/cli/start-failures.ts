/** What keeps a command from starting: one or more failures, all told, the first decides the code. */
import * as Data from 'effect/Data'
import { exitCodeOf } from '../domain/exit-code.ts'
import { explainStart } from '../domain/explain.ts'
import { explanationLine } from '../domain/explanation.ts'
import { StartError, type StartFailure } from '../domain/failures.ts'

export class StartFailures extends Data.TaggedError('StartFailures')<{
  /** At least one. */
  readonly failures: readonly [StartFailure, ...StartFailure[]]
}> {
  static of(failures: readonly StartFailure[]): StartFailures {
    const [first, ...others] = failures
    if (first === undefined) throw new RangeError('a start that failed has a reason')
    return new StartFailures({ failures: [first, ...others] })
  }
}

export const failuresOf = (error: StartError | StartFailures): StartFailures['failures'] =>
  error instanceof StartError ? [error.reason] : error.failures

/** The lines for standard error. */
export const failureLines = (failures: readonly StartFailure[]): string =>
  failures.map((failure) => `earshot: ${explanationLine(explainStart(failure))}\n`).join('')

export const exitCodeOfAll = (failures: StartFailures['failures']): number =>
  exitCodeOf(failures[0])
