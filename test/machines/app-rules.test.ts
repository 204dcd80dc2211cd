/**
 * Goal: who may talk is decided as the plan says (protocol.md §3), for every combination of what counts;
 * and how a run ends is accounted for.
 * Method: the whole table of verdicts against a second, differently written statement of the rules; the
 * rest case by case.
 */
import { describe, expect, it } from '@effect/vitest'
import type { Trust } from '../../src/domain/events.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { UNKNOWN_PEERS, type UnknownPeers } from '../../src/domain/settings.ts'
import * as rules from '../../src/machines/app.rules.ts'
import type { AppContext, AppEvent, AppInput, ConnectionRow } from '../../src/machines/app.types.ts'
import type { Role } from '../../src/machines/connection.types.ts'
import * as samples from './samples.ts'

const { ADDRESS, LOST, OTHER_PEER, PEER } = samples

const contextOf = (change: Partial<AppContext> = {}): AppContext => ({
  ...samples.appInput(),
  links: 1,
  connections: [],
  sessions: [],
  prepared: [],
  transfers: {},
  focus: undefined,
  listening: ADDRESS,
  inputEnded: false,
  failure: undefined,
  why: 'quit',
  ...change
})

const row = (change: Partial<ConnectionRow> = {}): ConnectionRow => ({
  id: 'connection-1',
  role: 'acceptor',
  state: 'working',
  peerId: undefined,
  asked: false,
  call: undefined,
  redialFor: undefined,
  ...change
})

const talking = (peerId: PeerId, online = true, waiting = 0) => ({
  peerId,
  online,
  engaged: true,
  waiting
})

/** Who else is there when the peer knocks. */
const COMPANY = {
  nobody: {},
  'another peer': { sessions: [talking(OTHER_PEER)] },
  'another peer, on the way in': {
    connections: [row({ id: 'connection-2', state: 'granted', peerId: OTHER_PEER })]
  },
  'another link of this peer, on the way in': {
    connections: [row({ id: 'connection-2', state: 'granted', peerId: PEER })]
  },
  'another peer that has left': {
    connections: [row({ id: 'connection-2', state: 'closed', peerId: OTHER_PEER })]
  },
  'another peer, who said goodbye': {
    sessions: [{ ...talking(OTHER_PEER, false), engaged: false }]
  },
  'this peer, in a conversation': { sessions: [talking(PEER, false)] }
} satisfies Record<string, Partial<AppContext>>

type Company = keyof typeof COMPANY

interface Knock {
  readonly trust: Trust | undefined
  readonly expect: PeerId | undefined
  readonly policy: UnknownPeers
  readonly role: Role
  readonly company: Company
  readonly attended: boolean
}

const KNOCKS: readonly Knock[] = [undefined, 'tofu', 'verified', 'blocked'].flatMap((trust) =>
  [undefined, PEER, OTHER_PEER].flatMap((expected) =>
    UNKNOWN_PEERS.flatMap((policy) =>
      (['dialer', 'acceptor'] as const).flatMap((role) =>
        (Object.keys(COMPANY) as Company[]).flatMap((company) =>
          [true, false].map((attended) => ({
            trust: trust as Trust | undefined,
            expect: expected,
            policy,
            role,
            company,
            attended
          }))
        )
      )
    )
  )
)

const verdictOf = ({ trust, expect: expected, policy, role, company, attended }: Knock) =>
  rules.verdictOf(
    contextOf({ expect: expected, unknownPeers: policy, attended, ...COMPANY[company] }),
    {
      type: 'connection.knocked',
      link: 'connection-1',
      peerId: PEER,
      role,
      remote: ADDRESS,
      trust
    }
  )

/** Whoever was let in once, by whatever link, is no stranger. */
const LET_IN: readonly Company[] = [
  'this peer, in a conversation',
  'another link of this peer, on the way in'
]

const isStranger = ({ trust, expect: expected, company }: Knock): boolean =>
  trust === undefined && expected !== PEER && !LET_IN.includes(company)

