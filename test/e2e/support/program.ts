/**
 * The built program as a user runs it: built once when it is older than its sources, started with a
 * home folder of its own, and killed at the end of its test whatever happened.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inject, onTestFinished } from 'vitest'

export const root = dirname(dirname(dirname(import.meta.dirname)))
const program = join(root, 'bin', 'earshot')

const newestIn = (path: string): number =>
  statSync(path).isDirectory()
    ? Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
    : statSync(path).mtimeMs

/** What dist/ is made from. */
const SOURCES = ['src', 'build.ts', 'build-types.ts', 'tsconfig.types.json', 'package.json']

/** Builds dist/ when something of it is missing or older than what it is made from. */
export const buildIfStale = (): void => {
  const newest = Math.max(...SOURCES.map((name) => newestIn(join(root, name))))
  const built = ['main.cjs', 'earshot.js', 'earshot.d.ts'].map((name) => join(root, 'dist', name))
  if (built.every((file) => existsSync(file) && statSync(file).mtimeMs > newest)) return
  execFileSync(process.execPath, [join(root, 'build.ts')], { cwd: root, stdio: 'pipe' })
}

/**
 * The program's file.
 * @throws Error when it could not be built, so that no test runs an old one
 */
export const builtProgram = (): string => {
  const failure = inject('buildFailure')
  if (failure !== '') throw new Error(`The program was not built. ${failure}`)
  return program
}

/** A folder that is removed after the test. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-e2e-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The compiled program is shared: a home that has none compiles all of it at each start. */
const compiledFolder = join(root, 'node_modules', '.cache')

/** A home of its own: the profile, the configuration and the downloads of one user. */
export const environmentOf = (
  home: string,
  extra: Readonly<Record<string, string | undefined>> = {}
): Record<string, string> => {
  const own: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    HOME: home,
    USERPROFILE: home,
    TMPDIR: tmpdir(),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: compiledFolder,
    XDG_RUNTIME_DIR: undefined,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    ...extra
  }
  return Object.fromEntries(
    Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined)
  )
}

/** A port of the loopback interface that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'))
        else resolve(address.port)
      })
    })
  })

/** Kills without a chance to say goodbye, as a crash or a lost power supply does. */
export const killHard = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It has ended already, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
