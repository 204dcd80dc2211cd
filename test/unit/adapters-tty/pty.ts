/** A program in a pseudo-terminal, and the screen that a person would see. */
import pty from '@lydell/node-pty'
import xterm from '@xterm/headless'

export interface Pty {
  readonly pid: number
  /** Everything that the program wrote, raw. */
  readonly raw: () => string
  readonly type: (keys: string) => void
  readonly signal: (name: string) => void
  readonly resize: (columns: number, rows: number) => Promise<void>
  /** Resolves when the screen's text satisfies the question; it is asked after every output. */
  readonly until: (question: (screen: string) => boolean) => Promise<string>
  readonly screen: () => string
  readonly exit: Promise<number>
  readonly dispose: () => void
}

export interface PtyOptions {
  readonly columns?: number
  readonly rows?: number
  /** true: the terminal wraps the line with the cursor anew, too. */
  readonly reflowCursorLine?: boolean
  readonly env?: Readonly<Record<string, string>>
}

/** Starts Node on a file in a pseudo-terminal of the given size. */
export const startPty = (args: readonly string[], options: PtyOptions = {}): Pty => {
  const cols = options.columns ?? 40
  const rows = options.rows ?? 12
  const term = new xterm.Terminal({
    cols,
    rows,
    allowProposedApi: true,
    reflowCursorLine: options.reflowCursorLine ?? false
  })
  const { TMUX: _tmux, TERM_PROGRAM: _program, ...inherited } = process.env
  const child = pty.spawn(process.execPath, [...args], {
    cols,
    rows,
    env: { ...inherited, TERM: 'xterm-256color', ...options.env } as Record<string, string>
  })
  let raw = ''
  const watchers = new Set<() => void>()
  child.onData((data) => {
    raw += data
    term.write(data, () => {
      for (const watcher of watchers) watcher()
    })
  })
  const exit = new Promise<number>((resolve) => child.onExit(({ exitCode }) => resolve(exitCode)))
  const screen = (): string => {
    const buffer = term.buffer.active
    const lines: string[] = []
    for (let at = 0; at < buffer.length; at += 1)
      lines.push(buffer.getLine(at)?.translateToString(true) ?? '')
    return lines.join('\n').trimEnd()
  }
  return {
    pid: child.pid,
    raw: () => raw,
    type: (keys) => child.write(keys),
    signal: (name) => child.kill(name),
    resize: async (columns, height) => {
      term.resize(columns, height)
      child.resize(columns, height)
    },
    until: (question) =>
      new Promise((resolve) => {
        const watcher = () => {
          const text = screen()
          if (!question(text)) return
          watchers.delete(watcher)
          resolve(text)
        }
        watchers.add(watcher)
        watcher()
      }),
    screen,
    exit,
    dispose: () => {
      child.kill('SIGKILL')
      term.dispose()
    }
  }
}
