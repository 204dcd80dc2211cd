// Goal: how far a message came is shown on its line and nowhere else, and what waits is counted once.
// Method: the tap of a chat over a screen that notes what it is told to draw.
import { describe, expect, it } from '@effect/vitest'
import { makeNames } from '../../../src/cli/views/names.ts'
import { makeChatTap } from '../../../src/cli/views/tap.ts'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { Line } from '../../../src/services/terminal.ts'
import { bob, carol } from './view-fixture.ts'

const queued = (id: string, online = true, peer = bob): EarshotEvent => ({
  type: 'message.queued',
  peer,
  id,
  text: `text ${id}`,
  online
})
const told = (
  type: 'message.sent' | 'message.delivered' | 'message.read',
  ...ids: readonly string[]
): EarshotEvent => ({ type, peer: bob, ids })
const connected = (peer = bob): EarshotEvent => ({
  type: 'peer.connected',
  peer,
  address: { host: '::1', port: 1 },
  direction: 'incoming',
  cipher: 'TLS 1.3',
  trust: 'verified',
  firstContact: false,
  returned: true
})
const disconnected = (peer = bob): EarshotEvent => ({
  type: 'peer.disconnected',
  peer,
  reason: { _tag: 'Bye', by: 'them', why: 'quit' }
})
const waiting = (when: 'start' | 'end', ...peers: readonly (readonly [typeof bob, number])[]) =>
  ({
    type: 'outbox.waiting',
    when,
    peers: peers.map(([peer, count]) => ({ peer, count }))
  }) satisfies EarshotEvent

/** A chat on a screen. `styled`: whether it can draw on lines that stand. */
const chat = (styled = true, ascii = false) => {
  const drawn: (readonly Line[] | ReadonlyMap<string, string>)[] = []
  const prompts: string[] = []
  const tap = makeChatTap(
    {
      styled,
      columns: () => 80,
      print: (lines) => void drawn.push(lines),
      mark: (marks) => void drawn.push(new Map(marks)),
      setStatus: () => undefined,
      setPrompt: (prompt) => void prompts.push(prompt)
    },
    { color: false, ascii },
    () => 0
  )
  return { drawn, prompts, tap }
}

describe('a message of ours', () => {
  it('carries a mark that changes as it goes', () => {
    const { drawn, tap } = chat()
    tap([queued('a')])
    for (const type of ['message.sent', 'message.delivered', 'message.read'] as const)
      tap([told(type, 'a')])
    expect(drawn).toEqual([
      [{ text: 'You: text a', id: 'a', mark: '  ·' }],
      new Map([['a', '  →']]),
      new Map([['a', '  ✓']]),
      new Map([['a', ' ✓✓']])
    ])
  })

  it('is printed with its latest mark where one batch tells all', () => {
    const { drawn, tap } = chat()
    tap([
      queued('a'),
      queued('b'),
      told('message.sent', 'a', 'b', 'old'),
      told('message.delivered', 'a')
    ])
    expect(drawn).toEqual([
      new Map([
        ['a', '  ✓'],
        ['b', '  →'],
        ['old', '  →']
      ]),
      [
        { text: 'You: text a', id: 'a', mark: '  ✓' },
        { text: 'You: text b', id: 'b', mark: '  →' }
      ]
    ])
  })

  it('shows that it was taken back', () => {
    const { drawn, tap } = chat()
    tap([queued('a', false)])
    tap([{ type: 'message.cancelled', peer: bob, ids: ['a'], tooLate: 0 }])
    expect(drawn[1]).toEqual(new Map([['a', '  ✗']]))
  })

  it('carries its mark behind the last of its lines, and in ASCII where no more is drawn', () => {
    const { drawn, tap } = chat(true, true)
    tap([{ ...queued('a'), text: 'one\ntwo' } as EarshotEvent])
    for (const type of ['message.sent', 'message.delivered', 'message.read'] as const)
      tap([told(type, 'a')])
    expect(drawn).toEqual([
      ['You: one', { text: '| two', id: 'a', mark: '  .' }],
      new Map([['a', '  >']]),
      new Map([['a', '  +']]),
      new Map([['a', ' ++']])
    ])
  })

  it('carries none without a screen, and its label says that it waits', () => {
    const { drawn, tap } = chat(false)
    tap([queued('a'), queued('b', false)])
    tap([told('message.sent', 'a'), told('message.delivered', 'a')])
    expect(drawn).toEqual([['You: text a', 'You (waiting): text b']])
  })
})

describe('the prompt', () => {
  it('counts what waits for a peer that is away, and only that', () => {
    const { prompts, tap } = chat()
    tap([connected(), queued('a')])
    tap([disconnected()])
    tap([queued('b', false), queued('c', false)])
    tap([connected()])
    tap([told('message.delivered', 'a', 'b', 'c')])
    tap([disconnected()])
    expect(prompts).toEqual(['> ', '1 waits for bob > ', '3 wait for bob > ', '> '])
  })

  it('knows what earlier runs left, and what is taken back', () => {
    const { prompts, tap } = chat()
    tap([waiting('start', [bob, 2])])
    tap([{ type: 'message.cancelled', peer: bob, ids: ['a'], tooLate: 1 }])
    tap([waiting('end', [bob, 1])])
    expect(prompts).toEqual(['> ', '2 wait for bob > ', '1 waits for bob > '])
  })

  it('names nobody where several are away, or a name is long', () => {
    const { prompts, tap } = chat()
    tap([waiting('start', [bob, 2], [carol, 3])])
    tap([connected(bob)])
    const long = { ...bob, nickname: 'a name of seventeen' }
    tap([connected(carol), queued('x', false, long), disconnected(long)])
    expect(prompts).toEqual(['> ', '5 wait > ', '3 wait for carol > ', '3 wait > '])
  })
})

describe('names', () => {
  it('of peers for whom something waits are told apart, too', () => {
    const names = makeNames()
    const twin = { ...carol, nickname: 'bob' }
    names.note(waiting('start', [bob, 1], [twin, 1]))
    expect(names.nameOf(bob)).not.toBe('bob')
    const others = makeNames()
    const entry = { number: 1, id: 'x', text: 'x', at: 0, state: 'queued' } as const
    others.note({
      type: 'queue.shown',
      entries: [
        { ...entry, peer: bob },
        { ...entry, peer: twin }
      ]
    })
    expect(others.nameOf(twin)).not.toBe('bob')
  })
})
