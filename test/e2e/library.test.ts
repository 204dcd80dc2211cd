/**
 * Goal: the package, as somebody else's project gets it, is all that a program needs: it compiles against its
 * types alone, runs as the page says, writes nothing, and ends when its peers are closed (S20).
 * Method: `npm pack`, unpacked into an empty project; its programs are compiled there and run as processes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import { compile, makeProject } from './support/package.ts'
import { type Pipe, startPipe } from './support/pipe.ts'
import { freePort, root } from './support/program.ts'

const page = readFileSync(join(root, 'docs', 'LIBRARY.md'), 'utf8')
const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)

/** Uses of everything that has a type; what must not compile is marked. */
const USES = `
import {
  type CloseReason, type ConversationSummary, createPeer, EarshotError, type EarshotFailure,
  type HistoryEntry, type KnownPeer, type Listener, type Peer, type PeerDetails, type PeerEvent,
  type PeerOptions, type PeerRef, type SentMessage, type StoreFailure, type WaitingMessage, type Who
} from 'earshot'

const options: PeerOptions = { home: '/tmp/x', listen: { port: 0 }, saveHistory: { days: 3 } }
export const use = async (bot: Peer): Promise<void> => {
  await using peer: Peer = await createPeer(options)
  const controller: AbortController = new AbortController()
  const ref: PeerRef = await peer.connect('host:1', { signal: controller.signal, expect: bot.id })
  const who: Who = ref
  const message: SentMessage = await peer.send(who, 'hi')
  const answer: string = (await peer.once('message.received')).text
  console.log(answer)
  await message.delivered
  const listener: Listener<'message.received'> = ({ text, again }) => [text.length, again === true]
  const stop: () => void = peer.on('message.received', listener)
  stop()
  peer.on('peer.disconnected', ({ reason }) => {
    const why: CloseReason = reason
    if (why._tag === 'DialError') console.log(why.failure.target.host)
  })
  for await (const event of peer.events('message.sent', 'message.failed'))
    console.log(event.type === 'message.sent' ? event.ids : event.why)
  for await (const event of peer.events()) {
    const any: PeerEvent = event
    console.log(any.type)
  }
  const waiting: readonly WaitingMessage[] = await peer.waiting()
  const page: readonly HistoryEntry[] = await peer.history(bot, { before: waiting.length })
  const known: readonly KnownPeer[] = await peer.knownPeers()
  const here: readonly PeerDetails[] = await peer.peers()
  const all: readonly ConversationSummary[] = await peer.conversations()
  console.log(page[0]?.state, known[0]?.trust, here[0]?.rttMs, all[0]?.kept)
  // @ts-expect-error an event that there is not
  peer.on('message', () => undefined)
  // @ts-expect-error a field that the event has not
  peer.on('message.sent', ({ text }) => text)
  // @ts-expect-error an option that there is not
  await createPeer({ nickName: 'x' })
  // @ts-expect-error a peer has no nickname to be found by
  await peer.send({ nickname: 'bob' }, 'hi')
}
export const explain = (error: unknown): string | undefined => {
  if (!(error instanceof EarshotError)) return undefined
  const failure: EarshotFailure = error.reason
  switch (failure._tag) {
    case 'NotQueued': {
      const stored: StoreFailure | undefined = failure.failure
      return stored?.path
    }
    case 'SecureError':
      return failure.failure._tag === 'IdentityChanged' ? failure.failure.actual : error.next
    default:
      return error.message
  }
}
`

describe('S20 the package', () => {
  it('compiles in a project that has nothing else, however strict, as modules or bundled', () => {
    const project = makeProject()
    expect(readdirSync(join(project.folder, 'node_modules')).toSorted()).toEqual([
      '@types',
      'earshot',
      'undici-types'
    ])
    project.write('uses.ts', USES)
    project.write('page.ts', blocks[0] ?? '')
    expect(compile(project, { module: 'nodenext' })).toBe('')
    expect(compile(project, { module: 'esnext', moduleResolution: 'bundler' })).toBe('')
    expect(compile(project, { module: 'nodenext', exactOptionalPropertyTypes: false })).toBe('')
    project.write('wrong.ts', "import { runChat } from 'earshot'\nconsole.log(runChat)\n")
    expect(compile(project, { module: 'nodenext' })).toContain("no exported member 'runChat'")
  })

  it('runs the example of its page, which ends by itself and writes nothing else', async () => {
    const project = makeProject()
    const port = String(await freePort())
    const file = project.write('page.ts', (blocks[0] ?? '').replaceAll('8080', port))
    const { code, stdout, stderr } = await startPipe([], { file }).exit
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'You said: hello\n', stderr: '' })
  })

  it('can be required as well, and exports what the page says', async () => {
    const project = makeProject()
    const file = project.write(
      'old.cjs',
      "console.log(Object.keys(require('earshot')).sort().join())"
    )
    const { code, stdout, stderr } = await startPipe([], { file }).exit
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'EarshotError,createPeer\n',
      stderr: ''
    })
  })
})

