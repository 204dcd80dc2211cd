/**
 * Goal: programs can do whatever people can: `--json` both ways, and the commands beside the chat
 * (features.md E7; docs/EVENTS.md).
 * Method: every line is parsed; what a command answers is compared with the documented shape.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EVENTS_VERSION } from '../../src/domain/events.ts'
import { startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'
import { startJson, startJsonListening, startJsonTalk } from './support/talk.ts'
import { startTerminal } from './support/terminal.ts'

describe('E7: --json', () => {
  it('every line is one object of this version, printable, from the start to the end', async () => {
    const { ann, bob } = await startJsonTalk()
    const text = 'ESC \u001b[2J BEL \u0007 RLO \u202e ZWSP \u200b C1 \u009b LS \u2028 é 日 👍'
    bob.ask({ type: 'say', text })
    expect((await ann.waitFor('message.received')).text).toBe(text)
    bob.ask({ type: 'quit' })
    await ann.waitFor('peer.disconnected')
    ann.ask({ type: 'quit' })
    const { code, stdout, stderr } = await ann.pipe.exit
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.endsWith('\n')).toBe(true)
    expect(stdout).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u)
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    for (const { v, time, type } of events) {
      expect(v).toBe(EVENTS_VERSION)
      expect(time).toBeGreaterThan(1_700_000_000_000)
      expect(type).toMatch(/^[a-z]+\.[a-z-]+$/)
    }
    expect(events.map(({ type }) => type)).toEqual([
      'app.started',
      'store.created',
      'listen.opened',
      'listen.waiting',
      'peer.connected',
      'message.received',
      'peer.disconnected',
      expect.stringMatching(/^peer\.(awaited|lost)$/),
      'app.ending'
    ])
  })

  it('every command is answered', async () => {
    const { ann, bob } = await startJsonTalk()
    const { id } = await bob.waitFor('app.started')
    ann.ask({ type: 'info' })
    expect(await ann.waitFor('info.shown')).toMatchObject({
      nickname: 'ann',
      peers: [{ id, nickname: 'bob', state: 'online', trust: 'tofu', protocolVersion: 1 }]
    })
    ann.ask({ type: 'peers' })
    expect((await ann.waitFor('peers.shown')).peers).toHaveLength(1)
    ann.ask({ type: 'help' })
    await ann.waitFor('help.shown')
    ann.ask({ type: 'nick', nickname: 'anna' })
    expect(await ann.waitFor('nick.changed')).toMatchObject({ nickname: 'anna' })
    expect(await bob.waitFor('peer.renamed')).toMatchObject({ before: 'ann' })
    ann.ask({ type: 'to', who: 'bob' })
    expect(await ann.waitFor('peer.focused')).toMatchObject({ peer: { id, nickname: 'bob' } })
    ann.ask({ type: 'verify', confirm: false })
    bob.ask({ type: 'verify', confirm: false })
    const ours = await ann.waitFor('peer.safety-number')
    expect((await bob.waitFor('peer.safety-number')).safetyNumber).toBe(ours.safetyNumber)
    ann.ask({ type: 'verify', confirm: true })
    await ann.waitFor('peer.safety-number', ({ trust }) => trust === 'verified')
    ann.ask({ type: 'send', paths: 'x' })
    expect(await ann.waitFor('transfer.refused')).toMatchObject({ path: 'x' })
    ann.ask({ type: 'say', text: 'hi' })
    const { id: queued } = await ann.waitFor('message.queued')
    expect((await ann.waitFor('message.delivered')).ids).toContain(queued)
    expect((await bob.waitFor('message.received')).id).toBe(queued)
  })

  it('what is no command is refused with the reason, and the rest goes on', async () => {
    const ann = startJson(['-p', '0'])
    const wrong: readonly (readonly [string, string])[] = [
      ['not json', 'not valid JSON'],
      ['[1]', 'not a JSON object'],
      ['{"type":7}', '"type" must be a string'],
      ['{"type":"sya","text":"x"}', 'unknown type "sya"'],
      ['{"type":"say"}', '"text" is missing'],
      ['{"type":"say","text":1}', '"text" must be a string'],
      ['{"type":"say","text":"x","to":"y"}', 'field "to" must be a whole peer id'],
      ['{"type":"say","text":"x","__proto__":{}}', 'unknown field "__proto__"'],
      ['{"type":"connect","target":"x:99999"}', '"target"'],
      [`{"type":"say","text":${'['.repeat(100_000)}`, 'not valid JSON']
    ]
    for (const [line] of wrong) ann.pipe.write(`${line}\n`)
    ann.pipe.write('\n   \n')
    ann.ask({ type: 'help' })
    await ann.waitFor('help.shown')
    const told = ann.events().flatMap((event) => (event.type === 'command.invalid' ? [event] : []))
    expect(told).toHaveLength(wrong.length)
    for (const [at, [, detail]] of wrong.entries()) expect(told[at]?.detail).toContain(detail)
    expect(told[3]?.suggestion).toBe('say')
  })

  it('without a peer, a message fails with the reason', async () => {
    const ann = startJson(['-p', '0'])
    ann.ask({ type: 'say', text: 'anybody' })
    expect(await ann.waitFor('message.failed')).toMatchObject({ text: 'anybody', why: 'no-peer' })
  })

  it('a failure to start is an event as well', async () => {
    const { port } = await startJsonListening()
    const { code, stdout } = await startJson(['-p', `${port}`]).pipe.exit
    expect(code).toBe(73)
    expect(stdout).toContain('"_tag":"PortInUse"')
    const config = startJson(['-p', '0'], { env: { EARSHOT_LOG_LEVEL: 'x' } })
    expect(await config.waitFor('app.failed')).toMatchObject({
      failure: { _tag: expect.any(String) }
    })
    expect((await config.pipe.exit).code).toBe(64)
  })
})

describe('E7: commands beside the chat', () => {
  it('id tells the id, the key and the addresses', async () => {
    const home = temporaryFolder()
    const { code, stdout } = await startPipe(['id', '--json'], { home }).exit
    expect(code).toBe(0)
    const told = JSON.parse(stdout) as { id: string; key: string; addresses: string[] }
    expect(told.id).toMatch(/^[a-z2-7]{56}$/)
    expect(existsSync(told.key)).toBe(true)
    const text = await startPipe(['id'], { home }).exit
    expect(text.stdout.replaceAll(' ', '')).toContain(told.id)
  })

  it('peers --json is one peer a line', async () => {
    const { ann, bob } = await startJsonTalk()
    const { id } = await bob.waitFor('app.started')
    ann.ask({ type: 'quit' })
    await ann.pipe.exit
    const { stdout } = await startPipe(['peers', '--json'], { home: ann.pipe.home }).exit
    expect(JSON.parse(stdout)).toMatchObject({ id, claimedNickname: 'bob', trust: 'tofu' })
    const none = await startPipe(['peers']).exit
    expect(none).toMatchObject({ code: 0, stdout: 'No peer is known yet.\n' })
  })

  it.each(['bash', 'zsh', 'fish'])(
    'completion %s prints a script with the flags',
    async (shell) => {
      const { code, stdout } = await startPipe(['completion', shell]).exit
      expect(code).toBe(0)
      for (const word of ['connect', 'nickname', 'plain-text', 'peers', 'rekey'])
        expect(stdout).toContain(word)
    }
  )

  it('completion bash is a script that bash can read', async () => {
    const { stdout } = await startPipe(['completion', 'bash']).exit
    const { status, stderr } = spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('completion of an unknown shell names those that there are', async () => {
    const { code, stderr } = await startPipe(['completion', 'tcsh']).exit
    expect(code).toBe(64)
    expect(stderr).toMatch(/bash.*zsh.*fish/s)
  })
})

describe('S9: config', () => {
  it('writes a commented default file once, which changes nothing', async () => {
    const home = temporaryFolder()
    const before = await startPipe(['config', '--show', '--json'], { home }).exit
    const written = await startPipe(['config'], { home }).exit
    expect(written.code).toBe(0)
    const { stdout: path } = await startPipe(['config', '--path'], { home }).exit
    expect(path).toBe(`${join(home, '.config', 'earshot', 'config.toml')}\n`)
    const text = readFileSync(path.trim(), 'utf8')
    for (const line of text.split('\n')) expect(line).toMatch(/^(#|$)/)
    for (const key of ['nickname', 'default_port', 'save_history', 'media_extensions'])
      expect(text).toContain(`# ${key} = `)
    const after = await startPipe(['config', '--show', '--json'], { home }).exit
    expect(JSON.parse(after.stdout)).toEqual(JSON.parse(before.stdout))
    const again = await startPipe(['config'], { home }).exit
    expect(again.code).toBe(73)
    expect(again.stderr).toContain('--force')
    writeFileSync(path.trim(), 'nickname = "mine"\n')
    expect((await startPipe(['config', '--force'], { home }).exit).code).toBe(0)
    expect(readFileSync(`${path.trim()}.bak`, 'utf8')).toBe('nickname = "mine"\n')
  })

  it('every line of the default file is right when it is not a comment', async () => {
    const home = temporaryFolder()
    await startPipe(['config'], { home }).exit
    const path = join(home, '.config', 'earshot', 'config.toml')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replaceAll(/^# (\w+ = )/gm, '$1'))
    const { code, stderr } = await startPipe(['config', '--show'], { home }).exit
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

it('E12: LANG=C and TERM=dumb show nothing beyond ASCII', async () => {
  const { program: bob, address } = await startJsonListening(['-n', 'bob'])
  const ann = startTerminal(['-p', '0', '-c', address], { env: { LANG: 'C', TERM: 'dumb' } })
  await Promise.all([ann.waitForHistory('First contact with bob'), bob.waitFor('peer.connected')])
  bob.ask({ type: 'say', text: 'two\nlines' })
  await ann.waitForHistory('| lines')
  ann.enter('/info')
  await ann.waitForHistory(/sent {2,}/)
  expect(ann.raw()).not.toMatch(/[^\x00-\x7f]/)
  expect(ann.raw()).not.toContain('\x1b')
})
