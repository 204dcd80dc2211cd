/**
 * Goal: the examples do what they say, as they are, with the built library and against the built program
 * (S20).
 * Method: each is started as a process of its own; the program talks to it.
 */
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import { type Pipe, startPipe } from './support/pipe.ts'
import { builtProgram, root, temporaryFolder } from './support/program.ts'
import { startJson, startJsonListening } from './support/talk.ts'

const startExample = (name: string, ...args: readonly string[]): Pipe => {
  // Fails where the library could not be built.
  builtProgram()
  return startPipe(args, { file: join(root, 'examples', name) })
}

/** The echo bot, and where it can be called. */
const startBot = async (...args: readonly string[]) => {
  const bot = startExample('echo-bot.ts', '0', ...args)
  const id = /I am (\w{56})/.exec(await bot.waitForLine('I am'))?.[1]
  const address = /--connect (\S+)/.exec(await bot.waitForLine('Call me'))?.[1] ?? ''
  return { bot, id, address }
}

describe('S20 the echo bot', () => {
  it('says everything back, to each who calls, and leaves in order', async () => {
    const { bot, id, address } = await startBot()
    for (const name of ['ann', 'bob']) {
      const program = startJson(['--connect', address, '--port', '0', '--nickname', name])
      const { peer } = await program.waitFor('peer.connected')
      expect(peer).toMatchObject({ id, nickname: 'echo' })
      for (const text of [`I am ${name}`, 'ünï 😀\nand another line'])
        program.ask({ type: 'say', text })
      await program.waitFor('message.received', ({ text }) => text === `I am ${name}`)
      await program.waitFor('message.received', ({ text }) => text.startsWith('ünï 😀\nand'))
    }
    bot.kill('SIGTERM')
    expect(await bot.exit).toMatchObject({ code: 0, stderr: '' })
  })

  it('with a home is the same one after a restart', async () => {
    const home = temporaryFolder()
    const first = await startBot(home)
    first.bot.kill('SIGTERM')
    await first.bot.exit
    const second = await startBot(home)
    expect(second.id).toBe(first.id)
  })

  it('says in a sentence why it cannot start', async () => {
    const { address } = await startBot()
    const port = address.split(':').at(-1) ?? ''
    const { code, stderr } = await startExample('echo-bot.ts', port).exit
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^Port ${port} is already in use.*free`))
  })
})

describe('S20 the logger', () => {
  it('writes every event as one line of JSON, until the peer leaves', async () => {
    const { program, address } = await startJsonListening(['--nickname', 'ann'])
    const logger = startExample('logger.ts', address)
    await program.waitFor('peer.connected')
    program.ask({ type: 'say', text: 'hi \u001b[31m\u202e' })
    await logger.waitForLine('message.received')
    program.ask({ type: 'quit' })
    const { code, stdout, stderr } = await logger.exit
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[\n\x20-\x7e]*$/)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(events.map(({ type }) => type)).toEqual([
      'dial.started',
      'peer.connected',
      'message.received',
      'peer.disconnected'
    ])
    expect(events[2]).toMatchObject({ text: 'hi \u001b[31m\u202e', peer: { nickname: 'ann' } })
  })

  it('says in a sentence why nobody answers', async () => {
    const { code, stdout, stderr } = await startExample('logger.ts', '127.0.0.1:1').exit
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^127\.0\.0\.1:1 refused the connection/)
  })
})
