/** The built program without a terminal, as a script runs it: pipes for input, output and errors. */
import { spawn } from 'node:child_process'
import { onTestFailed, onTestFinished } from 'vitest'
import { builtProgram, environmentOf, killHard, temporaryFolder } from './program.ts'
import { Waiting, type WaitOptions } from './waiting.ts'

export interface PipeOptions {
  /** Written to its input, which is then closed. Not said: the input stays open for `write`. */
  readonly stdin?: string | Uint8Array
  readonly home?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What to run instead of the program, with the same arguments. */
  readonly file?: string
}

export interface PipeExit {
  /** null: a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Pipe {
  readonly pid: number
  readonly home: string
  readonly write: (text: string | Uint8Array) => void
  readonly endInput: () => void
  /** Nobody reads its output any more. */
  readonly closeOutput: () => void
  readonly kill: (signal?: NodeJS.Signals) => void
  readonly stdout: () => string
  readonly stderr: () => string
  /** The first whole line of output (or, with `of`, of errors) that holds the text or matches. */
  readonly waitForLine: (
    what: string | RegExp,
    options?: WaitOptions & { readonly of?: 'stdout' | 'stderr' }
  ) => Promise<string>
  /** What `find` finds, looked for whenever something was written. */
  readonly until: <A>(what: string, find: () => A | undefined, options?: WaitOptions) => Promise<A>
  readonly exit: Promise<PipeExit>
}

/** Of what a program wrote to its errors, when its test fails. */
const LINES_OF_FAILED = 6

const wholeLines = (text: string): readonly string[] => text.split('\n').slice(0, -1)

const lastLines = (text: string): string => wholeLines(text).slice(-LINES_OF_FAILED).join('\n')

/**
 * Starts the program (or `file`) on pipes; it is killed when the test is over, and where
 * the test fails, its last errors are told with the reason.
 */
export const startPipe = (args: readonly string[], options: PipeOptions = {}): Pipe => {
  const { home = temporaryFolder() } = options
  const child = spawn(process.execPath, [options.file ?? builtProgram(), ...args], {
    cwd: options.cwd ?? home,
    env: environmentOf(home, options.env),
    stdio: 'pipe'
  })
  const texts = { stdout: '', stderr: '' }
  const waiting = new Waiting(() => `stdout:\n${texts.stdout}\nstderr:\n${texts.stderr}`)
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (text: string) => {
      texts[name] += text
      waiting.arrived()
    })
  }
  // A program that has left does not read what is still written to it.
  child.stdin.on('error', () => undefined)
  let running = true
  const exit = new Promise<PipeExit>((resolve) => {
    child.on('close', (code, signal) => {
      running = false
      waiting.ended(`The program ended (${signal ?? `exit code ${code}`})`)
      resolve({ code, signal, ...texts })
    })
  })
  const pid = child.pid ?? 0
  onTestFailed(({ task }) => {
    const said = `earshot ${args.join(' ')} said:\n${lastLines(texts.stderr)}`
    for (const error of task.result?.errors ?? []) {
      error.message = `${error.message}\n${said}`
      error.stack = `${error.message}\n${error.stack ?? ''}`
    }
  })
  onTestFinished(async () => {
    if (running && pid > 0) killHard(pid)
    await exit
  })
  if (options.stdin !== undefined) child.stdin.end(options.stdin)
  return {
    pid,
    home,
    write: (text) => {
      child.stdin.write(text)
    },
    endInput: () => {
      child.stdin.end()
    },
    closeOutput: () => {
      child.stdout.destroy()
    },
    kill: (signal = 'SIGKILL') => {
      if (running) child.kill(signal)
    },
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    waitForLine: (what, wait = {}) =>
      waiting.until(
        `a line with ${String(what)}`,
        () =>
          wholeLines(texts[wait.of ?? 'stdout']).find((line) =>
            typeof what === 'string' ? line.includes(what) : what.test(line)
          ),
        wait
      ),
    until: (what, find, wait) => waiting.until(what, find, wait),
    exit
  }
}
