/**
 * Goal: peers are who they were: keys are private files, a changed key stops everything before a word
 * is sent, strangers knock while a conversation is on (features.md E4; security plan §7, row 15).
 * Method: built programs with homes that are kept, emptied or swapped between runs.
 */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startPipe } from './support/pipe.ts'
import { freePort, temporaryFolder } from './support/program.ts'
import {
  startCalling,
  startJson,
  startJsonListening,
  startJsonTalk,
  startListening,
  startTalk
} from './support/talk.ts'

const dataOf = (home: string): string => join(home, '.local', 'share', 'earshot')
const keyOf = (home: string): string => join(dataOf(home), 'identity.key')

const idOf = async (home: string): Promise<string> => {
  const { stdout } = await startPipe(['id', '--json'], { home }).exit
  return (JSON.parse(stdout) as { id: string }).id
}

describe('E4: the identity', () => {
  it('is made once, in files of 0600 within folders of 0700', async () => {
    const { ann, bob } = await startJsonTalk()
    bob.ask({ type: 'quit' })
    await ann.waitFor('peer.disconnected')
    ann.ask({ type: 'quit' })
    await ann.pipe.exit
    const folder = dataOf(ann.pipe.home)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const files = readdirSync(folder)
    expect(files).toContain('identity.key')
    for (const name of files) {
      const stats = statSync(join(folder, name))
      expect(stats.mode & 0o777, name).toBe(stats.isDirectory() ? 0o700 : 0o600)
    }
    const first = await idOf(ann.pipe.home)
    expect(await idOf(ann.pipe.home)).toBe(first)
    expect((await ann.waitFor('app.started')).id).toBe(first)
  })

  it('that others could read is refused with the remedy, code 78', async () => {
    const home = temporaryFolder()
    await idOf(home)
    chmodSync(keyOf(home), 0o644)
    const { code, stderr } = await startPipe(['id'], { home }).exit
    expect(stderr).toContain(`${keyOf(home)} is not safe to use`)
    expect(stderr).toContain('chmod go=')
    expect(code).toBe(78)
  })

  it('of a second terminal is a second person, who is told so', async () => {
    const { terminal: ann, address } = await startListening()
    const bob = startCalling(address, [], { home: ann.home })
    await bob.waitForHistory(`is in use by process ${ann.pid}; this run uses second`)
    await bob.waitForHistory('Connected to peer!')
  })
})

/** Ann has met bob at a port of his; then bob comes back there with another key. */
const meetAndChange = async (): Promise<{
  readonly ann: string
  readonly port: number
  readonly before: string
  readonly after: string
}> => {
  const [ann, bob] = [temporaryFolder(), temporaryFolder()]
  const { program, port, address } = await startJsonListening(['-n', 'bob'], { home: bob })
  const first = startPipe(['-p', '0', '-c', address], { home: ann, stdin: 'hello\n' })
  expect((await first.exit).code).toBe(0)
  program.ask({ type: 'quit' })
  await program.pipe.exit
  const before = await idOf(bob)
  rmSync(dataOf(bob), { recursive: true })
  const changed = startJson(['-p', `${port}`, '-n', 'bob'], { home: bob })
  await changed.waitFor('listen.waiting')
  return { ann, port, before, after: (await changed.waitFor('app.started')).id }
}

