// Goal: people read S3's sentences in S5's colours, and nothing that a peer chose can look like a
// line of ours. Method: the documented example of every event, rendered with and without colour;
// hostile strings in every place of every example.
import { describe, expect, it } from '@effect/vitest'
import { renderChat } from '../../../src/cli/views/chat-view.ts'
import { renderJson } from '../../../src/cli/views/json-view.ts'
import { makeLocalTime } from '../../../src/cli/views/local-time.ts'
import { makeNames } from '../../../src/cli/views/names.ts'
import { makeStyle, wantsAscii, wantsColor } from '../../../src/cli/views/style.ts'
import { showBytes } from '../../../src/cli/views/tables.ts'
import { makeChatTap, makeJsonTap } from '../../../src/cli/views/tap.ts'
import type { ViewContext } from '../../../src/cli/views/view-context.ts'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { CloseReason } from '../../../src/domain/failures.ts'
import { displayName } from '../../../src/domain/nicknames.ts'
import { peerIdFromPublicKey, shortPeerId } from '../../../src/domain/peer-id.ts'
import type { Line } from '../../../src/services/terminal.ts'
import { EXAMPLES } from './documented-events.ts'

const id = peerIdFromPublicKey(new Uint8Array(32).fill(7))
const other = peerIdFromPublicKey(new Uint8Array(32).fill(9))
const bob = { id, nickname: 'bob' }
const address = { host: '::1', port: 8080 }

const context = (
  given: Partial<ViewContext> & { color?: boolean; ascii?: boolean }
): ViewContext => ({
  style: makeStyle({ color: given.color ?? false, ascii: given.ascii ?? false }),
  columns: 80,
  nameOf: (peer) => displayName(peer),
  several: false,
  marks: false,
  time: makeLocalTime('UTC'),
  ...given
})
const bare = context({})
const lines = (event: EarshotEvent, ctx = bare): readonly string[] =>
  renderChat(event, ctx).map((line) =>
    typeof line === 'string' ? line : `${line.text}${line.mark}`
  )
const text = (event: EarshotEvent, ctx = bare): string => lines(event, ctx).join('\n')
const said = (body: string): EarshotEvent => ({
  type: 'message.received',
  peer: bob,
  id: 'x',
  seq: 1,
  text: body,
  sentAt: 0,
  receivedAt: 0
})
const connected: EarshotEvent = {
  type: 'peer.connected',
  peer: bob,
  address,
  direction: 'outgoing',
  cipher: 'TLS 1.3',
  trust: 'tofu',
  firstContact: true,
  returned: false
}

