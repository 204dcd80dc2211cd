/**
 * Goal: nothing that a peer calls itself or says reaches a screen, a log, a list or a JSON line alive
 * (security plan §7, rows 12, 48–66; pains-and-attacks §3.2, T1).
 * Method: a scripted peer with a hostile name says hostile things to the built program; every byte that
 * the program wrote is judged: its own few sequences are taken away, and what is left has to be text.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { certificateOf } from '../compliance/certificates.ts'
import { HostilePeer } from './support/hostile-peer.ts'
import { startPipe } from './support/pipe.ts'
import { startCalling, startJsonListening, startListening } from './support/talk.ts'

const NICKNAME = '\u001b[2J\u202eevil\u0007\u009b5m\u200b\r\nx'

const HOSTILE: readonly (readonly [string, string])[] = [
  ['a cleared screen and a false prompt', '\u001b[2J\u001b[H> You: yes'],
  ['colours and blinking', '\u001b[35;5mpurple\u001b[0m'],
  ['CSI of one byte', '\u009b35mC1\u009b2J'],
  ['a link', '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\'],
  ['the clipboard', '\u001b]52;c;ZXZpbA==\u0007'],
  ['the window title', '\u001b]0;title\u0007\u001b]2;title\u001b\\\u009d0;title\u009c'],
  ['a notification and a program', '\u001b]777;notify;a;b\u0007\u001b]9;7;calc\u0007'],
  ['questions to the terminal', '\u001b[6n\u001b[c\u001bP$qm\u001b\\\u001b]11;?\u0007\u0005'],
  ['another screen, mouse and reset', '\u001b[?1049h\u001b[?1000h\u001bc\u001b(0'],
  ['nested sequences', '\u001b[3\u001b[35m1m\u001b\u001b[[2J'],
  ['bells and backspaces', '\u0007\u0007safe\b\b\b\bEVIL'],
  ['a carriage return', 'safe\rEVIL'],
  ['bidi', 'abc\u202efdp.exe\u202c \u2066x\u2069 \u200f\u061c'],
  ['what has no width', 'a\u200bb\u2060c\ufeffd\u00ade\u180ef\u3164g'],
  ['tags', `a${String.fromCodePoint(0xe0041, 0xe0042, 0xe007f)}b`],
  ['64 K combining marks', `e${'\u0301'.repeat(65_536)}end`],
  ['32 K begun sequences', `${'\u001b]'.repeat(32_768)}end`],
  ['a message of somebody else', 'x\n* Connected to peer!\nann: I agree\r\n! error\u2028You: yes'],
  ['vertical movement', 'a\u000bb\u000cc\u0085d'],
  ['noncharacters', 'a\ufffe\uffffb']
]

/** What the program itself writes: colours, the line editor's moves, bracketed paste. */
const OWN = /\u001b\[(?:(?:31|32|33|36|39|2|22)m|\d*[ABCDG]|0?J|\?2004[hl])/g

const judge = (written: string): void => {
  const rest = written.replaceAll(OWN, '')
  expect(rest).not.toMatch(/[^\P{Cc}\r\n]/u)
  // Bidi, zero-width, tags, separators: nothing invisible is left but what emoji and scripts need.
  expect(rest).not.toMatch(
    /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff]/
  )
  expect(rest).not.toMatch(/[\u{e0000}-\u{e0fff}]|\ufffe|\uffff/u)
  expect(rest).not.toMatch(/\p{M}{7}/u)
}