describe('E4: a changed key', () => {
  it('stops with an explanation, code 65, and nothing is sent', async () => {
    const { ann, port, before, after } = await meetAndChange()
    const { code, stdout, stderr } = await startPipe(
      ['--json', '-p', '0', '-c', `127.0.0.1:${port}`],
      { home: ann, stdin: '{"type":"say","text":"not for a stranger"}\n' }
    ).exit
    expect(code).toBe(65)
    expect(stdout + stderr).toContain('IdentityChanged')
    const again = startCalling(`127.0.0.1:${port}`, [], { home: ann, rows: 40 })
    expect((await again.exit).code).toBe(65)
    const shown = again.history()
    expect(shown).toContain('IDENTITY CHANGED')
    expect(shown.replaceAll(/\s/g, '')).toContain(`expected${before}`)
    expect(shown.replaceAll(/\s/g, '')).toContain(`got${after}`)
    expect(shown).toContain('earshot peers rekey')
    expect(shown).not.toContain('Connected to peer!')
  })

  it('goes on after peers rekey', async () => {
    const { ann, port, before, after } = await meetAndChange()
    const listed = await startPipe(['peers'], { home: ann }).exit
    expect(listed.stdout.replaceAll(' ', '')).toContain(before)
    const { code, stdout } = await startPipe(['peers', 'rekey', before, after], { home: ann }).exit
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Done.') })
    const again = startPipe(['-p', '0', '-c', `127.0.0.1:${port}`], { home: ann, stdin: 'hi\n' })
    expect((await again.exit).code).toBe(0)
  })

  it('goes on after peers forget, as a first contact', async () => {
    const { ann, port, before } = await meetAndChange()
    expect((await startPipe(['peers', 'forget', before], { home: ann }).exit).code).toBe(0)
    const again = startPipe(['-p', '0', '-c', `127.0.0.1:${port}`], { home: ann, stdin: 'hi\n' })
    expect(await again.exit).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('First contact')
    })
    const gone = await startPipe(['peers', 'forget', before], { home: ann }).exit
    expect(gone.code).toBe(64)
    expect(gone.stderr).toContain('earshot peers lists')
  })

  it('peers rekey is refused while a chat of that profile runs', async () => {
    const { ann, port, before, after } = await meetAndChange()
    const running = startJson(['-p', '0'], { home: ann })
    await running.waitFor('app.started')
    const { code, stderr } = await startPipe(['peers', 'rekey', before, after], { home: ann }).exit
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: expect.stringContaining(`in use by process ${running.pipe.pid}`)
    })
    expect(port).toBeGreaterThan(0)
  })
})

describe('E4: --expect', () => {
  it('the right id connects, the wrong one stops with 65 and nothing is said', async () => {
    const { program: ann, address } = await startJsonListening()
    const { id } = await ann.waitFor('app.started')
    const right = startPipe(['-p', '0', '-c', address, '--expect', id], { stdin: 'hello\n' })
    expect((await right.exit).code).toBe(0)
    expect((await ann.waitFor('message.received')).text).toBe('hello')
    const stranger = await idOf(temporaryFolder())
    const wrong = startPipe(['-p', '0', '-c', address, '--expect', stranger], { stdin: 'secret\n' })
    const { code, stdout, stderr } = await wrong.exit
    expect(code).toBe(65)
    expect(stdout + stderr).toContain('IDENTITY CHANGED')
    expect(ann.pipe.stdout()).not.toContain('secret')
    expect(ann.events().filter(({ type }) => type === 'peer.connected')).toHaveLength(1)
  })

  it('is a listener as well: nobody else is let in', async () => {
    const stranger = await idOf(temporaryFolder())
    const { address } = await startJsonListening(['--expect', stranger])
    const bob = startPipe(['-p', '0', '-c', address], { stdin: 'hi\n' })
    expect((await bob.exit).code).not.toBe(0)
  })

  it('that is no id is refused with what is wrong', async () => {
    const id = await idOf(temporaryFolder())
    const typo = `${id.slice(0, 20)}${id[20] === 'a' ? 'b' : 'a'}${id.slice(21)}`
    for (const [text, said] of [
      [typo, 'check digits'],
      [id.slice(1), '56 characters'],
      [`${id.slice(0, 55)}!`, '2 to 7']
    ] as const) {
      const { code, stderr } = await startPipe(['--expect', text]).exit
      expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(said) })
    }
  })
})

