/**
 * Goal: the program starts as features.md S1–S3 says: asked, by flags, by the environment, by a file.
 * Method: the built program in terminals and pipes; what it shows is compared with what was asked.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { freePort, temporaryFolder } from './support/program.ts'
import { portOf, startCalling, startJson, startListening, startTalk } from './support/talk.ts'
import { startTerminal } from './support/terminal.ts'

describe('S1: without arguments', () => {
  it('a banner, the usage and both questions, asked again after a wrong answer', async () => {
    const ann = startTerminal([])
    const screen = await ann.waitForScreen(
      'Enter peer address (or press Enter to start as server):'
    )
    expect(screen).toMatch(/^Earshot \d+\.\d+\.\d+/)
    expect(screen).toContain('Usage:')
    ann.enter('host:99999')
    await ann.waitForScreen('That is not an address')
    ann.enter('')
    await ann.waitForScreen('Enter port to listen on (default 8080):')
    ann.enter('eighty')
    await ann.waitForScreen('That is not a port')
    ann.enter('0')
    const port = await portOf(ann)

    const bob = startTerminal([])
    await bob.waitForScreen('Enter peer address')
    bob.enter(`127.0.0.1:${port}`)
    await bob.waitForScreen('Enter port to listen on')
    bob.enter('0')
    await bob.waitForScreen('Connected to peer!')
    await ann.waitForScreen('Peer connected from 127.0.0.1')
    bob.enter('hello from the one who was asked')
    await ann.waitForScreen(/\w+: hello from the one who was asked/)
    ann.enter('and back')
    await bob.waitForScreen(/\w+: and back/)
  })

  it('Enter takes the default port, which the configuration says', async () => {
    const port = await freePort()
    const ann = startTerminal([], { env: { EARSHOT_DEFAULT_PORT: String(port) } })
    await ann.waitForScreen('Enter peer address')
    ann.press('enter')
    await ann.waitForScreen(`(default ${port})`)
    ann.press('enter')
    expect(await portOf(ann)).toBe(port)
  })

  it('Ctrl+D at a question ends with 0', async () => {
    const ann = startTerminal([])
    await ann.waitForScreen('Enter peer address')
    ann.press('ctrl-d')
    expect((await ann.exit).code).toBe(0)
  })
})

describe('S2: flags', () => {
  it('--port, --connect and --nickname, long and short', async () => {
    const port = await freePort()
    const ann = startTerminal(['-p', String(port), '-n', 'ann'])
    expect(await portOf(ann)).toBe(port)
    const bob = startTerminal([`--port=0`, '--connect', `127.0.0.1:${port}`, '--nickname', 'bob'])
    await ann.waitForScreen('First contact with bob')
    await bob.waitForScreen('First contact with ann')
  })

  it('--connect takes [::1]:port', async () => {
    const { terminal: ann, port } = await startListening()
    const bob = startCalling(`[::1]:${port}`)
    await bob.waitForScreen(`Connected to peer! [::1]:${port}`)
    await ann.waitForScreen('Peer connected from [::1]')
  })

  it('--connect takes a name', async () => {
    const { terminal: ann, port } = await startListening()
    const bob = startCalling(`localhost:${port}`)
    await bob.waitForScreen(`Connecting to localhost:${port}`)
    await bob.waitForScreen('Connected to peer!')
    await ann.waitForScreen('Peer connected from')
  })

  it('a flag goes before the environment, that before the file, that before the default', async () => {
    const home = temporaryFolder()
    mkdirSync(join(home, '.config', 'earshot'), { recursive: true })
    writeFileSync(
      join(home, '.config', 'earshot', 'config.toml'),
      'nickname = "of-file"\nreconnect_attempts = 3\nheartbeat_interval_secs = 7\n'
    )
    const env = { EARSHOT_NICKNAME: 'of-environment', EARSHOT_RECONNECT_ATTEMPTS: '4' }
    const { exit } = startPipe(['config', '--show', '--json', '-n', 'of-flag'], { home, env })
    const { code, stdout } = await exit
    expect(code).toBe(0)
    const shown = JSON.parse(stdout) as Record<string, { value: unknown; origin: object }>
    expect(shown['nickname']).toEqual({
      value: 'of-flag',
      origin: { source: 'flag', flag: '--nickname' }
    })
    expect(shown['reconnect_attempts']).toMatchObject({
      value: 4,
      origin: { source: 'environment', variable: 'EARSHOT_RECONNECT_ATTEMPTS' }
    })
    expect(shown['heartbeat_interval_secs']).toMatchObject({
      value: 7,
      origin: { source: 'file', line: 3 }
    })
    expect(shown['log_level']).toEqual({ value: 'info', origin: { source: 'default' } })
    // And it is what the conversation takes.
    const ann = startJson(['-p', '0', '-n', 'of-flag'], { home, env })
    expect(await ann.waitFor('app.started')).toMatchObject({ nickname: 'of-flag' })
  })

  it('--home and --profile keep everything at another place', async () => {
    const folder = join(temporaryFolder(), 'elsewhere')
    const one = startPipe(['id', '--json', '--home', folder])
    const two = startPipe(['id', '--json', '--home', folder, '--profile', 'work'])
    const [first, second] = (await Promise.all([one.exit, two.exit])).map(
      ({ stdout }) => JSON.parse(stdout) as { id: string; key: string; profile: string }
    )
    expect(first?.key.startsWith(folder)).toBe(true)
    expect(second?.profile).toBe('work')
    expect(second?.id).not.toBe(first?.id)
  })

  it('--help and --version, within 80 columns', async () => {
    for (const args of [['--help'], ['-h'], ['help', 'peers'], ['config', '--help']]) {
      const { code, stdout, stderr } = await startPipe(args).exit
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain('Usage: earshot')
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
    }
    const { code, stdout } = await startPipe(['--version']).exit
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^earshot \d+\.\d+\.\d+\n$/)
    })
  })

  it.each([
    ['an unknown flag', ['--prot', '8080'], /--prot.*--port/s],
    ['a port out of range', ['--port', '65536'], /--port.*65535/s],
    ['a port that is no number', ['--port', 'eighty'], /--port.*65535/s],
    ['an address without a host', ['--connect', ':8080'], /HOST:PORT/],
    ['a port of nothing', ['--connect', 'host:0x50'], /HOST:PORT/],
    ['a word that is no command', ['cofnig'], /no command 'cofnig'.*config/s],
    ['an address as a command', ['127.0.0.1:8080'], /earshot --connect 127\.0\.0\.1:8080/]
  ])('%s is a readable line and code 64', async (_, args, expected) => {
    const { code, stdout, stderr } = await startPipe(args, { stdin: '' }).exit
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' })
    expect(stderr).toMatch(expected)
    expect(stderr).toMatch(/^earshot: /)
    expect(stderr).not.toContain('    at ')
  })
})

describe('S3: what is told', () => {
  it('the listening, waiting, connecting, connected and left peer', async () => {
    const { ann, bob, port } = await startTalk()
    expect(ann.history()).toContain(`Listening on: [::]:${port}`)
    expect(ann.history()).toContain('Waiting for peer to connect…')
    expect(ann.history()).toMatch(/Peer connected from 127\.0\.0\.1:\d+: bob/)
    expect(bob.history()).toContain(`Connecting to 127.0.0.1:${port}…`)
    expect(bob.history()).toContain(`Connected to peer! 127.0.0.1:${port}, ann`)
    bob.enter('/quit')
    await ann.waitForScreen('Peer disconnected: bob (left)')
  })
})