describe('Bad input: a hostile name and hostile words', () => {
  it('on the screen are visible, harmless and in their place', async () => {
    const { terminal: ann, port } = await startListening(['-n', 'ann'], { rows: 40 })
    const shown = certificateOf('ed25519', { name: '\u001b]0;certificate\u0007\u001b[2J' })
    const mallory = new HostilePeer(port, { nickname: NICKNAME, shown })
    await mallory.join()
    await ann.waitForHistory('First contact with')
    for (const [, words] of HOSTILE) mallory.say(words)
    mallory.raw(mallory.item({ kind: 'nick', nickname: '\u001b]0;t\u0007\u202e\u2028bob' }))
    mallory.say('the end')
    await ann.waitForHistory('the end')
    ann.enter('/info')
    await ann.waitForHistory(/sent {2,}/)
    ann.enter('/peers')
    await ann.waitForHistory('Peers: 1')
    judge(ann.raw())
    const history = ann.history()
    expect(history).toContain('␛[2J␛[H> You: yes')
    expect(history).toContain('⟨9b⟩35mC1')
    expect(history).toContain('abc⟨U+202E⟩fdp.exe')
    expect(history).not.toContain('certificate')
    // Lines of a message cannot imitate lines of ours.
    expect(history).toContain('\n│ * Connected to peer!\n│ ann: I agree\n│ ! error\n│ You: yes')
    expect(history).not.toMatch(/^(ann: I agree|! error|\* Connected)/m)
    // What was ours before is still there: nothing was cleared.
    expect(history).toMatch(/^\* Earshot/)
  })

  it('in the log are escaped', async () => {
    const { terminal: ann, port } = await startListening(['--log-level', 'trace'])
    const mallory = new HostilePeer(port, { nickname: NICKNAME })
    await mallory.join()
    for (const [, words] of HOSTILE) mallory.say(words)
    mallory.say('the end')
    await ann.waitForHistory('the end')
    ann.enter('/quit')
    await ann.exit
    const log = readFileSync(join(ann.home, '.local', 'state', 'earshot', 'earshot.log'), 'utf8')
    judge(log)
    expect(log).not.toContain('\r')
    for (const line of log.trimEnd().split('\n'))
      expect(() => JSON.parse(line) as unknown).not.toThrow()
    expect(log).not.toContain('fdp.exe')
    const { stdout } = await startPipe(['peers'], { home: ann.home }).exit
    judge(stdout)
    expect(stdout).toContain('not compared')
  })

  it.each(HOSTILE)(
    '%s, as JSON: printable lines that give back what was sent',
    async (_, words) => {
      const { program: ann, port } = await startJsonListening()
      const mallory = new HostilePeer(port, { nickname: NICKNAME })
      await mallory.join()
      mallory.say(words)
      const received = await ann.waitFor('message.received')
      expect(received.text === words).toBe(true)
      // Cut to 32 characters at most, else exactly as sent.
      expect(received.peer.nickname).toBe(NICKNAME)
      expect(ann.pipe.stdout()).not.toMatch(/[^\P{C}\n]/u)
    }
  )

  it.each(['__proto__', 'constructor', 'You', 'toString'])(
    'a peer that is called %s is a peer like others',
    async (nickname) => {
      const { terminal: ann, port } = await startListening()
      const mallory = new HostilePeer(port, { nickname })
      await mallory.join()
      mallory.say('hello')
      await ann.waitForHistory(new RegExp(`^${nickname}( \\([a-z2-7]{6}\\))?: hello$`, 'm'))
      ann.enter('/peers')
      await ann.waitForHistory('Peers: 1')
      // Nobody passes for ourselves.
      expect(ann.history()).not.toContain('You: hello')
    }
  )

  it('from a listener that we call, in its name and in its goodbye', async () => {
    const { program: bob, address } = await startJsonListening(['-n', 'bob'])
    const ann = startCalling(address)
    await ann.waitForHistory('First contact with bob')
    bob.ask({ type: 'nick', nickname: 'bob\u001b[2J\u202e' })
    await ann.waitForHistory('New nickname')
    bob.ask({ type: 'quit' })
    await ann.waitForHistory('Peer disconnected')
    judge(ann.raw())
  })

  it('what people need is unchanged: emoji of many parts, Persian, Hindi', async () => {
    const { terminal: ann, port } = await startListening()
    const mallory = new HostilePeer(port, { nickname: 'ok' })
    await mallory.join()
    const words = '👩‍👩‍👧‍👦 می‌خواهم हिन्दी é ☕️'
    mallory.say(words)
    await ann.waitForHistory(/ok: /)
    expect(ann.raw()).toContain(words)
  })
})
