/**
 * Goal: the package, as somebody else's project gets it, is all that a program needs: it compiles against its
 * types alone, runs as the page says, writes nothing, and ends when its peers are closed (S20).
 * Method: `npm pack`, unpacked into an empty project; its programs are compiled there and run as processes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import { compile, makeProject } from './support/package.ts'
import { startPipe } from './support/pipe.ts'
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

/** A bot that dies in the middle of the first message that it has not seen before. */
const DIES = `
import { createPeer } from 'earshot'
const [home, port, mode] = process.argv.slice(2)
const bot = await createPeer({ home, listen: { host: '127.0.0.1', port: Number(port) } })
bot.on('message.received', ({ text, again }) => {
  console.log(JSON.stringify({ text, again: again === true }))
  if (mode === 'dies') process.kill(process.pid, 'SIGKILL')
})
console.log('ready')
`

/** Says three things, and waits until all of them are there. */
const SAYS = `
import { createPeer } from 'earshot'
const [home, port, to] = process.argv.slice(2)
await using peer = await createPeer({ home, heartbeatMs: 200, reconnectDelayMs: 100, reconnectAttempts: 1000 })
const id = to ?? (await peer.connect('127.0.0.1:' + port)).id
if (to === undefined) console.log('bot ' + id)
const messages = []
for (const text of ['one', 'two', 'three']) messages.push(await peer.send(id, text))
console.log('queued')
await Promise.all(messages.map(({ delivered }) => delivered))
console.log('delivered')
`

describe('S20 a process that dies', () => {
  it('hears again what it had not finished, and nothing twice without being told', async () => {
    const project = makeProject()
    const dies = project.write('dies.mjs', DIES)
    const says = project.write('says.mjs', SAYS)
    const port = String(await freePort())
    const home = (name: string): string => join(project.folder, name)
    const bot = startPipe([home('bot'), port, 'dies'], { file: dies })
    await bot.waitForLine('ready')
    const peer = startPipe([home('peer'), port], { file: says })
    await peer.waitForLine('queued')
    expect(await bot.exit).toMatchObject({ signal: 'SIGKILL' })
    const again = startPipe([home('bot'), port, 'lives'], { file: dies })
    await peer.waitForLine('delivered')
    expect(await peer.exit).toMatchObject({ code: 0, stderr: '' })
    await again.waitForLine('three')
    const heard = [...bot.stdout().split('\n'), ...again.stdout().split('\n')]
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { text: string; again: boolean })
    const first = heard.filter((one) => !one.again).map(({ text }) => text)
    const repeated = heard.filter((one) => one.again).map(({ text }) => text)
    expect([...new Set(heard.map(({ text }) => text))].toSorted()).toEqual(['one', 'three', 'two'])
    expect(first.length).toBe(new Set(first).size)
    expect(repeated).toContain('one')
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