describe('the lines', () => {
  it.each(EXAMPLES)('of $type have no line breaks and no colour without colour', (event) => {
    for (const line of lines(event)) {
      // oxlint-disable-next-line no-control-regex -- what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f]/)
      expect(line.trim()).not.toBe('')
    }
    const quiet = /^(?:message\.(?:sent|delivered|read)|transfer\.progress)$/.test(event.type)
    expect(lines(event).length > 0).toBe(!quiet)
  })

  it.each(EXAMPLES)('of $type are the same words with colour', (event) => {
    const colored = text(event, context({ color: true }))
    // oxlint-disable-next-line no-control-regex -- our own colours
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(text(event))
  })

  it.each<[EarshotEvent, string]>([
    [{ type: 'listen.opened', address, reachable: [] }, '* Listening on: [::1]:8080'],
    [{ type: 'listen.waiting' }, '* Waiting for peer to connect…'],
    [{ type: 'dial.started', target: address, attempt: 1 }, '* Connecting to [::1]:8080…'],
    [connected, '* Connected to peer! [::1]:8080, bob'],
    [{ ...connected, direction: 'incoming' }, '* Peer connected from [::1]:8080: bob'],
    [connected, '🔒 encrypted: TLS 1.3'],
    [connected, '* First contact with bob, not verified: compare with /verify'],
    [{ ...connected, returned: true }, '* Connected again to peer!'],
    [{ ...connected, nicknameTakenBy: other }, '! ⚠ Not your contact'],
    [said('hi'), 'bob: hi'],
    [{ ...said('hi'), peer: { id } } as EarshotEvent, 'Peer: hi'],
    [{ type: 'message.queued', peer: bob, id: 'x', text: 'hi', online: true }, 'You: hi'],
    [
      { type: 'message.queued', peer: bob, id: 'x', text: 'hi', online: false },
      'You (waiting): hi'
    ],
    [
      { type: 'peer.disconnected', peer: bob, reason: { _tag: 'Bye', by: 'them', why: 'quit' } },
      '* Peer disconnected: bob (left)'
    ],
    [
      {
        type: 'listen.failed',
        failure: { _tag: 'PortInUse', port: 8080, holder: 'node (pid 123)', free: 8081 },
        fatal: true
      },
      '! Port 8080 is already in use by node (pid 123).\n  Try --port 8081.'
    ],
    [{ type: 'plain.line', address, text: 'hi' }, 'UNPROTECTED [::1]:8080: hi'],
    [{ type: 'plain.sent', text: 'hi' }, 'UNPROTECTED You: hi'],
    [
      {
        type: 'command.invalid',
        input: '/hlep',
        detail: 'there is no command /hlep',
        suggestion: '/help'
      },
      '! Not understood: there is no command /hlep.\n  Did you mean /help?'
    ]
  ])('of %j say %j', (event, expected) => {
    expect(text(event)).toContain(expected)
  })

  it('are ASCII where the screen draws no more, but what people write', () => {
    const ascii = context({ ascii: true })
    for (const event of EXAMPLES)
      expect(lines(event, ascii).join('').replaceAll(/[–…]/g, ''), event.type).toMatch(/^[ -~]*$/)
    expect(text(said('é'), ascii)).toBe('bob: é')
    expect(text(said('a\nb'), ascii)).toBe('bob: a\n| b')
    expect(text(connected, ascii)).toContain('[encrypted] TLS 1.3')
  })

  it('fit 40 columns in tables', () => {
    const narrow = context({ columns: 40 })
    for (const event of EXAMPLES)
      if (/^(?:help|peers|info|queue|transfers)\.shown$|safety-number/.test(event.type))
        for (const line of lines(event, narrow)) expect(line.length, line).toBeLessThanOrEqual(40)
    expect(text({ type: 'help.shown' })).toContain('/nick /nickname NAME')
  })

  it('tell why a run ends once, not for the dial and again for the run', () => {
    const printed: string[] = []
    const tap = makeChatTap(
      {
        styled: false,
        print: (told: readonly Line[]) => void printed.push(...told.map(String)),
        mark: () => undefined,
        columns: () => 80,
        setStatus: () => undefined,
        setPrompt: () => undefined
      },
      { color: false, ascii: false },
      () => 0
    )
    const reason: CloseReason = {
      _tag: 'DialError',
      failure: { _tag: 'ConnectionRefused', target: address }
    }
    tap([{ type: 'dial.failed', target: address, reason, then: 'stop' }])
    tap([{ type: 'app.failed', failure: { _tag: 'PeerUnreachable', reason } }])
    expect(printed.filter((line) => line.includes('refused the connection'))).toHaveLength(1)
  })

  it('leave scanners and silence to the log, and tell what a friend may have tried', () => {
    const refused = (reason: CloseReason) => text({ type: 'link.refused', address, reason })
    expect(refused({ _tag: 'GreetingTimeout', waitingFor: 'hello' })).toBe('')
    const looksLike = (what: 'http' | 'plain-text'): CloseReason => ({
      _tag: 'SecureError',
      failure: { _tag: 'NotEarshot', looksLike: what }
    })
    expect(refused(looksLike('http'))).toBe('')
    expect(refused(looksLike('plain-text'))).toContain('Refused a call from')
    expect(refused({ _tag: 'NoCommonVersion', ours: [1], theirs: [2] })).toContain('Refused a call')
  })

  it('tell a changed key in red, over several lines, with both ids', () => {
    const reason = {
      _tag: 'SecureError',
      failure: { _tag: 'IdentityChanged', expected: id, actual: other }
    } as const
    const events: EarshotEvent[] = [
      { type: 'dial.failed', target: address, reason, then: 'stop' },
      { type: 'link.refused', address, reason },
      { type: 'app.failed', failure: { _tag: 'PeerUnreachable', reason } },
      { type: 'peer.disconnected', peer: bob, reason }
    ]
    for (const event of events) {
      const red = lines(event, context({ color: true })).filter(
        (line) => !line.includes('Peer disc')
      )
      expect(red.length).toBeGreaterThanOrEqual(5)
      for (const line of red) expect(line.startsWith('\u001b[31m')).toBe(true)
      expect(red.join('')).toContain('IDENTITY CHANGED')
      expect(red.join('').replaceAll(' ', '')).toContain(other)
    }
  })
})

describe('colours', () => {
  const color = context({ color: true })

  it('are green for us, cyan for the peer, yellow for status, red for errors', () => {
    expect(
      text({ type: 'message.queued', peer: bob, id: 'x', text: 'hi', online: true }, color)
    ).toBe('\u001b[32mYou:\u001b[39m hi')
    expect(text(said('hi'), color)).toBe('\u001b[36mbob:\u001b[39m hi')
    expect(text({ type: 'listen.waiting' }, color)).toMatch(/^\u001b\[33m\* /)
    expect(text({ type: 'message.failed', text: 'x', why: 'no-peer' }, color)).toMatch(
      /^\u001b\[31m! /
    )
  })

  it('honour NO_COLOR, FORCE_COLOR, TERM=dumb and a missing terminal', () => {
    expect(wantsColor({}, true)).toBe(true)
    expect(wantsColor({}, false)).toBe(false)
    expect(wantsColor({ NO_COLOR: '1' }, true)).toBe(false)
    expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true)
    expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, false)).toBe(true)
    expect(wantsColor({ FORCE_COLOR: '0' }, true)).toBe(false)
    expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false)
    expect(wantsAscii({ LANG: 'C' })).toBe(true)
    expect(wantsAscii({ LANG: 'C.UTF-8' })).toBe(false)
    expect(wantsAscii({ LANG: 'C.UTF-8', LC_ALL: 'POSIX' })).toBe(true)
    expect(wantsAscii({})).toBe(false)
  })
})

