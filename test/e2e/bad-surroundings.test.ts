/**
 * Goal: a configuration, a home or a Node.js that cannot be used is one readable line and an exit code,
 * never a stack trace (issue 2, "Bad input").
 * Method: the built program among files that are not what they should be.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { root, temporaryFolder } from './support/program.ts'
import { type JsonProgram, startJson } from './support/talk.ts'

const configOf = (home: string): string => {
  const path = join(home, '.config', 'earshot', 'config.toml')
  mkdirSync(dirname(path), { recursive: true })
  return path
}

const start = (home: string, env: Readonly<Record<string, string>> = {}) =>
  startPipe(['-p', '0'], { home, env, stdin: '' }).exit

/** One line, or one for each fault, of the program's own. */
const readable = (stderr: string): void => {
  for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^(earshot: | {2,})/)
  expect(stderr).not.toMatch(/ {4}at |Error:/)
}

describe('Bad input: the configuration', () => {
  it('that is a directory', async () => {
    const home = temporaryFolder()
    mkdirSync(configOf(home))
    const { code, stderr, stdout } = await start(home)
    expect(stderr).toContain(`${configOf(home)} is a directory, not a file`)
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    readable(stderr)
  })

  it('that cannot be read: a link to itself', async () => {
    const home = temporaryFolder()
    symlinkSync('config.toml', configOf(home))
    const { code, stderr } = await start(home)
    expect(stderr).toContain('could not be read (ELOOP)')
    expect(code).toBe(74)
    readable(stderr)
  })

  it('that never ends: a pipe that nobody writes to', async () => {
    const home = temporaryFolder()
    const { status } = spawnSync('mkfifo', [configOf(home)])
    expect(status).toBe(0)
    const { code, stderr } = await start(home)
    expect(stderr).toContain(configOf(home))
    expect(code).not.toBe(0)
    readable(stderr)
  })

  it('that was named and is not there', async () => {
    const file = join(temporaryFolder(), 'none.toml')
    const { code, stderr } = await startPipe(['--config', file]).exit
    expect(stderr).toContain(`${file} could not be read (ENOENT)`)
    expect(code).toBe(74)
  })

  it.each([
    ['is not TOML', 'nickname = "ann\n', /config\.toml:1:\d+: /],
    ['is not text', '\u0000\u0001\ufffd\n', /config\.toml:1:\d+: /],
    ['has an unknown key', '\nnikname = "x"\n', /config\.toml:2:\d+: nikname: .*nickname/s],
    [
      'has a wrong type',
      'default_port = "80"\n',
      /config\.toml:1:\d+: default_port: .*0 to 65535/s
    ],
    ['has a wrong value', '# x\nlog_level = "loud"\n', /config\.toml:2:\d+: log_level: .*"trace"/s],
    ['sets a key twice', 'nickname = "a"\nnickname = "b"\n', /config\.toml:2:\d+: /],
    ['has a table', '[network]\nport = 1\n', /config\.toml:1:\d+: network/]
  ])('that %s: named with file, line, and what would be right', async (_, text, expected) => {
    const home = temporaryFolder()
    writeFileSync(configOf(home), text)
    const { code, stderr, stdout } = await start(home)
    expect(stderr).toMatch(expected)
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    readable(stderr)
  })

  it('every fault of it is told at once', async () => {
    const home = temporaryFolder()
    writeFileSync(configOf(home), 'default_port = -1\nnikname = "x"\nlog_level = 7\n')
    const { stderr } = await start(home)
    for (const line of [1, 2, 3]) expect(stderr).toContain(`config.toml:${line}:`)
  })

  it('that tries terminal escapes is shown without them', async () => {
    const home = temporaryFolder()
    writeFileSync(configOf(home), '"\u009b31m\\u001b[2J" = "\\u001b]0;x\\u0007"\n')
    const { code, stderr } = await start(home)
    expect(code).toBe(78)
    expect(stderr).not.toMatch(/[^\P{Cc}\n]/u)
  })
})

describe('Bad input: the home folder', () => {
  it('that is a file', async () => {
    const home = join(temporaryFolder(), 'file')
    writeFileSync(home, '')
    const { code, stderr } = await startPipe(['-p', '0', '--home', home], { stdin: '' }).exit
    expect(stderr).toMatch(/cannot keep its data in .* \(ENOTDIR\)|could not be read/)
    expect([74, 77]).toContain(code)
    readable(stderr)
  })

  // The tests run as root, whom permissions do not stop; the kernel's own folders do.
  it('in which nothing can be made', async () => {
    const { code, stderr } = await startPipe(['-p', '0', '--home', '/proc/earshot'], { stdin: '' })
      .exit
    expect(stderr).toContain('Earshot cannot keep its data in /proc/earshot')
    expect(stderr).toContain('--home')
    expect([74, 77]).toContain(code)
    readable(stderr)
  })

  it('of the whole user, in which nothing can be made', async () => {
    const env = { HOME: '/proc/earshot', XDG_CACHE_HOME: undefined, XDG_DATA_HOME: undefined }
    const { code, stderr } = await startPipe(['id'], { env, cwd: '/' }).exit
    expect(stderr).toContain('Earshot cannot keep its data in /proc/earshot')
    expect([74, 77]).toContain(code)
    readable(stderr)
  })

  it('in which no configuration can be written', async () => {
    const { code, stderr } = await startPipe(['config', '--home', '/proc/earshot']).exit
    expect(stderr).toContain('/proc/earshot')
    expect([73, 74, 77]).toContain(code)
    readable(stderr)
  })

  it('whose key is damaged', async () => {
    const home = temporaryFolder()
    await startPipe(['id'], { home }).exit
    const key = join(home, '.local', 'share', 'earshot', 'identity.key')
    writeFileSync(key, readFileSync(key, 'latin1').slice(0, 50))
    const { code, stderr } = await start(home)
    expect(stderr).toContain(`${key} is damaged`)
    expect(code).toBe(78)
    readable(stderr)
  })

  it('whose peer book is damaged: pins are never lost quietly', async () => {
    const home = temporaryFolder()
    await startPipe(['id'], { home }).exit
    const book = join(home, '.local', 'share', 'earshot', 'peers.json')
    writeFileSync(book, '{"version":1,"peers":[{]', { mode: 0o600 })
    const { code, stderr } = await start(home)
    expect(stderr).toContain(`${book} is damaged`)
    expect(stderr).toContain('every peer is a stranger again')
    expect(code).toBe(78)
    readable(stderr)
  })
})