describe('E4: who may talk', () => {
  it('unknown_peers = deny: a stranger is turned away, a known peer is not', async () => {
    const [annHome, bobHome] = [temporaryFolder(), temporaryFolder()]
    const met = await startJsonTalk({ ann: { home: annHome }, bob: { home: bobHome } })
    met.bob.ask({ type: 'quit' })
    met.ann.ask({ type: 'quit' })
    await Promise.all([met.bob.pipe.exit, met.ann.pipe.exit])
    const { program: ann, address } = await startJsonListening(['--unknown-peers', 'deny'], {
      home: annHome
    })
    const stranger = startPipe(['-p', '0', '-c', address], { stdin: 'hi\n' })
    expect((await stranger.exit).code).toBe(77)
    expect(await ann.waitFor('peer.declined')).toMatchObject({ why: 'policy' })
    const bob = startPipe(['-p', '0', '-c', address], { home: bobHome, stdin: 'hi\n' })
    expect((await bob.exit).code).toBe(0)
    expect(await ann.waitFor('peer.connected')).toMatchObject({ firstContact: false })
  })

  it('unknown_peers = ask: the first one knocks as well; /decline turns away', async () => {
    const { terminal: ann, address } = await startListening(['--unknown-peers', 'ask'])
    const bob = startCalling(address, ['-n', 'bob'])
    await ann.waitForHistory('Unknown peer at the door, from 127.0.0.1')
    await ann.waitForHistory('/accept lets it in, /decline turns it away')
    ann.enter('/decline')
    await ann.waitForHistory('Not let in (you declined)')
    await bob.waitForHistory('The peer did not let us in')
    const carol = startCalling(address, ['-n', 'carol'])
    await ann.waitForHistory(/(at the door[\s\S]*){2}/)
    ann.enter('/accept')
    await ann.waitForHistory('First contact with carol')
    await carol.waitForHistory('Connected to peer!')
  })

  it('a third peer knocks while two talk, and joins after /accept', async () => {
    const { ann, bob, port } = await startTalk({ ann: { rows: 40 } })
    const carol = startCalling(`127.0.0.1:${port}`, ['-n', 'carol'])
    await ann.waitForHistory('Unknown peer at the door')
    ann.enter('to bob while carol waits')
    await bob.waitForHistory('ann: to bob while carol waits')
    expect(carol.history()).not.toContain('Connected to peer!')
    ann.enter('/accept')
    await ann.waitForHistory('First contact with carol')
    // The end that does not decide opens first: carol's own screen says when she may speak.
    await carol.waitForHistory('Connected to peer!')
    carol.enter('hello from carol')
    await ann.waitForHistory('carol: hello from carol')
    // What ann says still goes to bob alone, until she turns to carol.
    ann.enter('still for bob')
    await bob.waitForHistory('ann: still for bob')
    await ann.waitForHistory('You to bob: still for bob')
    ann.enter('/to carol')
    ann.enter('now for carol')
    await carol.waitForHistory('ann: now for carol')
    expect(carol.history()).not.toContain('still for bob')
    expect(bob.history()).not.toContain('now for carol')
  })

  it('a peer with the name of a known one is marked', async () => {
    const home = temporaryFolder()
    const first = await startListening(['-n', 'ann'], { home })
    const bob = startCalling(first.address, ['-n', 'bob'])
    await bob.waitForHistory('Connected to peer!')
    bob.enter('/quit')
    await first.terminal.waitForHistory('(left)')
    first.terminal.enter('/quit')
    await first.terminal.exit
    const again = await startListening(['-n', 'ann'], { home })
    // The second letter is Cyrillic.
    startCalling(again.address, ['-n', 'bоb'])
    await again.terminal.waitForHistory('Not your contact')
    await again.terminal.waitForHistory(/Peer connected from .*: bоb \([a-z2-7]{6}\)/)
  })
})

it('S25/E4: enable_encryption = false is refused with an explanation', async () => {
  const { code, stderr } = await startPipe(['-p', `${await freePort()}`], {
    env: { EARSHOT_ENABLE_ENCRYPTION: 'false' },
    stdin: ''
  }).exit
  expect(stderr).toContain('enable_encryption = false is refused')
  expect(stderr).toContain('--plain-text')
  expect(code).toBe(78)
})

it('E4: the key is never shown', async () => {
  const home = temporaryFolder()
  await idOf(home)
  const key = readFileSync(keyOf(home), 'latin1').replaceAll(/\s/g, '')
  const ann = startJson(['-p', '0', '--log-level', 'trace'], { home })
  await ann.waitFor('listen.waiting')
  ann.ask({ type: 'info' })
  await ann.waitFor('info.shown')
  ann.ask({ type: 'quit' })
  await ann.pipe.exit
  const log = readFileSync(join(home, '.local', 'state', 'earshot', 'earshot.log'), 'latin1')
  for (const at of [30, 40]) {
    const part = key.slice(at, at + 16)
    expect(log + ann.pipe.stdout() + ann.pipe.stderr()).not.toContain(part)
  }
})
