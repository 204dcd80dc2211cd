/**
 * Goal: what is typed while the peer is away is seen to wait, can be taken back as long as it never was on
 * a link, outlives the program and days, and arrives once and in order (features.md E1, pain 8).
 * Method: two built programs in terminals; one leaves, is stopped or is not there at all, and the calendar
 * of the other goes on by days between its runs.
 */
import { describe, expect, it } from 'vitest'
import { DAY_MS, later } from './support/clock.ts'
import { temporaryFolder } from './support/program.ts'
import { startCalling, startListening, startTalk } from './support/talk.ts'
import { startTerminal, type Terminal } from './support/terminal.ts'

/** Who calls again soon, and notices silence soon. */
const env = {
  EARSHOT_HEARTBEAT_INTERVAL_SECS: '0.5',
  EARSHOT_RECONNECT_ATTEMPTS: '60',
  EARSHOT_RECONNECT_DELAY_SECS: '0.2'
}

const quit = async (terminal: Terminal): Promise<void> => {
  terminal.enter('/quit')
  expect(await terminal.exit).toMatchObject({ code: 0 })
}

const saidBy = (name: string, terminal: Terminal): readonly string[] =>
  [...terminal.history().matchAll(new RegExp(`^${name}: (.*)$`, 'gm'))].map(
    ([, text]) => text ?? ''
  )

/** Ann has called bob, who has left since. */
const annAlone = async () => {
  const [annHome, bobHome] = [temporaryFolder(), temporaryFolder()]
  const { terminal, port, address } = await startListening(['-n', 'bob'], { home: bobHome, env })
  const ann = startCalling(address, ['-n', 'ann'], { home: annHome, env })
  await ann.waitForHistory('First contact with bob')
  await quit(terminal)
  await ann.waitForHistory('Peer disconnected: bob (left)')
  const startBob = () => startListening(['-n', 'bob', '-p', `${port}`], { home: bobHome, env })
  return { ann, annHome, startBob }
}

describe('E1: typed while the peer is away', () => {
  it('waits for days and restarts, and arrives once and in order', async () => {
    const { ann, annHome, startBob } = await annAlone()
    for (const [n, text] of ['first', 'second', 'third'].entries()) {
      ann.enter(text)
      await ann.waitForScreen(
        new RegExp(`You: ${text} {2}·\\n(?:.*\\n)*${n + 1} waits? for bob >$`)
      )
    }
    ann.enter('/queue')
    await ann.waitForScreen(
      /Waiting to be delivered: 3 messages\n(?:— .* —\n)? {2}1 .*to bob: first\n/
    )
    ann.enter('/cancel 2')
    await ann.waitForScreen('Taken back: 1 message for bob')
    await ann.waitForScreen(/You: second {2}✗/)
    await quit(ann)
    expect(ann.history()).toContain('Not delivered yet: 2 messages for bob')

    const monday = startTerminal(['-p', '0', '-n', 'ann'], {
      home: annHome,
      env: { ...env, ...later(3 * DAY_MS) }
    })
    await monday.waitForHistory('Waiting to be delivered: 2 messages for bob')
    monday.enter('/to bob')
    await monday.waitForScreen(/2 wait for bob >$/)
    monday.enter('fourth')
    await monday.waitForScreen(/You: fourth {2}·\n(?:.*\n)*3 wait for bob >$/)
    monday.enter('/queue')
    // Two days, and what was typed on each.
    await monday.waitForScreen(/— .* —\n.* first\n.* third\n— .* —\n.* fourth\n/)
    await quit(monday)

    const { terminal: bob } = await startBob()
    const friday = startTerminal(['-p', '0', '-n', 'ann'], {
      home: annHome,
      env: { ...env, ...later(7 * DAY_MS) }
    })
    await friday.waitForHistory('Waiting to be delivered: 3 messages for bob')
    friday.enter('/connect bob')
    await friday.waitForHistory('Connected to peer!')
    await bob.waitForHistory('ann: fourth')
    friday.enter('fifth')
    await friday.waitForScreen(/You: fifth ✓✓\n(?:.*\n)*>$/)
    friday.enter('/queue')
    await friday.waitForScreen('Nothing waits to be delivered.')
    expect(saidBy('ann', bob)).toEqual(['first', 'third', 'fourth', 'fifth'])
  })

  it('is taken back, all of it, and nothing of it arrives', async () => {
    const { ann, startBob } = await annAlone()
    ann.enter('one')
    ann.enter('two')
    await ann.waitForScreen(/2 wait for bob >$/)
    ann.enter('/cancel all')
    await ann.waitForScreen(/Taken back: 2 messages for bob\n(?:.*\n)*>$/)
    ann.enter('/cancel all')
    await ann.waitForScreen('nothing waits for this peer')
    ann.enter('/cancel 1')
    await ann.waitForScreen(/! .*\/queue/)
    const { terminal: bob } = await startBob()
    ann.enter('/connect bob')
    await bob.waitForHistory('Peer connected')
    ann.enter('three')
    await bob.waitForHistory('ann: three')
    expect(saidBy('ann', bob)).toEqual(['three'])
  })

  it('cannot be taken back once it was on a link, and is not doubled', async () => {
    const { ann, bob } = await startTalk({ ann: { env }, bob: { env } })
    ann.enter('before')
    await ann.waitForScreen('You: before ✓✓')
    bob.kill('SIGSTOP')
    ann.enter('on its way')
    await ann.waitForScreen(/You: on its way +→/)
    ann.enter('/queue')
    await ann.waitForScreen(/ {2}1 .* on its way to bob: on its way\n/)
    ann.enter('/cancel 1')
    await ann.waitForScreen(/Too late: 1 message was on the way already, .*: bob/)
    await ann.waitForHistory('so the connection was given up')
    ann.enter('/cancel all')
    await ann.waitForHistory(/(?:Too late: 1 message was on the way already[^]*){2}/)
    ann.enter('behind it')
    await ann.waitForScreen(/2 wait for bob >$/)
    bob.kill('SIGCONT')
    await bob.waitForHistory('ann: behind it')
    expect(saidBy('ann', bob)).toEqual(['before', 'on its way', 'behind it'])
    await ann.waitForScreen(/\n>$/)
  })

  it('to a name that nobody known has: said, and nothing is queued', async () => {
    const { ann } = await annAlone()
    ann.enter('/to carol')
    await ann.waitForScreen(/! .*carol/)
    ann.enter('/connect carol')
    await ann.waitForHistory(/carol[^]*carol/)
    ann.enter('still for bob')
    await ann.waitForScreen(/1 waits for bob >$/)
  })
})
