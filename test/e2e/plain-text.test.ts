/**
 * Goal: lines of text with a program that is not Earshot, only when asked for and marked on every line
 * (features.md S25).
 * Method: the built program against a raw socket in the part of netcat, on both ends.
 */
import { createServer, connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { freePort } from './support/program.ts'
import { portOf, startCalling, startJson, startListening } from './support/talk.ts'
import { startTerminal } from './support/terminal.ts'
import { Waiting } from './support/waiting.ts'

/** One end of netcat: what it read, and what it says. */
const netcat = (socket: Socket) => {
  let heard = ''
  const waiting = new Waiting(() => heard)
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('utf8')
    waiting.arrived()
  })
  socket.on('end', () => waiting.ended('It ended'))
  onTestFinished(() => void socket.destroy())
  return {
    say: (text: string) => socket.write(text),
    end: () => socket.end(),
    heard: () => heard,
    hear: (text: string) => waiting.until(text, () => (heard.includes(text) ? heard : undefined))
  }
}

const dialAsNetcat = (port: number) => netcat(connect(port, '127.0.0.1'))

const listenAsNetcat = async () => {
  const port = await freePort()
  const accepted = Promise.withResolvers<Socket>()
  const server = createServer((socket) => accepted.resolve(socket))
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  return { port, accepted: accepted.promise.then(netcat) }
}

describe('S25: plain text', () => {
  it('as the listener: every line is marked, both ways', async () => {
    const ann = startTerminal(['--plain-text', '--port', '0'])
    const nc = dialAsNetcat(await portOf(ann))
    await ann.waitForHistory('UNPROTECTED: anyone on the way can read and change this')
    nc.say('hello\r\nsecond, ünïcode\n')
    await ann.waitForHistory(/UNPROTECTED 127\.0\.0\.1:\d+: hello\n/)
    await ann.waitForHistory(/UNPROTECTED 127\.0\.0\.1:\d+: second, ünïcode\n/)
    await ann.waitForScreen(/\nUNPROTECTED>$/)
    ann.enter('hello netcat')
    await nc.hear('hello netcat\n')
    await ann.waitForHistory(/UNPROTECTED.*hello netcat/)
    expect(nc.heard()).toBe('hello netcat\n')
    nc.end()
    await ann.waitForHistory('Peer disconnected')
  })

  it('as the caller, which ends with the other end', async () => {
    const { port, accepted } = await listenAsNetcat()
    const ann = startTerminal(['--plain-text', '-c', `127.0.0.1:${port}`])
    const nc = await accepted
    await ann.waitForHistory('Connected to peer! UNPROTECTED')
    ann.enter('over to you')
    await nc.hear('over to you\n')
    nc.say('in pieces, ')
    nc.say('and whole\nwithout an end')
    await ann.waitForHistory(/UNPROTECTED [\d.:]+: in pieces, and whole/)
    nc.end()
    await ann.waitForHistory(/UNPROTECTED [\d.:]+: without an end/)
    expect((await ann.exit).code).toBe(0)
  })

  it('from a pipe: what is read is sent, then the other end is read to its end', async () => {
    const { port, accepted } = await listenAsNetcat()
    const ann = startPipe(['--plain-text', '-c', `127.0.0.1:${port}`], { stdin: 'one\ntwo\n' })
    const nc = await accepted
    await nc.hear('one\ntwo\n')
    nc.say('an answer\n')
    nc.end()
    const { code, stdout } = await ann.exit
    expect(code).toBe(0)
    expect(stdout).toMatch(/UNPROTECTED [\d.:]+: an answer/)
  })

  it('neutralises what the other end sends', async () => {
    const ann = startTerminal(['--plain-text', '--port', '0'])
    const nc = dialAsNetcat(await portOf(ann))
    nc.say('a\x1b[2J\x1b]0;title\x07b\x9b31m\rc\u202ed\n')
    await ann.waitForHistory(/: a␛\[2J/)
    expect(ann.raw()).not.toContain('\x1b[2J')
    expect(ann.raw()).not.toContain('\x1b]0;')
    expect(ann.raw()).not.toMatch(/[\u0007\u0080-\u009f\u202e]/)
  })

  it('two Earshots in plain text talk', async () => {
    const ann = startTerminal(['--plain-text', '--port', '0'])
    const bob = startTerminal(['--plain-text', '-c', `127.0.0.1:${await portOf(ann)}`])
    await bob.waitForHistory('Connected to peer! UNPROTECTED')
    bob.enter('nobody protects this')
    await ann.waitForHistory(/UNPROTECTED [\d.:]+: nobody protects this/)
  })

  it('with --json: lines are events of their own', async () => {
    const ann = startJson(['--plain-text', '-p', '0'])
    const { port } = (await ann.waitFor('listen.opened')).address
    const nc = dialAsNetcat(port)
    await ann.waitFor('plain.connected')
    nc.say('hello\n')
    expect((await ann.waitFor('plain.line')).text).toBe('hello')
    ann.ask({ type: 'say', text: 'back' })
    await nc.hear('back\n')
    nc.end()
    await ann.waitFor('plain.disconnected')
  })

  it('a second caller is turned away', async () => {
    const ann = startTerminal(['--plain-text', '--port', '0'])
    const port = await portOf(ann)
    const first = dialAsNetcat(port)
    await ann.waitForHistory('Peer connected from')
    const second = connect(port, '127.0.0.1')
    await new Promise<void>((resolve) => second.on('close', () => resolve()).resume())
    first.say('still here\n')
    await ann.waitForHistory('still here')
  })
})

describe('S25: plain text and Earshot do not mix', () => {
  it('Earshot calls plain text: readable lines on both ends', async () => {
    const ann = startTerminal(['--plain-text', '--port', '0'])
    const port = await portOf(ann)
    const bob = startCalling(`127.0.0.1:${port}`, ['-n', 'bob'])
    await ann.waitForHistory('The other end is not Earshot but another TLS program')
    await bob.waitForHistory(/! The (connection|other end)/)
    expect(ann.history()).not.toContain('\u0016')
    expect(bob.history()).not.toContain('Connected to peer!')
  })

  it('plain text calls Earshot: told what to do, and the listener goes on', async () => {
    const { terminal: ann, port } = await startListening(['-n', 'ann'])
    const bob = startPipe(['--plain-text', '-c', `127.0.0.1:${port}`], { stdin: 'hello\n' })
    const { stdout } = await bob.exit
    expect(stdout).toContain('UNPROTECTED')
    const carol = startCalling(`127.0.0.1:${port}`, ['-n', 'carol'])
    await carol.waitForHistory('Connected to peer!')
    expect(ann.history()).not.toContain(': hello')
  })

  it('--plain-text with --expect is refused: it proves nobody', async () => {
    const id = 'aedqobyha4dqobyha4dqobyha4dqobyha4dqobyha4dqobyha4dqpu4q'
    const { code, stderr } = await startPipe(['--plain-text', '--expect', id]).exit
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('proves nobody') })
  })
})
