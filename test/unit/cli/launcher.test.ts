/**
 * Goal: bin/earshot says in one line what is wrong where it cannot run: on an old Node.js, which must
 * be able to parse it, and before the program is built. It works from everywhere and through links.
 * Method: copies of the launcher beside a stand-in for the program; Node.js with another version
 * number faked, and a truly old one where the machine has one.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@effect/vitest'

const root = join(import.meta.dirname, '..', '..', '..')
let folder = ''
let launcher = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'earshot-bin-'))
  const app = join(folder, 'app')
  mkdirSync(join(app, 'dist'), { recursive: true })
  cpSync(join(root, 'bin'), join(app, 'bin'), { recursive: true })
  launcher = join(app, 'bin', 'earshot')
  writeFileSync(join(app, 'package.json'), '{ "type": "module", "version": "1.2.3" }')
  writeFileSync(
    join(app, 'dist', 'main.cjs'),
    'console.log(JSON.stringify([process.argv.slice(2), require("module").getCompileCacheDir()]))'
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const environment = (): NodeJS.ProcessEnv => {
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: join(folder, 'home') }
  for (const name of ['XDG_CACHE_HOME', 'NODE_COMPILE_CACHE', 'NODE_OPTIONS']) delete env[name]
  return env
}

const run = (node: string, args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(node, args, { encoding: 'utf8', cwd: tmpdir(), env: environment() })

const ONE_LINE =
  /^earshot: needs Node\.js 24\.15 or newer, and this is (\S+) \(.+\)\. Newer ones: \S+\n$/

describe('on an old Node.js', () => {
  it.each(['0.10.48', '6.17.1', '18.20.8', '23.11.0', '24.14.9'])('%s: one line, 69', (version) => {
    const fake = join(folder, 'fake.cjs')
    writeFileSync(
      fake,
      `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`
    )
    const { status, stdout, stderr } = run(process.execPath, ['-r', fake, launcher, '--version'])
    expect(stderr).toMatch(ONE_LINE)
    expect(ONE_LINE.exec(stderr)?.[1]).toBe(version)
    expect(stdout).toBe('')
    expect(status).toBe(69)
  })

  it('is understood by a truly old one, where the machine has one', () => {
    for (const node of ['/usr/bin/node', '/usr/local/bin/node', '/bin/node']) {
      if (!existsSync(node)) continue
      const major = Number(run(node, ['-p', 'process.versions.node']).stdout.split('.')[0])
      const { status, stderr } = run(node, [launcher, '--version'])
      expect(status).toBe(major < 24 ? 69 : 0)
      expect(stderr).toMatch(major < 24 ? ONE_LINE : /^$/)
    }
  })

  it('is written in the language of old ones', () => {
    const text = readFileSync(launcher, 'utf8')
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'/g, '')
    expect(code).not.toMatch(/=>|`|\b(?:let|const|class|async|import)\b|\?\.|\?\?|\.\.\.|node:/)
  })
})

describe('on a Node.js that is new enough', () => {
  it('runs the program with its arguments, from any folder and through links', () => {
    const link = join(folder, 'link')
    const chain = join(folder, 'chain')
    symlinkSync(launcher, link)
    symlinkSync(link, chain)
    for (const start of [launcher, link, chain]) {
      const { status, stdout, stderr } = run(process.execPath, [start, '-p', '8080'])
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toEqual([['-p', '8080'], expect.any(String)])
      expect(status).toBe(0)
    }
  })

  it.each(['--version', '-V'])('answers %s without the program', (flag) => {
    const { status, stdout, stderr } = run(process.execPath, [launcher, flag])
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'earshot 1.2.3\n', stderr: '' })
  })

  it('keeps compiled code in a folder of the user, never in the shared temporary one', () => {
    const [, cache] = JSON.parse(run(process.execPath, [launcher]).stdout) as [unknown, string]
    expect(cache).toMatch(new RegExp(`^${join(folder, 'home', '.cache', 'earshot')}`))
  })

  it('says that it is not built, in one line', () => {
    rmSync(join(folder, 'app', 'dist'), { recursive: true })
    const { status, stderr } = run(process.execPath, [launcher])
    expect(stderr).toBe(
      `earshot: is not built yet. Run: npm run build (in ${join(folder, 'app')})\n`
    )
    expect(status).toBe(69)
  })
})
