/**
 * Goal: how far a message came is shown on its line, truly and quietly, and what waits is visible, can be
 * taken back, and is found again in the history.
 * Method: two built programs in terminals; one is killed or quits while the other goes on; the screens are
 * compared, and those of narrow windows, ASCII and pipes.
 */
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { temporaryFolder } from './support/program.ts'
import {
  startCalling,
  startJson,
  startJsonListening,
  startListening,
  startTalk
} from './support/talk.ts'

/** Calls again soon, and often. */
const env = { EARSHOT_RECONNECT_ATTEMPTS: '60', EARSHOT_RECONNECT_DELAY_SECS: '1' }

describe('E1: the mark behind a message', () => {
  it('ends as read where the peer shows it, and the typed line stays', async () => {
    const { ann, bob } = await startTalk()
    ann.enter('one')
    ann.type('half a line')
    const screen = await ann.waitForScreen(/You: one ✓✓\n> half a line$/)
    expect(screen.match(/You: one/g)).toHaveLength(1)
    await bob.waitForHistory('ann: one')
  })

  it('ends as delivered where the peer does not tell what was read', async () => {
    const { ann, bob } = await startTalk({ bob: { env: { EARSHOT_READ_RECEIPTS: 'false' } } })
    ann.enter('one')
    await ann.waitForScreen(/You: one  ✓\n>/)
    bob.enter('seen')
    await ann.waitForScreen('bob: seen')
    expect(ann.screen()).toMatch(/You: one  ✓\n/)
    // Who does not tell is not told either.
    await bob.waitForScreen(/You: seen  ✓\n/)
  })

  it('of a text of several rows and lines is behind its last, in 40 columns', async () => {
    const { ann } = await startTalk({ ann: { cols: 40 } })
    const text = 'abcdefghi '.repeat(9).trim()
    ann.enter(text)
    await ann.waitForHistory(`You: ${text} ✓✓\n`)
    ann.type('\u001b[200~first\rlast\u001b[201~')
    ann.press('enter')
    await ann.waitForScreen(/You: first\n│ last ✓✓\n/)
  })

  it('is ASCII where the screen draws no more, and not there on a pipe', async () => {
    const { terminal: ann, address } = await startListening(['-n', 'ann'], { env: { LANG: 'C' } })
    const bob = startPipe(['-p', '0', '-c', address, '-n', 'bob'])
    await bob.waitForLine('Connected to peer!')
    ann.enter('one')
    await ann.waitForScreen(/You: one \+\+\n/)
    bob.write('two\n')
    await ann.waitForScreen('bob: two')
    expect(await bob.waitForLine('You:')).toBe('You: two')
    expect(bob.stdout()).not.toMatch(/[·→✓]/)
  })

  it('goes on changing through a burst, and nothing else on the screen does', async () => {
    const { program: bob, address } = await startJsonListening(['-n', 'bob'])
    const ann = startCalling(address, ['-n', 'ann'])
    await ann.waitForHistory('First contact with bob')
    ann.enter('before')
    await ann.waitForScreen(/You: before ✓✓/)
    const burst = Array.from({ length: 300 }, (_, n) => `burst ${n}`)
    bob.pipe.write(burst.map((text) => `${JSON.stringify({ type: 'say', text })}\n`).join(''))
    ann.enter('in the rain')
    await ann.waitForHistory('bob: burst 299')
    ann.enter('after')
    await ann.waitForScreen(/You: after ✓✓\n>$/)
    expect(ann.history().match(/^bob: burst \d+$/gm)).toEqual(burst.map((text) => `bob: ${text}`))
    expect(ann.history().match(/You: in the rain/g)).toHaveLength(1)
  })
})

