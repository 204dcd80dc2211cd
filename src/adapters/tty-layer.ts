/** Which terminal this process has: a real one with a prompt, or plain lines. */
import type { Layer } from 'effect/Layer'
import { completeCommand } from '../domain/complete-command.ts'
import type { Terminal } from '../services/terminal.ts'
import { layerPipeTerminal } from './pipe-terminal.ts'
import { layerTtyTerminal, terminalReflows } from './tty-terminal.ts'

export interface TerminalChoice {
  /** true: plain lines even on a terminal (`--plain`, `--json`). */
  readonly plain: boolean
  /** The lines that what is typed may become, for the Tab key; the commands alone where it is missing. */
  readonly complete?: (line: string) => readonly string[]
}

/** true: standard input and output are one screen that understands escape sequences. */
const hasStyledTerminal = (): boolean =>
  process.stdin.isTTY === true &&
  process.stdout.isTTY === true &&
  process.stdout.columns > 0 &&
  process.env['TERM'] !== 'dumb'

/** The terminal port over standard input and output. */
export const layerTerminal = (choice: TerminalChoice): Layer<Terminal> =>
  hasStyledTerminal() && !choice.plain
    ? layerTtyTerminal({
        input: process.stdin,
        output: process.stdout,
        reflows: terminalReflows(process.env),
        complete: choice.complete ?? ((line) => completeCommand(line))
      })
    : layerPipeTerminal({
        input: process.stdin,
        output: process.stdout,
        interactive: process.stdin.isTTY === true
      })
