/**
 * Goal: what is said arrives as it was said, once and in order, both ways (features.md S4, S7).
 * Method: two built programs; texts of every kind through terminals, pipes and `--json`.
 */
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import {
  startCalling,
  startJson,
  startJsonListening,
  startJsonTalk,
  startTalk
} from './support/talk.ts'

const count = (text: string, part: string): number => text.split(part).length - 1

describe('S4: both ends are equal', () => {
  it('both talk at the same time', async () => {
    const { ann, bob } = await startTalk()
    for (let i = 0; i < 20; i += 1) {
      ann.enter(`from ann ${i}.`)
      bob.enter(`from bob ${i}.`)
    }
    const all = (name: string) => (text: string) =>
      Array.from({ length: 20 }, (_, i) => `${name}: from ${name} ${i}.`).every(
        (line) => count(text, line) === 1
      )
    await Promise.all([bob.waitForHistory(all('ann')), ann.waitForHistory(all('bob'))])
  })
})

describe('S7: any text', () => {
  const texts = [
    'plain',
    'Grüße, ça va, Ωμέγα, Привет',
    '日本語の文章です。한국어도. 中文也行。',
    'שלום עולם مرحبا بالعالم',
    '👩‍👩‍👧‍👦 👍🏽 🇩🇪 e\u0301 हिन्दी',
    'tabs\tand\nline\nbreaks\n\nand "quotes" \\ {"json":1}',
    ' leading and trailing ',
    '//not a command'
  ]

  it('arrives unchanged by --json', async () => {
    const { ann, bob } = await startJsonTalk()
    for (const text of texts) ann.ask({ type: 'say', text })
    await bob.waitFor('message.received', (event) => event.text === texts.at(-1))
    const got = bob.events().filter((event) => event.type === 'message.received')
    expect(got.map(({ text }) => text)).toEqual(texts)
    expect(got.map(({ seq }) => seq)).toEqual(texts.map((_, at) => at + 1))
  })

  it('is shown as typed', async () => {
    const { ann, bob } = await startTalk()
    const typed = ['Grüße, Ωμέγα, Привет', '日本語の文章です', '👍🏽 🇩🇪 ok', '//slash']
    for (const text of typed) ann.enter(text)
    const shown = await bob.waitForHistory('ann: /slash')
    for (const text of typed.slice(0, 3)) expect(shown).toContain(`ann: ${text}`)
    expect(await ann.waitForHistory('You: /slash')).toContain('You: 日本語の文章です')
  })

  it('a message of 1 MiB by --json, and one byte more is refused', async () => {
    const { ann, bob } = await startJsonTalk()
    const text = `${'é'.repeat(300_000)}${'日'.repeat(100_000)}${'x'.repeat(148_575)}.`
    expect(Buffer.byteLength(text)).toBe(1024 * 1024)
    ann.ask({ type: 'say', text })
    ann.ask({ type: 'say', text: `${text}!` })
    const { text: received } = await bob.waitFor('message.received')
    expect(received === text).toBe(true)
    expect(await ann.waitFor('message.failed')).toMatchObject({ why: 'too-long' })
    await ann.waitFor('message.delivered')
  })

  it('a line of 1 MiB from a pipe', async () => {
    const { program: ann, address } = await startJsonListening()
    const text = `${'0123456789abcdef'.repeat(64 * 1024 - 1)}fedcba987654321.`
    const bob = startPipe(['--port', '0', '-c', address], { stdin: `${text}\n` })
    const { text: received } = await ann.waitFor('message.received')
    expect(received === text).toBe(true)
    expect((await bob.exit).code).toBe(0)
  })

  it('a paste of 1 MiB and many lines into a terminal is one message', async () => {
    const { program: ann, address } = await startJsonListening()
    const bob = startCalling(address)
    await bob.waitForHistory('Connected to peer!')
    const text = `${'a line of the paste, number 17\n'.repeat(33_000)}end`
    bob.type(`\x1b[200~${text}\x1b[201~`)
    bob.press('enter')
    const { text: received } = await ann.waitFor('message.received', undefined, {
      timeoutMs: 25_000
    })
    expect(received === text).toBe(true)
  })

  it('2000 rapid lines each way, in order, each once', async () => {
    const { ann, bob } = await startJsonTalk()
    const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}`)
    const burst = lines.map((text) => `${JSON.stringify({ type: 'say', text })}\n`).join('')
    ann.pipe.write(burst)
    bob.pipe.write(burst)
    for (const end of [ann, bob]) {
      await end.waitFor('message.received', (event) => event.text === 'line 1999')
      const got = end.events().filter((event) => event.type === 'message.received')
      expect(got.map(({ text }) => text)).toEqual(lines)
    }
  })

  it('2000 lines from a pipe to a pipe', async () => {
    const text = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join('')
    const { program: ann, address } = await startJsonListening()
    const bob = startPipe(['--port', '0', '-c', address], { stdin: text })
    await ann.waitFor('peer.disconnected')
    const got = ann.events().filter((event) => event.type === 'message.received')
    expect(got.map((event) => `${event.text}\n`).join('')).toBe(text)
    expect((await bob.exit).code).toBe(0)
  })
})

it('S9: message_size_max_kb bounds what is sent', async () => {
  const env = { EARSHOT_MESSAGE_SIZE_MAX_KB: '1' }
  const { program: ann, address } = await startJsonListening()
  const bob = startJson(['--port', '0', '-c', address], { env })
  await bob.waitFor('peer.connected')
  bob.ask({ type: 'say', text: 'x'.repeat(1025) })
  bob.ask({ type: 'say', text: 'y'.repeat(1024) })
  expect(await bob.waitFor('message.failed')).toMatchObject({ why: 'too-long' })
  expect((await ann.waitFor('message.received')).text).toBe('y'.repeat(1024))
})
