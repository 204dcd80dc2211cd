/**
 * Goal: dialling and listening at the same time (S6), and every failure of either as its own clear
 * sentence with a next step and an exit code (S17).
 * Method: the built program against ports that are taken, closed, or not there.
 */
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { freePort } from './support/program.ts'
import { portOf, startCalling, startJson, startListening } from './support/talk.ts'
import { startTerminal } from './support/terminal.ts'

/** Takes a port for the length of a test. */
const takePort = async (): Promise<number> => {
  const port = await freePort()
  const server = createServer((socket) => socket.destroy())
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(port, () => resolve()))
  return port
}

describe('S6: dial and listen at once', () => {
  it('a dial that fails falls back to listening, and the peer can call', async () => {
    const nobody = await freePort()
    const ann = startTerminal(['--port', '0', '--connect', `127.0.0.1:${nobody}`, '-n', 'ann'])
    await ann.waitForHistory('refused the connection')
    await ann.waitForHistory('Waiting for your peer to call instead')
    const port = Number(/Listening on: \[::\]:(\d+)/.exec(ann.history())?.[1])
    const bob = startCalling(`127.0.0.1:${port}`, ['-n', 'bob'])
    await bob.waitForHistory('Connected to peer!')
    await ann.waitForHistory('Peer connected from')
    ann.enter('there you are')
    await bob.waitForHistory('ann: there you are')
  })

  it('both dial each other: one conversation, whoever was first', async () => {
    const [one, two] = [await freePort(), await freePort()]
    const ann = startJson(['-p', `${one}`, '-c', `127.0.0.1:${two}`, '-n', 'ann'])
    const bob = startJson(['-p', `${two}`, '-c', `127.0.0.1:${one}`, '-n', 'bob'])
    // One of them may find nobody there yet; whoever comes second finds the other.
    await Promise.all([ann.waitFor('peer.connected'), bob.waitFor('peer.connected')])
    ann.ask({ type: 'say', text: 'from ann' })
    bob.ask({ type: 'say', text: 'from bob' })
    expect((await bob.waitFor('message.received')).text).toBe('from ann')
    expect((await ann.waitFor('message.received')).text).toBe('from bob')
    ann.ask({ type: 'peers' })
    expect((await ann.waitFor('peers.shown')).peers).toHaveLength(1)
    for (const end of [ann, bob]) {
      expect(end.events().filter(({ type }) => type === 'peer.connected')).toHaveLength(1)
      expect(end.events().filter(({ type }) => type === 'peer.disconnected')).toEqual([])
    }
  })

  it('both are connected and then dial each other: the first link goes on', async () => {
    const ann = startJson(['-p', '0', '-n', 'ann'])
    const bob = startJson(['-p', '0', '-n', 'bob'])
    const there = (await ann.waitFor('listen.opened')).address.port
    const here = (await bob.waitFor('listen.opened')).address.port
    ann.ask({ type: 'connect', target: `127.0.0.1:${here}` })
    bob.ask({ type: 'connect', target: `127.0.0.1:${there}` })
    await Promise.all([ann.waitFor('peer.connected'), bob.waitFor('peer.connected')])
    for (let i = 0; i < 50; i += 1) ann.ask({ type: 'say', text: `${i}` })
    await bob.waitFor('message.received', ({ text }) => text === '49')
    const got = bob.events().filter((event) => event.type === 'message.received')
    expect(got.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`))
    ann.ask({ type: 'peers' })
    expect((await ann.waitFor('peers.shown')).peers).toMatchObject([{ state: 'online' }])
  })
})

describe('S17: a port', () => {
  it('in use: says so, names the holder, proposes the next free one, ends with 73', async () => {
    const port = await takePort()
    const { code, stderr, stdout } = await startPipe(['--port', `${port}`], { stdin: '' }).exit
    const said = stdout + stderr
    expect(said).toContain(`Port ${port} is already in use by `)
    expect(said).toContain(`(pid ${process.pid})`)
    expect(said).toMatch(/Try --port \d+/)
    expect(code).toBe(73)
    const free = Number(/Try --port (\d+)/.exec(said)?.[1])
    const again = startTerminal(['--port', `${free}`])
    expect(await portOf(again)).toBe(free)
  })

  it('in use, but only preferred: takes another and says so', async () => {
    const port = await takePort()
    const ann = startTerminal([], { env: { EARSHOT_DEFAULT_PORT: `${port}` } })
    await ann.waitForScreen('Enter peer address')
    ann.press('enter')
    await ann.waitForScreen('Enter port')
    ann.press('enter')
    await ann.waitForScreen(new RegExp(`Port ${port} is taken; using \\d+ instead`))
    expect(await portOf(ann)).not.toBe(port)
  })

  // A privileged port needs a user who is not root; the sentence is tested in test/unit/domain.
  it('of an address that is not ours: its own sentence', async () => {
    const { code, stderr, stdout } = await startPipe(
      ['--listen', '192.0.2.7', '--port', `${await freePort()}`],
      { stdin: '' }
    ).exit
    expect(stdout + stderr).toContain('This machine has no address 192.0.2.7 to listen on')
    expect(code).toBe(73)
  })
})

/** One try and no listening: what a script sees. */
const dialOnce = (address: string) => startPipe(['-p', '0', '-c', address], { stdin: 'hi\n' }).exit

describe('S17: a dial', () => {
  it('refused', async () => {
    const port = await freePort()
    const { code, stdout, stderr } = await dialOnce(`127.0.0.1:${port}`)
    expect(stdout + stderr).toContain(
      `127.0.0.1:${port} refused the connection: nobody listens there`
    )
    expect(stdout + stderr).toContain('Check the port')
    expect(code).toBe(69)
  })

  it('to a host that is not found', async () => {
    const { code, stdout, stderr } = await dialOnce('no-such-host.invalid:8080')
    expect(stdout + stderr).toContain('The host no-such-host.invalid was not found')
    expect(code).toBe(69)
  })

  it('to an address that cannot be reached', async () => {
    // The class E addresses have a route on no system: the kernel refuses them at once.
    const { code, stdout, stderr } = await dialOnce('255.255.255.255:8080')
    expect(stdout + stderr).toMatch(/255\.255\.255\.255:8080 (cannot be reached|.*\(E[A-Z]+\))/)
    expect([69, 77]).toContain(code)
  })

  it('to ourselves', async () => {
    const port = await freePort()
    const ann = startTerminal(['-p', `${port}`, '-c', `127.0.0.1:${port}`])
    await ann.waitForHistory('You dialled yourself')
    await ann.waitForHistory("Use your peer's address")
    expect((await ann.exit).code).toBe(64)
  })

  it('to a web server and to a text program: told what it is', async () => {
    const answer = async (bytes: string): Promise<number> => {
      const port = await freePort()
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => socket.end(bytes))
      })
      onTestFinished(() => void server.close())
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
      return port
    }
    const web = await dialOnce(`127.0.0.1:${await answer('HTTP/1.1 400 Bad Request\r\n\r\n')}`)
    expect(web.stdout + web.stderr).toContain('not Earshot but a web browser or web server')
    expect(web.code).toBe(76)
    const ssh = await dialOnce(`127.0.0.1:${await answer('SSH-2.0-OpenSSH_9.9\r\n')}`)
    expect(ssh.stdout + ssh.stderr).toContain('not Earshot but an SSH program')
    expect(ssh.code).toBe(76)
  })

  it('that succeeds after /connect corrects it', async () => {
    const { terminal: ann, address } = await startListening(['-n', 'ann'])
    const bob = startCalling(`127.0.0.1:${await freePort()}`, ['-n', 'bob'])
    await bob.waitForHistory('refused the connection')
    bob.enter(`/connect ${address}`)
    await bob.waitForHistory('Connected to peer!')
    await ann.waitForHistory('Peer connected from')
  })
})