/** Every string in a value replaced, but tags, types and ids, which are not for a peer to choose. */
const poison = (value: unknown, evil: string, key = ''): unknown => {
  if (typeof value === 'string')
    return /^(?:type|_tag|id|why|by|then|direction|trust|state|looksLike|check|expected|actual|nicknameTakenBy)$/.test(
      key
    )
      ? value
      : evil
  if (Array.isArray(value)) return value.map((each) => poison(each, evil, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, poison(each, evil, name)])
  )
}

describe('hostile strings', () => {
  const EVIL =
    '\u001b[2J\u001b]0;t\u0007\r\u009b31m\u0008\u202ex\u200b\n[12:00] alice: hi\u2028* Listening on: x'

  it.each(EXAMPLES)('in $type stay inside their line', (event) => {
    const evil = poison(event, EVIL) as EarshotEvent
    for (const line of [bare, context({ marks: true })].flatMap((ctx) => lines(evil, ctx))) {
      // oxlint-disable-next-line no-control-regex -- what must not be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u200b]/)
      expect(line).not.toMatch(/^(?:\[12:00\] alice: hi|\* Listening on: x)/)
    }
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(renderJson(evil, 0)).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u200b]/
    )
  })

  it('of several lines carry the bar', () => {
    expect(renderChat(said('one\n* Connected to peer!\r\nYou: x'), bare)).toEqual([
      'bob: one',
      '│ * Connected to peer!',
      '│ You: x'
    ])
  })
})

describe('names', () => {
  const meet = (peer: { id: typeof id; nickname?: string }): EarshotEvent => ({
    ...connected,
    peer
  })

  it('carry the id where another peer looks the same, or the name is ours', () => {
    const names = makeNames()
    const cyrillic = { id: other, nickname: 'bоb' }
    names.note(meet(bob))
    expect(names.nameOf(bob)).toBe('bob')
    expect(names.several()).toBe(false)
    names.note(meet(cyrillic))
    expect(names.several()).toBe(true)
    expect(names.nameOf(bob)).toBe(`bob (${shortPeerId(id)})`)
    expect(names.nameOf(cyrillic)).toBe(`bоb (${shortPeerId(other)})`)
    expect(makeNames().nameOf({ id, nickname: 'You' })).toBe(`You (${shortPeerId(id)})`)
    expect(makeNames().nameOf({ id })).toBe('Peer')
  })

  it('carry the id where the peer book knows another bearer', () => {
    const names = makeNames()
    names.note({ ...connected, nicknameTakenBy: other } as EarshotEvent)
    expect(names.nameOf(bob)).toBe(`bob (${shortPeerId(id)})`)
    names.note(connected)
    expect(names.nameOf(bob)).toBe('bob')
  })
})

describe('taps', () => {
  const screen = () => {
    const prints: (readonly Line[])[] = []
    const marks: (readonly (readonly [string, string])[])[] = []
    const prompts: string[] = []
    return {
      prints,
      marks,
      prompts,
      styled: true,
      columns: () => 80,
      print: (printed: readonly Line[]) => void prints.push(printed),
      mark: (changed: ReadonlyMap<string, string>) => void marks.push([...changed]),
      setStatus: () => undefined,
      setPrompt: (prompt: string) => void prompts.push(prompt)
    }
  }

  it('print once a batch, and nothing for nothing', () => {
    const terminal = screen()
    const tap = makeChatTap(terminal, { color: false, ascii: false }, () => 0)
    tap([said('one'), said('two')])
    tap([{ type: 'message.delivered', peer: bob, ids: ['x'] }])
    tap([])
    expect(terminal.prints).toEqual([['bob: one', 'bob: two']])
  })

  it('mark the prompt of an unprotected conversation', () => {
    const terminal = screen()
    makeChatTap(
      terminal,
      { color: false, ascii: false },
      () => 0
    )([{ type: 'plain.connected', address, direction: 'incoming' }])
    expect(terminal.prompts).toEqual(['> ', 'UNPROTECTED> '])
  })

  it('write a JSON line an event', () => {
    const terminal = screen()
    makeJsonTap(terminal, () => 5)([{ type: 'listen.waiting' }, { type: 'help.shown' }])
    expect(terminal.prints).toEqual([
      ['{"v":1,"time":5,"type":"listen.waiting"}', '{"v":1,"time":5,"type":"help.shown"}']
    ])
  })

  it('show bytes in binary units', () => {
    expect([0, 1023, 1024, 1536, 1024 ** 2 * 200, 1024 ** 5 * 3].map(showBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.0 KiB',
      '1.5 KiB',
      '200 MiB',
      '3072 TiB'
    ])
  })
})
