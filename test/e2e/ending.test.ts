/**
 * Goal: however a run ends, the peer is told, the exit code says how it was, and the terminal is as
 * it was before (features.md S18).
 * Method: each way to end, in a terminal under a shell that shows the terminal's settings before and
 * after, and on pipes.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { freePort } from './support/program.ts'
import {
  startCalling,
  startJson,
  startJsonListening,
  startListening,
  startTalk
} from './support/talk.ts'
import { startTerminal, type Terminal } from './support/terminal.ts'

const SHELL = 'stty -a; "$@"; echo "[ended $?]"; stty -a; echo "[end]"'

/** The program under the shell of a terminal. */
const underShell = (terminal: Terminal): number => {
  const children = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8')
  return Number(children.trim().split(' ')[0])
}

/** What `stty -a` printed, before and after. */
const settings = (raw: string): readonly string[] =>
  [...raw.matchAll(/speed \d+ baud;[\s\S]*?echoke[^\r\n]*/g)].map(([text]) => text)

const ways: readonly (readonly [string, (terminal: Terminal) => void])[] = [
  ['Ctrl+C', (terminal) => terminal.press('ctrl-c')],
  ['Ctrl+C on half a line', (terminal) => terminal.type('half a line\x03')],
  ['Ctrl+D', (terminal) => terminal.press('ctrl-d')],
  ['/quit', (terminal) => terminal.enter('/quit')],
  ['SIGTERM', (terminal) => process.kill(underShell(terminal), 'SIGTERM')],
  ['SIGHUP', (terminal) => process.kill(underShell(terminal), 'SIGHUP')]
]

describe('S18: in a terminal', () => {
  it.each(ways)('%s: the peer is told, code 0, the terminal is sane', async (_, end) => {
    const { terminal: ann, address } = await startListening(['-n', 'ann'])
    const bob = startCalling(address, ['-n', 'bob'], { shell: SHELL, rows: 50 })
    await bob.waitForHistory('Connected to peer!')
    await ann.waitForHistory('First contact with bob')
    end(bob)
    await bob.waitForHistory('[end]')
    expect(bob.history()).toContain('[ended 0]')
    expect(bob.history()).toContain('Goodbye.')
    await ann.waitForHistory('Peer disconnected: bob (left)')
    const raw = bob.raw()
    const [before, after] = settings(raw)
    expect(before).toMatch(/(?<!-)icanon/)
    expect(after).toBe(before)
    // Bracketed paste is off, and whatever else was switched on.
    expect(raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(raw.lastIndexOf('\x1b[?2004h'))
    expect(raw).not.toContain('\x1b[?1049h')
    expect(raw).not.toContain('\x1b[?25l')
    expect(raw).not.toMatch(/\x1b\](?:0|1|2);/)
    const ended = bob.screen().split('\n')
    expect(ended.find((row) => row.includes('[ended'))).toBe('[ended 0]')
  })

  it('the window is closed: the peer is told, no process stays', async () => {
    const { ann, bob } = await startTalk()
    bob.kill('SIGHUP')
    await ann.waitForHistory('Peer disconnected: bob (left)')
    expect((await bob.exit).code).toBe(0)
  })

  it('what was typed right before /quit arrives', async () => {
    const { ann, bob } = await startTalk()
    for (let i = 0; i < 50; i += 1) bob.enter(`last words ${i}`)
    bob.enter('/quit')
    await ann.waitForHistory('Peer disconnected: bob (left)')
    for (let i = 0; i < 50; i += 1) expect(ann.history()).toContain(`bob: last words ${i}\n`)
    expect((await bob.exit).code).toBe(0)
  })

  it('Ctrl+C while it dials ends at once', async () => {
    const ann = startTerminal(['-p', '0', '-c', '192.0.2.1:8080'])
    await ann.waitForHistory(/Connecting to|cannot be reached/)
    ann.press('ctrl-c')
    expect((await ann.exit).code).toBe(0)
  })

  it('a restart on the same port right away works', async () => {
    const { ann, bob, port } = await startTalk()
    ann.press('ctrl-c')
    await ann.exit
    await bob.waitForHistory('Peer disconnected: ann (left)')
    const again = startTerminal(['--port', `${port}`], { home: ann.home })
    await again.waitForHistory(`Listening on: [::]:${port}`)
  })
})