describe('Bad input: the store of messages', () => {
  const quit = async ({ ask, pipe }: JsonProgram): Promise<void> => {
    ask({ type: 'quit' })
    expect((await pipe.exit).code).toBe(0)
  }

  /** A home in which the program has run, and its store. */
  const usedHome = async () => {
    const home = temporaryFolder()
    const earshot = startJson(['-p', '0'], { home })
    await earshot.waitFor('listen.opened')
    await quit(earshot)
    const data = join(home, '.local', 'share', 'earshot')
    return { home, data, store: join(data, 'messages.db') }
  }

  it('that is damaged: set aside as it was, and said; a new one is begun', async () => {
    const { home, data, store } = await usedHome()
    writeFileSync(store, 'no database, only a text that is long enough. '.repeat(200))
    const earshot = startJson(['-p', '0'], { home })
    const { aside, path } = await earshot.waitFor('store.set-aside')
    await earshot.waitFor('listen.opened')
    expect(path).toBe(store)
    expect(dirname(aside)).toBe(data)
    expect(readFileSync(aside, 'utf8')).toMatch(/^no database, only/)
    await quit(earshot)
    expect(readFileSync(store, 'latin1')).toMatch(/^SQLite format 3/)
  })

  it('whose key is gone: no new one is made that would not open it', async () => {
    const { home, data, store } = await usedHome()
    rmSync(join(data, 'store.key'))
    const { code, stderr } = await start(home)
    expect(stderr).toContain(`${store} cannot be read with the key in`)
    expect(code).toBe(78)
    expect(existsSync(join(data, 'store.key'))).toBe(false)
    readable(stderr)
  })

  it('that is a link, a folder, or open to others: it is not used', async () => {
    const { home, data, store } = await usedHome()
    const kept = join(data, 'kept')
    renameSync(store, kept)
    const wrongs: readonly (() => void)[] = [
      () => symlinkSync(kept, store),
      () => symlinkSync('messages.db', store),
      () => mkdirSync(store),
      () => copyFileSync(kept, store)
    ]
    for (const make of wrongs) {
      make()
      if (!lstatSync(store).isSymbolicLink()) chmodSync(store, 0o755)
      for (const { code, stderr } of [
        await start(home),
        await startPipe(['history'], { home, stdin: '' }).exit
      ]) {
        expect(stderr).toContain(`${store} is not safe to use`)
        expect(code).toBe(78)
        readable(stderr)
      }
      rmSync(store, { recursive: true })
    }
  })

  it('of a newer version: left as it is', async () => {
    const { home, store } = await usedHome()
    const database = new DatabaseSync(store)
    database.exec('PRAGMA user_version = 999')
    database.close()
    const before = readFileSync(store)
    const { code, stderr } = await start(home)
    expect(stderr).toContain('newer Earshot (version 999')
    expect(code).toBe(78)
    expect(readFileSync(store).equals(before)).toBe(true)
    readable(stderr)
  })

  it('in a folder in which nothing can be made', async () => {
    const env = { EARSHOT_HISTORY_FILE: '/proc/earshot/messages.db' }
    const { code, stderr } = await start(temporaryFolder(), env)
    expect(stderr).toContain('/proc/earshot')
    expect([74, 77]).toContain(code)
    readable(stderr)
  })
})

describe('Node.js', () => {
  /** bin/earshot as another Node.js would run it: the version is the one thing that is faked. */
  const runAs = (version: string, program: string) =>
    spawnSync(
      process.execPath,
      [
        '-e',
        `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require(${JSON.stringify(program)})`
      ],
      { encoding: 'utf8' }
    )

  it('that is too old: one line that says what is wrong, code 69', () => {
    for (const version of ['20.19.4', '24.14.9', '12.0.0', '8.17.0']) {
      const { status, stdout, stderr } = runAs(version, join(root, 'bin', 'earshot'))
      expect({ status, stdout }).toEqual({ status: 69, stdout: '' })
      expect(stderr).toMatch(
        /^earshot: needs Node\.js 24\.15 or newer, and this is \d+\.\d+\.\d+ \([^\n]+\)[^\n]*\n$/
      )
    }
  })

  it('whatever of it parses bin/earshot: ES5 and nothing newer', () => {
    const text = readFileSync(join(root, 'bin', 'earshot'), 'utf8')
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '')
    expect(code).not.toMatch(/\b(const|let|class|async|await|import)\b|=>|`|\?\.|\?\?/)
  })

  it('is right, but nothing was built: says how', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'bin'))
    copyFileSync(join(root, 'bin', 'earshot'), join(folder, 'bin', 'earshot'))
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'earshot')], {
      encoding: 'utf8'
    })
    expect({ status, stderr }).toEqual({
      status: 69,
      stderr: expect.stringContaining('npm run build')
    })
  })
})
