/**
 * Goal: where nothing more can be stored, that is said, what comes waits at the peer, what is typed is not
 * called queued, and all goes on when there is room: nothing is lost and nothing doubled (pain 9).
 * Method: a built program whose files may not grow (a limit of the shell, which SQLite tells no better than
 * a failing disk), then one without that limit on the same home.
 */
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './support/program.ts'
import { type JsonProgram, startCalling, startJson, startJsonListening } from './support/talk.ts'

const env = { EARSHOT_RECONNECT_ATTEMPTS: '60', EARSHOT_RECONNECT_DELAY_SECS: '0.2' }

/** 256 KiB, in blocks of 512 bytes: a store, and little in it. */
const SMALL = 'ulimit -f 512 && exec "$@"'

/** More than fits, in messages each of which does. */
const TEXTS = Array.from({ length: 12 }, (_, n) => `${n} ${'x'.repeat(30_000)}`)

const textsOf = (program: JsonProgram): readonly string[] =>
  program.events().flatMap((event) => (event.type === 'message.received' ? [event.text] : []))

describe('E1: a disk without room', () => {
  it('is said, what comes waits at the peer, and what is typed is not called queued', async () => {
    const home = temporaryFolder()
    const { program: ann, address } = await startJsonListening(['-n', 'ann'], { env })
    const bob = startCalling(address, ['-n', 'bob'], { env, home, shell: SMALL })
    await bob.waitForHistory('First contact with ann')
    for (const text of TEXTS) ann.ask({ type: 'say', text })
    await bob.waitForHistory(/What comes cannot be stored, .* waits at the peer: ann\n/)
    await bob.waitForHistory(/There is no room for messages in .*messages\.db \(EFBIG\)/)
    const typed: string[] = []
    for (let isRoom = true; isRoom; ) {
      const text = `typed ${typed.length} ${'y'.repeat(4000)}`
      bob.enter(text)
      const answer = new RegExp(`You: ${text}|could not be stored, so it was not sent`)
      isRoom = !(await bob.waitForHistory(answer)).includes('so it was not sent')
      if (isRoom) typed.push(text)
    }
    bob.enter('/quit')
    expect(await bob.exit).toMatchObject({ code: 0 })
    const seen = [...bob.history().matchAll(/^ann: (\d+) x+$/gm)].map(([, n]) => Number(n))
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, n) => n))
    expect(seen.length).toBeLessThan(TEXTS.length)
    const again = startJson(['-p', '0', '-c', address, '-n', 'bob'], { env, home })
    await again.waitFor('message.received', ({ text }) => text === TEXTS.at(-1))
    const rest = textsOf(again).map((text) => Number.parseInt(text, 10))
    expect([...seen, ...rest]).toEqual(TEXTS.map((_, n) => n))
    again.ask({ type: 'say', text: 'there is room again' })
    await ann.waitFor('message.received', ({ text }) => text === 'there is room again')
    expect(textsOf(ann)).toEqual([...typed, 'there is room again'])
  })
})