describe('S18: on pipes', () => {
  it('echo hi | earshot --connect sends, waits until the peer has it, and exits 0', async () => {
    const { program: ann, address } = await startJsonListening()
    const bob = startPipe(['-p', '0', '-c', address, '-n', 'bob'], { stdin: 'hi\n' })
    const { code, stderr } = await bob.exit
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await ann.waitFor('message.received')).text).toBe('hi')
    expect(await ann.waitFor('peer.disconnected')).toMatchObject({
      reason: { _tag: 'Bye', by: 'them', why: 'quit' }
    })
  })

  it('a last line without a line end is sent as well', async () => {
    const { program: ann, address } = await startJsonListening()
    const bob = startPipe(['-p', '0', '-c', address], { stdin: 'one\ntwo' })
    expect((await bob.exit).code).toBe(0)
    await ann.waitFor('message.received', ({ text }) => text === 'two')
  })

  it('echo hi | earshot --port waits for a peer, who gets it, and ends with that peer', async () => {
    const ann = startPipe(['-p', '0', '-n', 'ann'], { stdin: 'hi\n' })
    const port = /:(\d+)$/.exec(await ann.waitForLine('Listening on'))?.[1]
    const bob = startJson(['-p', '0', '-c', `127.0.0.1:${port}`])
    expect((await bob.waitFor('message.received')).text).toBe('hi')
    bob.ask({ type: 'say', text: 'an answer' })
    bob.ask({ type: 'quit' })
    expect(await ann.exit).toMatchObject({ code: 0, stdout: expect.stringContaining('an answer') })
  })

  it('--stay goes on after the end of its input until the peer leaves', async () => {
    const { program: ann, address } = await startJsonListening()
    const bob = startPipe(['-p', '0', '-c', address, '--stay'], { stdin: 'hi\n' })
    await ann.waitFor('message.received')
    ann.ask({ type: 'say', text: 'still there?' })
    await bob.waitForLine('still there?')
    ann.ask({ type: 'quit' })
    expect((await bob.exit).code).toBe(0)
    expect(bob.stdout()).toContain('Peer disconnected')
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s: the peer is told, code 0',
    async (signal) => {
      const { program: ann, address } = await startJsonListening()
      const bob = startPipe(['-p', '0', '-c', address])
      await ann.waitFor('peer.connected')
      bob.kill(signal)
      expect(await bob.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(await ann.waitFor('peer.disconnected')).toMatchObject({ reason: { _tag: 'Bye' } })
    }
  )

  it('a reader of the output that goes away ends it, and is no crash', async () => {
    const { program: ann, address } = await startJsonListening()
    const bob = startPipe(['-p', '0', '-c', address, '-n', 'bob'])
    await ann.waitFor('peer.connected')
    bob.closeOutput()
    for (let i = 0; i < 10; i += 1) ann.ask({ type: 'say', text: `unread ${i}` })
    expect(await bob.exit).toMatchObject({ code: 0, stderr: '' })
    expect(await ann.waitFor('peer.disconnected')).toMatchObject({ reason: { _tag: 'Bye' } })
  })

  it('69: nobody there', async () => {
    const { exit } = startPipe(['-p', '0', '-c', `127.0.0.1:${await freePort()}`], {
      stdin: 'hi\n'
    })
    expect((await exit).code).toBe(69)
  })

  it('75: the peer is gone before it had everything', async () => {
    const env = { EARSHOT_RECONNECT_ATTEMPTS: '0' }
    const { program: ann, address } = await startJsonListening([], { env })
    const bob = startPipe(['-p', '0', '-c', address], { env })
    await ann.waitFor('peer.connected')
    await bob.waitForLine('First contact')
    // It takes nothing any more, and dies with the message unread.
    ann.pipe.kill('SIGSTOP')
    bob.write('never read\n')
    bob.endInput()
    await bob.waitForLine('You: never read')
    ann.pipe.kill('SIGKILL')
    const { code, stdout, stderr } = await bob.exit
    expect(stdout + stderr).toMatch(
      /! 1 message is not delivered yet\.\n\* Not delivered yet: 1 message for .*\n {2}Nothing is lost: it is kept/
    )
    expect(code).toBe(75)
  })

  it('75: the profile is in use', async () => {
    const ann = await startListening()
    const { code, stderr } = await startPipe(['--profile', 'default', '-p', '0'], {
      home: ann.terminal.home,
      stdin: ''
    }).exit
    expect(stderr).toContain(`in use by process ${ann.terminal.pid}`)
    expect(code).toBe(75)
  })

  it('77: the peer does not let us in', async () => {
    const { address } = await startJsonListening(['--unknown-peers', 'deny'])
    const { code, stdout } = await startPipe(['-p', '0', '-c', address], { stdin: 'hi\n' }).exit
    expect(stdout).toContain('The peer did not let us in')
    expect(code).toBe(77)
  })
})
