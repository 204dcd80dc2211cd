/**
 * What is typed at a terminal, in the light of what was shown there: transfers that the Tab key completes,
 * and offers that came while an answer to something else was being typed.
 */
import { invalidCommand, parseLine } from '../domain/command-line.ts'
import type { Command } from '../domain/commands.ts'
import { completeCommand } from '../domain/complete-command.ts'
import type { EarshotEvent } from '../domain/events.ts'
import { transferNumberOf } from '../domain/transfer-commands.ts'

/**
 * An answer that names no transfer counts from so long after the last offer: before that, it was typed
 * for something else. One that names it, as `/accept t2`, counts at once, since no other one is called so.
 */
const ANSWER_AFTER_MS = 1000

export interface Typing {
  /** Learns what is shown. Call it with all events. */
  readonly note: (events: readonly EarshotEvent[]) => void
  /** The lines that a line may become. */
  readonly complete: (line: string) => readonly string[]
  /** A line as a command; undefined: it asks for nothing. */
  readonly parse: (line: string) => Command | undefined
}

/** true: an answer to an offer or a knock that does not say to which. */
const isBareAnswer = (
  command: Command | undefined
): command is Extract<Command, { readonly type: 'accept' | 'decline' }> =>
  (command?.type === 'accept' || command?.type === 'decline') &&
  transferNumberOf(command.who ?? '') === undefined

/**
 * For one screen and one run. @param now milliseconds, from Effect's clock. @param paths what completes the
 * words behind /send.
 */
export const makeTyping = (
  now: () => number,
  paths: (typed: string) => readonly string[]
): Typing => {
  /** Transfers that commands may still name. */
  const open = new Set<number>()
  let last = { number: 0, at: Number.NEGATIVE_INFINITY }
  const noteOne = (event: EarshotEvent): void => {
    if (!('transfer' in event)) return
    const { number, direction } = event.transfer
    // One of ours that failed may be offered again.
    const isOver =
      event.type === 'transfer.done' || (event.type === 'transfer.ended' && direction === 'in')
    if (isOver) open.delete(number)
    else open.add(number)
    if (event.type === 'transfer.offered' && direction === 'in') last = { number, at: now() }
  }
  return {
    note: (events) => events.forEach(noteOne),
    complete: (line) =>
      completeCommand(line, {
        paths,
        transfers: () => [...open].toSorted((one, other) => one - other).map((each) => `t${each}`)
      }),
    parse: (line) => {
      const command = parseLine(line)
      if (!isBareAnswer(command) || now() - last.at >= ANSWER_AFTER_MS) return command
      return invalidCommand(
        line,
        'an offer came while you typed this, so it is no answer to it',
        `/${command.type} t${last.number}`
      )
    }
  }
}