/** A bot that dies over the first message that it has not seen before, in one way or another. */
const DIES = `
import { createPeer } from 'earshot'
const [home, port, way] = process.argv.slice(2)
const bot = await createPeer({ home, listen: { host: '127.0.0.1', port: Number(port) } })
const hear = ({ text, again }) => console.log(JSON.stringify({ text, again: again === true }))
const die = () => process.kill(process.pid, 'SIGKILL')
const listeners = {
  'in a listener': (event) => { hear(event); die() },
  'in the promise of a listener': async (event) => {
    hear(event)
    await new Promise(setImmediate)
    die()
  },
  'nowhere': hear
}
if (way in listeners) bot.on('message.received', listeners[way])
console.log('ready')
if (way === 'between two events of a reader')
  for await (const event of bot.events('message.received')) {
    hear(event)
    await new Promise(setImmediate)
    die()
  }
`

/** Says three things, and waits until all of them are there. */
const SAYS = `
import { createPeer } from 'earshot'
const [home, port] = process.argv.slice(2)
await using peer = await createPeer({
  home, heartbeatMs: 200, reconnectDelayMs: 100, reconnectAttempts: 1000
})
const { id } = await peer.connect('127.0.0.1:' + port)
const messages = []
for (const text of ['one', 'two', 'three']) messages.push(await peer.send(id, text))
console.log('queued')
await Promise.all(messages.map(({ delivered }) => delivered))
console.log('delivered')
`

const heardBy = (pipe: Pipe): readonly { readonly text: string; readonly again: boolean }[] =>
  pipe
    .stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { text: string; again: boolean })

describe('S20 a process that dies', () => {
  const start = async (way: string) => {
    const project = makeProject()
    const dies = project.write('dies.mjs', DIES)
    const says = project.write('says.mjs', SAYS)
    const port = String(await freePort())
    const home = (name: string): string => join(project.folder, name)
    const startBot = (how: string): Pipe => startPipe([home('bot'), port, how], { file: dies })
    const bot = startBot(way)
    await bot.waitForLine('ready')
    const peer = startPipe([home('peer'), port], { file: says })
    return { bot, peer, startAgain: () => startBot('nowhere') }
  }

  it.each(['in a listener', 'in the promise of a listener', 'between two events of a reader'])(
    '%s hears again what it had not finished, and nothing else twice',
    async (way) => {
      const { bot, peer, startAgain } = await start(way)
      expect(await bot.exit).toMatchObject({ signal: 'SIGKILL' })
      const next = startAgain()
      await peer.waitForLine('delivered')
      expect(await peer.exit).toMatchObject({ code: 0, stderr: '' })
      await next.waitForLine('three')
      expect(heardBy(bot)[0]).toEqual({ text: 'one', again: false })
      expect(heardBy(next).map(({ text }) => text)).toEqual(['one', 'two', 'three'])
      const repeated = heardBy(next).filter(({ again }) => again)
      expect(repeated.map(({ text }) => text)).toContain('one')
      // What had been told before is never told as if it were new.
      const told = new Set(heardBy(bot).map(({ text }) => text))
      expect(heardBy(next).filter(({ text, again }) => told.has(text) && !again)).toEqual([])
    }
  )

  it('before anybody listens hears everything when somebody does', async () => {
    const { bot, peer, startAgain } = await start('before')
    await peer.waitForLine('delivered')
    bot.kill()
    const next = startAgain()
    await next.waitForLine('three')
    expect(heardBy(next)).toEqual(['one', 'two', 'three'].map((text) => ({ text, again: true })))
    next.kill()
    const third = startAgain()
    await third.waitForLine('ready')
    third.kill()
    await third.exit
    expect(heardBy(third)).toEqual([])
  })

  it('by a listener that throws says so as Node does, unless somebody else is told', async () => {
    const project = makeProject()
    const program = (option: string): string => `
import { createPeer } from 'earshot'
const bot = await createPeer({ listen: { host: '127.0.0.1' }, ${option} })
bot.on('listen.opened', () => { throw new Error('of the program') })
await bot.peers()
await bot.close()
console.log('closed')
`
    const loud = project.write('loud.mjs', program(''))
    const { code, stderr } = await startPipe([], { file: loud }).exit
    expect(code).toBe(1)
    expect(stderr).toContain('of the program')
    const quiet = project.write(
      'quiet.mjs',
      program('onListenerError: ({ message }) => console.log(message)')
    )
    expect(await startPipe([], { file: quiet }).exit).toMatchObject({
      code: 0,
      stdout: 'of the program\nclosed\n',
      stderr: ''
    })
  })
})
