/**
 * Goal: a peer that falls silent is noticed and said, one that comes back is connected again, and
 * nothing that was typed meanwhile is lost or doubled (features.md S14).
 * Method: one of two built programs is stopped, killed and started again by signals; the other's
 * events and screen tell what it made of that. Heartbeats are one second apart, so waits are for
 * seconds, and always for something that must appear.
 */
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './support/program.ts'
import {
  type JsonProgram,
  startCalling,
  startJson,
  startJsonListening,
  startJsonTalk,
  startListening
} from './support/talk.ts'

const env = {
  EARSHOT_HEARTBEAT_INTERVAL_SECS: '1',
  EARSHOT_RECONNECT_DELAY_SECS: '0.2',
  EARSHOT_RECONNECT_ATTEMPTS: '60'
}

/** What was shown, but for what an end that was killed may have shown before, and marks so. */
const texts = (program: JsonProgram): readonly string[] =>
  program
    .events()
    .flatMap((event) =>
      event.type === 'message.received' && event.again === undefined ? [event.text] : []
    )

describe('S14: a peer that does not answer', () => {
  it('is suspect, and recovers when it goes on: SIGSTOP and SIGCONT', async () => {
    const { ann, bob } = await startJsonTalk({ ann: { env }, bob: { env } })
    bob.pipe.kill('SIGSTOP')
    const { silentMs } = await ann.waitFor('peer.suspect')
    expect(silentMs).toBeGreaterThanOrEqual(3000)
    ann.ask({ type: 'say', text: 'are you there?' })
    bob.pipe.kill('SIGCONT')
    await ann.waitFor('peer.recovered')
    expect((await bob.waitFor('message.received')).text).toBe('are you there?')
    await ann.waitFor('message.delivered')
    bob.ask({ type: 'say', text: 'yes' })
    expect((await ann.waitFor('message.received')).text).toBe('yes')
    expect(ann.events().filter(({ type }) => type === 'peer.disconnected')).toEqual([])
  })

  it('is said on the screen', async () => {
    const { terminal: ann, address } = await startListening(['-n', 'ann'], { env })
    const bob = startCalling(address, ['-n', 'bob'], { env })
    await ann.waitForHistory('First contact with bob')
    bob.kill('SIGSTOP')
    await ann.waitForHistory(/No sign of life for \d+(\.\d)? s from bob/)
    bob.kill('SIGCONT')
    await ann.waitForHistory('Signs of life again from bob')
  })

  it('is given up after five intervals, and taken up again when it wakes', async () => {
    const { ann, bob } = await startJsonTalk({ ann: { env }, bob: { env } })
    bob.pipe.kill('SIGSTOP')
    const { reason } = await ann.waitFor('peer.disconnected')
    expect(reason._tag).toBe('Silent')
    ann.ask({ type: 'say', text: 'for later' })
    expect(await ann.waitFor('message.queued')).toMatchObject({ online: false })
    bob.pipe.kill('SIGCONT')
    await ann.waitFor('peer.connected', ({ returned }) => returned)
    expect((await bob.waitFor('message.received')).text).toBe('for later')
    bob.ask({ type: 'say', text: 'awake' })
    expect((await ann.waitFor('message.received')).text).toBe('awake')
    expect(texts(bob)).toEqual(['for later'])
  })
})

describe('S14: a peer that dies', () => {
  it('kill -9 of the listener: reconnecting, connected again, the waiting message arrives', async () => {
    const home = temporaryFolder()
    const first = await startListening(['-n', 'ann'], { env, home })
    const bob = startCalling(first.address, ['-n', 'bob'], { env })
    await bob.waitForHistory('Connected to peer!')
    bob.enter('before')
    await first.terminal.waitForHistory('bob: before')
    first.terminal.kill('SIGKILL')
    await bob.waitForHistory('The connection was lost')
    await bob.waitForHistory(/Reconnecting in .* \(attempt 1 of 60\) to ann/)
    bob.enter('said while ann was away')
    await bob.waitForHistory('You: said while ann was away  ·')
    const again = startJson(['--port', `${first.port}`, '-n', 'ann'], { env, home })
    await bob.waitForHistory('Connected again to peer!')
    await again.waitFor('message.received', ({ text }) => text === 'said while ann was away')
    // What was delivered to the process that died is not sent again.
    expect(texts(again)).toEqual(['said while ann was away'])
    again.ask({ type: 'say', text: 'back' })
    await bob.waitForHistory('ann: back')
  })

  it('kill -9 of the caller: it calls again, and is known', async () => {
    const home = temporaryFolder()
    const { program: ann, address } = await startJsonListening([], { env })
    const calling = ['-p', '0', '-c', address, '-n', 'bob']
    const first = startJson(calling, { env, home })
    await ann.waitFor('peer.connected')
    ann.ask({ type: 'say', text: 'one' })
    await first.waitFor('message.received')
    await ann.waitFor('message.delivered')
    first.pipe.kill('SIGKILL')
    await ann.waitFor('peer.disconnected')
    ann.ask({ type: 'say', text: 'two' })
    const again = startJson(calling, { env, home })
    expect(await ann.waitFor('peer.connected', (event) => event.returned)).toMatchObject({
      firstContact: false
    })
    await again.waitFor('message.received', ({ text }) => text === 'two')
    expect(texts(again)).toEqual(['two'])
  })

  it('and never comes back: given up after the attempts that were set', async () => {
    const few = { ...env, EARSHOT_RECONNECT_ATTEMPTS: '2' }
    const { terminal: ann, address } = await startListening(['-n', 'ann'], { env: few })
    const bob = startCalling(address, ['-n', 'bob'], { env: few })
    await bob.waitForHistory('Connected to peer!')
    ann.kill('SIGKILL')
    await bob.waitForHistory('(attempt 2 of 2) to ann')
    await bob.waitForHistory('Given up after 2 attempts to reach ann')
  })
})

it('S14: reconnect_attempts = 0 does not dial again', async () => {
  const never = { ...env, EARSHOT_RECONNECT_ATTEMPTS: '0' }
  const { program: ann, address } = await startJsonListening([], { env: never })
  const bob = startJson(['-p', '0', '-c', address], { env: never })
  await bob.waitFor('peer.connected')
  ann.pipe.kill('SIGKILL')
  await bob.waitFor('peer.disconnected')
  bob.ask({ type: 'info' })
  expect((await bob.waitFor('info.shown')).peers).toMatchObject([{ state: 'offline' }])
  expect(bob.events().filter(({ type }) => type === 'peer.reconnecting')).toEqual([])
})