describe('E1: what waits for a peer that is away', () => {
  it('is counted in the prompt, listed, taken back, and goes out when the peer is back', async () => {
    const home = temporaryFolder()
    const first = await startJsonListening(['-n', 'bob'], { env, home })
    const ann = startCalling(first.address, ['-n', 'ann'], { env })
    await ann.waitForHistory('First contact with bob')
    first.program.pipe.kill('SIGKILL')
    await ann.waitForHistory('The connection was lost')
    ann.enter('one')
    await ann.waitForScreen(/You: one  ·\n(?:.*\n)*1 waits for bob >$/)
    ann.enter('two')
    await ann.waitForScreen(/You: two  ·\n(?:.*\n)*2 wait for bob >$/)
    ann.enter('/queue')
    await ann.waitForScreen(
      / {2}1 {2}\d\d:\d\d {2}to bob: one\n {2}2 {2}\d\d:\d\d {2}to bob: two\n/
    )
    ann.enter('/cancel 1')
    await ann.waitForScreen(/Taken back: 1 message for bob\n/)
    await ann.waitForScreen(/You: one  ✗\n/)
    const again = startJson(['--port', `${first.port}`, '-n', 'bob'], { env, home })
    await ann.waitForHistory('Connected again to peer!')
    await ann.waitForHistory(/You: two ✓✓\n/)
    await again.waitFor('message.received', ({ text }) => text === 'two')
    await ann.waitForScreen(/\n>$/)
    const texts = again.events().filter(({ type }) => type === 'message.received')
    expect(texts).toMatchObject([{ text: 'two' }])
  })

  it('outlives the program: it says what is left, and the next run what waits', async () => {
    const homes = { ann: temporaryFolder(), bob: temporaryFolder() }
    const bob = await startJsonListening(['-n', 'bob'], { env, home: homes.bob })
    const annEnv = { ...env, EARSHOT_SAVE_HISTORY: 'true' }
    const ann = startCalling(bob.address, ['-n', 'ann'], { env: annEnv, home: homes.ann })
    await ann.waitForHistory('First contact with bob')
    ann.enter('while you were here')
    await ann.waitForScreen(/You: while you were here ✓✓/)
    bob.program.pipe.kill('SIGKILL')
    await ann.waitForHistory('The connection was lost')
    ann.enter('for later')
    await ann.waitForScreen('You: for later  ·')
    ann.enter('/quit')
    expect(await ann.exit).toMatchObject({ code: 0 })
    expect(ann.history()).toContain('Not delivered yet: 1 message for bob')
    expect(ann.history()).toContain('Nothing is lost: it is kept')

    const back = startCalling(bob.address, ['-n', 'ann'], { env: annEnv, home: homes.ann })
    await back.waitForHistory('Waiting to be delivered: 1 message for bob')
    await back.waitForScreen(/\n1 waits for bob >$/)
    const listening = startJson(['--port', `${bob.port}`, '-n', 'bob'], { env, home: homes.bob })
    await listening.waitFor('listen.waiting')
    back.enter(`/connect ${bob.address}`)
    await listening.waitFor('message.received', ({ text }) => text === 'for later')
    // The earlier lines are shown when the peer comes, and their marks go on changing.
    await back.waitForScreen(
      /— earlier with bob —\n— \d{4}-\d\d-\d\d —\n\d\d:\d\d You: while you were here ✓✓\n\d\d:\d\d You: for later ✓✓\n— now —\n/
    )
  })
})

describe('E13: the history in the chat', () => {
  it('is shown, searched, switched off and deleted', async () => {
    const { ann, bob } = await startTalk({ ann: { env: { EARSHOT_SAVE_HISTORY: 'true' } } })
    ann.enter('red wine')
    await bob.waitForScreen(/ann: red/)
    bob.enter('white wine')
    await ann.waitForScreen(/bob: white/)
    await ann.waitForScreen(/You: red wine ✓✓/)
    ann.enter('/history')
    await ann.waitForScreen(
      /— earlier with bob —\n— .* —\n\d\d:\d\d You: red wine ✓✓\n\d\d:\d\d bob: white wine\n— now —\n/
    )
    ann.enter('/search WINE white')
    await ann.waitForScreen(/Found in 1 message with bob: WINE white\n— .* —\n\d\d:\d\d bob: white/)
    ann.enter('/search beer')
    await ann.waitForScreen('Nothing found in the talk with bob: beer')
    ann.enter('/history off')
    await ann.waitForScreen(/From now on not kept: the talk with bob\n {2}2 messages from before/)
    ann.enter('/history erase')
    await ann.waitForScreen('This would delete 2 messages of the talk with bob')
    ann.enter('/history erase yes')
    await ann.waitForScreen('Deleted here: 2 messages of the talk with bob')
    ann.enter('/history')
    await ann.waitForScreen(/Nothing is kept of the talk with bob\n {2}It is not kept from now on/)
  })
})