const isBusy = ({ company }: Knock): boolean =>
  company === 'another peer' || company === 'another peer, on the way in'

const wrong = (knocks: readonly Knock[], verdict: string): readonly Knock[] =>
  knocks.filter((knock) => verdictOf(knock) !== verdict)

describe('who may talk', () => {
  const blocked = KNOCKS.filter(({ trust }) => trust === 'blocked')
  const others = KNOCKS.filter(({ trust }) => trust !== 'blocked')
  // --expect names whom a caller must be; whom we called is checked while the link is secured.
  const unexpected = others.filter(
    (knock) => knock.expect === OTHER_PEER && knock.role === 'acceptor'
  )
  const free = others.filter((knock) => !unexpected.includes(knock))
  const strangers = free.filter(isStranger)

  it('is looked at in every combination', () => {
    expect(KNOCKS).toHaveLength(4 * 3 * 3 * 2 * 7 * 2)
  })

  it('is nobody who is blocked', () => {
    expect(wrong(blocked, 'deny')).toEqual([])
  })

  it('is no caller but the expected one, where one is expected', () => {
    expect(wrong(unexpected, 'deny')).toEqual([])
  })

  it('is everybody who is known, expected, or let in already', () => {
    expect(
      wrong(
        free.filter((knock) => !isStranger(knock)),
        'grant'
      )
    ).toEqual([])
  })

  it('is no stranger under deny', () => {
    expect(
      wrong(
        strangers.filter(({ policy }) => policy === 'deny'),
        'deny'
      )
    ).toEqual([])
  })

  it('is a stranger under ask whom the user lets in', () => {
    const asked = strangers.filter(({ policy }) => policy === 'ask')
    expect(
      wrong(
        asked.filter(({ attended }) => attended),
        'ask'
      )
    ).toEqual([])
    expect(
      wrong(
        asked.filter(({ attended }) => !attended),
        'deny'
      )
    ).toEqual([])
  })

  it('is a stranger under accept-new whom we called, or who finds us free', () => {
    const welcome = strangers.filter(
      (knock) => knock.policy === 'accept-new' && (knock.role === 'dialer' || !isBusy(knock))
    )
    expect(wrong(welcome, 'grant')).toEqual([])
  })

  it('is a stranger under accept-new who finds us busy only by the user', () => {
    const late = strangers.filter(
      (knock) => knock.policy === 'accept-new' && knock.role === 'acceptor' && isBusy(knock)
    )
    expect(
      wrong(
        late.filter(({ attended }) => attended),
        'ask'
      )
    ).toEqual([])
    expect(
      wrong(
        late.filter(({ attended }) => !attended),
        'deny'
      )
    ).toEqual([])
  })
})

const closed = (change: object = {}) => ({
  type: 'connection.closed' as const,
  link: 'connection-1',
  role: 'dialer' as const,
  target: ADDRESS,
  remote: ADDRESS,
  peerId: PEER,
  reason: LOST,
  ...change
})

describe('a peer that was not met, whose session waits with its transfers', () => {
  const context = contextOf({ prepared: [PEER], unknownPeers: 'ask' })

  it('is no more let in than any other', () => {
    const knock: AppEvent = {
      type: 'connection.knocked',
      link: 'connection-1',
      peerId: PEER,
      role: 'acceptor',
      remote: ADDRESS,
      trust: undefined
    }
    expect(rules.verdictOf(context, knock)).toBe('ask')
    expect(rules.verdictOf({ ...context, unknownPeers: 'deny' }, knock)).toBe('deny')
  })

  it('does not keep the focus from a newcomer, nor lose it where the user named it', () => {
    expect(rules.focusOn(context, OTHER_PEER)).toBe(OTHER_PEER)
    expect(rules.focusOn({ ...context, focus: PEER }, OTHER_PEER)).toBe(PEER)
  })

  it('hears what is for its transfers', () => {
    const told = { type: 'user.pause' } as const
    const { TRANSFER } = samples
    const input = samples.incomingInput()
    const start = { type: 'transfer.start', direction: 'in', input } as const
    expect(rules.forSession(context, start)).toEqual([{ peerId: PEER, event: start }])
    const event: AppEvent = { type: 'transfer.event', peerId: PEER, id: TRANSFER, event: told }
    expect(rules.forSession(context, event)).toEqual([
      { peerId: PEER, event: { type: 'transfer.event', id: TRANSFER, event: told } }
    ])
    expect(rules.forSession(contextOf(), event)).toEqual([])
  })
})

