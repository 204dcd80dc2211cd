/** The processes that are measured: started with a home of their own, read line by line, ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const root = join(import.meta.dirname, '..')
/** The built program. */
export const PROGRAM = join(root, 'bin', 'earshot')

/** A process that hangs is a failure and not a long run. */
const PATIENCE_MS = 300_000
/** A process that was asked to end and has not is killed. */
const FAREWELL_MS = 5_000

export interface Child {
  readonly pid: number
  /** Types a line. */
  readonly type: (line: string) => void
  /** The next line of output that passes; fails when the output ends before, or after five minutes. */
  readonly line: (passes: (line: string) => boolean) => Promise<string>
  /** Asks the process to end, if it has not yet, and waits until it has. */
  readonly stop: () => Promise<void>
  /** Ends the process at once, and waits until it has. */
  readonly kill: () => Promise<void>
  /** Waits until the process ends by itself. */
  readonly ended: Promise<void>
}

/** What a started process is measured with: nothing of the caller's settings but where Node is. */
const environment = (home: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  USERPROFILE: home,
  XDG_CACHE_HOME: join(home, '.cache'),
  LANG: 'C.UTF-8'
})

/** Milliseconds that `work` takes. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now()
  await work()
  return performance.now() - from
}

const withPatience = <A>(what: string, work: Promise<A>): Promise<A> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => late.reject(new Error(`${what}: nothing for ${PATIENCE_MS} ms`)),
    PATIENCE_MS
  )
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer))
}

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })

/** Those that have not ended yet. */
const living = new Set<ChildProcess>()

/** Ends at once what a bench that failed has left. */
export const killLiving = (): void => {
  for (const child of living) child.kill('SIGKILL')
}

/**
 * Starts Node with the arguments. Its input stays open until it is stopped. @param namespace of the network (bench/namespaces.ts).
 */
export const start = (home: string, args: readonly string[], namespace?: string): Child => {
  const within = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]
  const [command = '', ...rest] = [...within, process.execPath, ...args]
  const child = spawn(command, rest, {
    env: environment(home),
    stdio: ['pipe', 'pipe', 'inherit']
  })
  living.add(child)
  const ended = endOf(child).finally(() => living.delete(child))
  const lines = createInterface({ input: child.stdout })
  const unread: string[] = []
  let wake = (): void => undefined
  let over = false
  lines.on('line', (line) => {
    unread.push(line)
    wake()
  })
  lines.on('close', () => {
    over = true
    wake()
  })
  const next = async (passes: (line: string) => boolean): Promise<string> => {
    for (;;) {
      const line = unread.shift()
      if (line === undefined) {
        if (over) throw new Error(`${args.join(' ')}: the output ended too early`)
        const more = Promise.withResolvers<void>()
        wake = more.resolve
        await more.promise
      } else if (passes(line)) return line
    }
  }
  return {
    pid: child.pid ?? 0,
    type: (line) => child.stdin.write(`${line}\n`),
    line: (passes) => withPatience(args.join(' '), next(passes)),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      // In order, since Node writes its compile cache at the end of a process.
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), FAREWELL_MS)
      await ended
      clearTimeout(timer)
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended
  }
}

/** Runs Node with the arguments to its end. */
export const run = (home: string, args: readonly string[]): Promise<void> =>
  endOf(
    spawn(process.execPath, args, {
      env: environment(home),
      stdio: ['ignore', 'ignore', 'inherit']
    })
  )

/** Gives a new folder to `work` and removes it afterwards. */
export const inFolder = async <A>(work: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