describe('a closed link', () => {
  const known = { sessions: [talking(PEER)] }

  it('is a closed link to the session of its peer', () => {
    const context = contextOf({ ...known, connections: [row({ state: 'open' })] })
    expect(rules.forSession(context, closed())).toEqual([
      { peerId: PEER, event: { type: 'link.closed', link: 'connection-1', reason: LOST } }
    ])
  })

  it('is nothing to the session of somebody else, or without a session', () => {
    expect(rules.forSession(contextOf({ connections: [row()] }), closed())).toEqual([])
    const context = contextOf({ ...known, connections: [row()] })
    expect(rules.forSession(context, closed({ peerId: undefined }))).toEqual([])
  })

  it('is a failed dial where the session asked for it and it never opened', () => {
    const context = contextOf({ ...known, connections: [row({ redialFor: PEER })] })
    expect(rules.forSession(context, closed({ peerId: undefined }))).toEqual([
      { peerId: PEER, event: { type: 'dial.failed', reason: LOST } }
    ])
  })

  it('is both where it was authenticated before: the session may have chosen it', () => {
    const context = contextOf({
      ...known,
      connections: [row({ redialFor: PEER, state: 'granted' })]
    })
    expect(rules.forSession(context, closed()).map(({ event }) => event.type)).toEqual([
      'link.closed',
      'dial.failed'
    ])
  })

  it('is only a closed link where a redial had opened', () => {
    const context = contextOf({ ...known, connections: [row({ redialFor: PEER, state: 'open' })] })
    expect(rules.forSession(context, closed()).map(({ event }) => event.type)).toEqual([
      'link.closed'
    ])
  })
})

describe('a dial of the user', () => {
  const dialled = contextOf({ target: ADDRESS, connections: [row({ role: 'dialer' })] })

  it('is one that never opened, and that nobody else took over', () => {
    expect(rules.isUsersDial(dialled, closed())).toBe(true)
    expect(rules.isUsersDial(dialled, closed({ role: 'acceptor' }))).toBe(false)
    expect(rules.isUsersDial(dialled, closed({ reason: { _tag: 'Duplicate' } }))).toBe(false)
    const redial = contextOf({ connections: [row({ redialFor: PEER })] })
    expect(rules.isUsersDial(redial, closed())).toBe(false)
    const open = contextOf({ connections: [row({ state: 'open' })] })
    expect(rules.isUsersDial(open, closed())).toBe(false)
  })

  it('is the first one only where the program was started for it', () => {
    expect(rules.isFirstDial(dialled, closed())).toBe(true)
    const elsewhere = closed({ target: { ...ADDRESS, port: 7_001 } })
    expect(rules.isFirstDial(dialled, elsewhere)).toBe(false)
    expect(rules.isFirstDial({ ...dialled, target: undefined }, closed())).toBe(false)
  })
})

describe('a caller who was never let in', () => {
  it.each([
    ['working', true],
    ['knocking', true],
    ['granted', false],
    ['open', false]
  ] as const)('is a stranger while %s: %s', (state, stranger) => {
    const context = contextOf({ connections: [row({ state })] })
    expect(rules.isStranger(context, closed({ role: 'acceptor' }))).toBe(stranger)
    expect(rules.isStranger(context, closed())).toBe(false)
  })
})

describe('a run that nobody attends', () => {
  const pipe: Partial<AppInput> = { attended: false, stays: false }
  const offline = { type: 'session.offline', peerId: PEER, reason: samples.LEFT } as const

  it('is delivered when its input was read and the peer has all of it', () => {
    const read = { ...pipe, inputEnded: true }
    expect(rules.isAllDelivered(contextOf({ ...read, sessions: [talking(PEER)] }))).toBe(true)
    expect(rules.isAllDelivered(contextOf({ ...read, sessions: [talking(PEER, true, 1)] }))).toBe(
      false
    )
    expect(rules.isAllDelivered(contextOf({ ...read, sessions: [] }))).toBe(false)
    expect(rules.isAllDelivered(contextOf({ ...pipe, sessions: [talking(PEER)] }))).toBe(false)
    const staying = contextOf({ ...read, stays: true, sessions: [talking(PEER)] })
    expect(rules.isAllDelivered(staying)).toBe(false)
  })

  it('is delivered when its files are there, too; those for a peer that was not met wait for another run', () => {
    const read = { ...pipe, inputEnded: true, sessions: [talking(PEER)] }
    const sending = contextOf({ ...read, transfers: { [PEER]: 2 } })
    expect(rules.isAllDelivered(sending)).toBe(false)
    const sent = contextOf({ ...read, transfers: { [PEER]: 0 } })
    expect(rules.isAllDelivered(sent)).toBe(true)
    const elsewhere = { prepared: [OTHER_PEER], transfers: { [OTHER_PEER]: 1 } }
    expect(rules.isAllDelivered(contextOf({ ...read, ...elsewhere }))).toBe(true)
    const nobody = contextOf({ ...read, ...elsewhere, sessions: [] })
    expect(rules.isAllDelivered(nobody)).toBe(false)
  })

  it('fails where the peer leaves before its files are there', () => {
    const left = contextOf({ ...pipe, sessions: [talking(PEER)], transfers: { [PEER]: 1 } })
    expect(rules.endingOf(left, offline)).toEqual({
      why: 'error',
      failure: { _tag: 'PeerUnreachable', reason: samples.LEFT }
    })
  })

  it('is over when the last peer says goodbye', () => {
    const alone = contextOf({ ...pipe, sessions: [talking(PEER)] })
    expect(rules.isConversationOver(alone, offline)).toBe(true)
    expect(rules.isConversationOver(alone, { ...offline, reason: LOST })).toBe(false)
    expect(rules.isConversationOver({ ...alone, attended: true }, offline)).toBe(false)
    const company = contextOf({ ...pipe, sessions: [talking(PEER), talking(OTHER_PEER)] })
    expect(rules.isConversationOver(company, offline)).toBe(false)
  })

  it('fails with the count of what was not delivered', () => {
    const left = contextOf({ ...pipe, sessions: [talking(PEER, false, 3)] })
    expect(rules.endingOf(left, offline)).toEqual({
      why: 'error',
      failure: { _tag: 'Undelivered', count: 3 }
    })
    const done = contextOf({ ...pipe, sessions: [talking(PEER, false)] })
    expect(rules.endingOf(done, offline)).toEqual({ why: 'peer-left' })
  })

  it('fails with the reason when nobody was reached', () => {
    expect(rules.endingOf(contextOf(pipe), closed({ reason: samples.REFUSED }))).toEqual({
      why: 'error',
      failure: { _tag: 'PeerUnreachable', reason: samples.REFUSED }
    })
  })

  it('ends for the other reasons as it was asked to', () => {
    const context = contextOf()
    expect(rules.endingOf(context, { type: 'user.quit' })).toEqual({ why: 'quit' })
    expect(rules.endingOf(context, { type: 'user.signal' })).toEqual({ why: 'signal' })
    expect(rules.endingOf(context, { type: 'user.input-ended' })).toEqual({ why: 'input-ended' })
    const failure = { _tag: 'PortInUse', port: 7_000 } as const
    expect(rules.endingOf(context, { type: 'acceptor.failed', failure })).toEqual({
      why: 'error',
      failure: { _tag: 'ListenImpossible', failure }
    })
  })
})
