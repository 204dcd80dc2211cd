/**
 * Goal: the decisions of a session, each as the plan says it (protocol.md §3, architecture.md §5): which
 * of several links lives, when the active one is doubted, and when and how often the peer is called again.
 * Method: the bare machine, event by event; a test reads as the story of one peer.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import { RECONNECT_DELAY_MS_MAX } from '../../src/domain/limits.ts'
import { sessionMachine } from '../../src/machines/session.machine.ts'
import { plannedRetry } from '../../src/machines/session.parts.ts'
import type { SessionContext, SessionInput } from '../../src/machines/session.types.ts'
import { handledNow } from './exploration.ts'
import { type Done, pureSteps } from './pure-steps.ts'
import * as samples from './samples.ts'

const { A, B, C, ADDRESS, LEFT, LOST, REFUSED } = samples
const pure = pureSteps(sessionMachine)

/** A session in progress: what it is told, and what it told since the last look. */
const begin = (change: Partial<SessionInput> = {}) => {
  let { snapshot } = pure.start(samples.sessionInput(change))
  let done: readonly Done[] = []
  const play = (event: AnyEventObject): void => {
    const step = pure.step(snapshot, event)
    snapshot = step.snapshot
    done = [...done, ...step.done]
  }
  return {
    play,
    /** Reports to the app since the last call, as `selects connection-1`. */
    told: (): readonly string[] => {
      const reports = done.filter(({ to }) => to === 'parent')
      done = []
      return reports.map(({ name, detail }) => {
        const { link } = detail as { readonly link?: string }
        return [name.replace('session.', ''), ...(link === undefined ? [] : [link])].join(' ')
      })
    },
    after: (name: string): void => {
      const type = [...handledNow(snapshot)].find((each) => each.startsWith(`xstate.after.${name}`))
      if (type === undefined) throw new Error(`${name} does not run`)
      play({ type })
    },
    waits: (name: string): boolean =>
      [...handledNow(snapshot)].some((each) => each.startsWith(`xstate.after.${name}`)),
    matches: (value: unknown): boolean => (snapshot as AnyMachineSnapshot).matches(value as never),
    context: () => snapshot.context as SessionContext
  }
}

const authenticated = (facts: typeof A) => ({ type: 'link.authenticated', facts })
const offered = ({ link }: typeof A) => ({ type: 'link.offered', link })
const opened = ({ link }: typeof A) => ({ type: 'link.opened', link })
const closed = ({ link }: typeof A, reason = LOST) => ({ type: 'link.closed', link, reason })
const answered = ({ link }: typeof A) => ({ type: 'link.answered', link })
const suspect = ({ link }: typeof A) => ({ type: 'link.suspect', link, silentMs: 15_000 })

/** Online over A, with nothing left to tell. */
const onlineOverA = (change: Partial<SessionInput> = {}) => {
  const session = begin(change)
  session.play(authenticated(A))
  if (change.ourId === samples.HIGHER) session.play(offered(A))
  session.play(opened(A))
  session.told()
  return session
}

describe('the name of a peer', () => {
  it('is that of the link which carries the talk, whatever others claim meanwhile', () => {
    const session = begin()
    session.play(authenticated({ ...A, nickname: 'bob' }))
    expect(session.context().nickname).toBe('bob')
    session.play(opened(A))
    session.play(authenticated({ ...B, nickname: 'bobby' }))
    expect(session.context().nickname).toBe('bob')
    session.play(opened(B))
    expect(session.context().nickname).toBe('bobby')
  })
})

describe('of two links to one peer, the end with the lower id', () => {
  it('selects the first, and calls the other a duplicate once the first is confirmed', () => {
    const session = begin()
    session.play(authenticated(A))
    expect(session.told()).toEqual(['selects connection-1'])
    session.play(authenticated(B))
    expect(session.told()).toEqual([])
    session.play(opened(A))
    expect(session.told()).toEqual(['online', 'duplicates connection-2'])
    session.play(closed(B, { _tag: 'Duplicate' }))
    expect(session.told()).toEqual([])
    expect(session.matches('online')).toBe(true)
  })

  it('selects the other when the first is lost before it was confirmed', () => {
    const session = begin()
    session.play(authenticated(A))
    session.play(authenticated(B))
    session.told()
    session.play(closed(A))
    expect(session.told()).toEqual(['selects connection-2'])
    session.play(opened(B))
    expect(session.told()).toEqual(['online'])
  })

  it('refuses another process with the same identity while the first answers', () => {
    const session = onlineOverA()
    session.play(authenticated(C))
    expect(session.told()).toEqual(['probes connection-1'])
    session.play(answered(A))
    expect(session.told()).toEqual(['refuses-elsewhere connection-3'])
  })
})

describe('of two links to one peer, the end with the higher id', () => {
  it('says nothing, and goes with what the peer offers', () => {
    const session = begin({ ourId: samples.HIGHER })
    session.play(authenticated(A))
    session.play(authenticated(B))
    expect(session.told()).toEqual([])
    session.play(offered(B))
    expect(session.told()).toEqual(['selects connection-2'])
    session.play(opened(B))
    expect(session.told()).toEqual(['online'])
  })

  it('keeps the other link in mind: the peer may come to it when the first fell silent', () => {
    const session = begin({ ourId: samples.HIGHER })
    session.play(authenticated(A))
    session.play(authenticated(B))
    session.play(offered(A))
    session.play(opened(A))
    session.told()
    session.play(offered(B))
    session.play(opened(B))
    expect(session.told()).toEqual(['selects connection-2', 'supersedes connection-1'])
    expect(session.context().active?.link).toBe(B.link)
  })

  it('moves to another process of the peer only when the first does not answer', () => {
    const session = onlineOverA({ ourId: samples.HIGHER })
    session.play(authenticated(C))
    session.play(offered(C))
    expect(session.told()).toEqual(['probes connection-1'])
    session.play(answered(A))
    expect(session.told()).toEqual(['refuses-elsewhere connection-3'])

    const silent = onlineOverA({ ourId: samples.HIGHER })
    silent.play(authenticated(C))
    silent.play(offered(C))
    silent.told()
    silent.after('probeDeadline')
    expect(silent.told()).toEqual(['selects connection-3'])
  })
})

describe('a new link while one is active', () => {
  it('is a duplicate when the active one answers the probe', () => {
    const session = onlineOverA()
    session.play(authenticated(B))
    expect(session.told()).toEqual(['probes connection-1'])
    session.play(answered(A))
    expect(session.told()).toEqual(['duplicates connection-2'])
    expect(session.matches({ online: 'steady' })).toBe(true)
  })

  it('takes over when the active one is silent', () => {
    const session = onlineOverA()
    session.play(authenticated(B))
    session.told()
    session.after('probeDeadline')
    expect(session.told()).toEqual(['selects connection-2'])
    session.play(opened(B))
    expect(session.told()).toEqual(['supersedes connection-1'])
    expect(session.context().active?.link).toBe(B.link)
    session.play(closed(A, { _tag: 'Superseded' }))
    expect(session.told()).toEqual([])
  })

  it('takes over at once when the active one is suspect already', () => {
    const session = onlineOverA()
    session.play(suspect(A))
    session.play(authenticated(B))
    expect(session.told()).toEqual(['selects connection-2'])
  })

  it('that goes away while the active one is probed leaves everything as it was', () => {
    const session = onlineOverA()
    session.play(authenticated(B))
    session.play(closed(B))
    session.after('probeDeadline')
    expect(session.matches({ online: 'steady' })).toBe(true)
    session.told()
    session.play(authenticated(C))
    expect(session.told()).toEqual(['probes connection-1'])
  })

  it('that goes away when it is to take over makes room for the next', () => {
    const session = onlineOverA()
    session.play(suspect(A))
    session.play(authenticated(B))
    session.play(authenticated(C))
    session.told()
    session.play(closed(B))
    expect(session.told()).toEqual(['selects connection-3'])
  })

  it('carries on where the active one is lost meanwhile', () => {
    const session = onlineOverA()
    session.play(authenticated(B))
    session.told()
    session.play(closed(A))
    expect(session.told()).toEqual(['offline', 'selects connection-2'])
  })
})

describe('after a loss', () => {
  it('the peer is called where we called it, after a pause', () => {
    const session = onlineOverA()
    session.play(closed(A))
    expect(session.told()).toEqual(['offline'])
    expect(session.context()).toMatchObject({ attempt: 1, delayMs: 1_000, redialTo: ADDRESS })
    session.after('reconnectDelay')
    expect(session.told()).toEqual(['dials'])
  })

  it('a peer that called us is called at the port that it told', () => {
    const session = begin()
    session.play(authenticated({ ...B, port: 7_777 }))
    session.play(opened(B))
    session.play(closed(B))
    expect(session.context().redialTo).toEqual({ host: ADDRESS.host, port: 7_777 })
    expect(session.waits('reconnectDelay')).toBe(true)
  })

  it('a peer without a port is waited for', () => {
    const session = begin()
    session.play(authenticated({ ...B, port: undefined }))
    session.play(opened(B))
    session.play(closed(B))
    expect(session.matches({ offline: { redial: 'idle' } })).toBe(true)
  })

  it('it is called again until the attempts are used up', () => {
    const session = onlineOverA()
    session.play(closed(A))
    session.after('reconnectDelay')
    session.play({ type: 'dial.failed', reason: REFUSED })
    expect(session.context()).toMatchObject({ attempt: 2, delayMs: 2_000 })
    session.after('reconnectDelay')
    session.told()
    session.play({ type: 'dial.failed', reason: REFUSED })
    expect(session.told()).toEqual(['lost'])
    expect(session.matches({ offline: { redial: 'exhausted' } })).toBe(true)
  })

  it.each([
    { _tag: 'GreetingTimeout', waitingFor: 'hello' },
    { _tag: 'SecureError', failure: { _tag: 'StreamLost', code: 'ECONNRESET' } },
    { _tag: 'SecureError', failure: { _tag: 'SecureTimeout', afterMs: 10_000 } },
    LOST
  ] as const)('it is called again when a dial ended as %j', (reason) => {
    const session = onlineOverA()
    session.play(closed(A))
    session.after('reconnectDelay')
    session.play({ type: 'dial.failed', reason })
    expect(session.waits('reconnectDelay')).toBe(true)
  })

  it.each([
    { _tag: 'Refused', by: 'them', why: 'denied' },
    { _tag: 'RunningElsewhere' },
    {
      _tag: 'SecureError',
      failure: { _tag: 'IdentityChanged', expected: samples.PEER, actual: samples.OTHER_PEER }
    }
  ] as const)('it is not called again when it answered with %j', (reason) => {
    const session = onlineOverA()
    session.play(closed(A))
    session.after('reconnectDelay')
    session.play({ type: 'dial.failed', reason })
    expect(session.matches({ offline: { redial: 'idle' } })).toBe(true)
  })

  it('a link that was chosen and closed does not keep the next from being chosen', () => {
    const session = onlineOverA()
    session.play(closed(A))
    session.after('reconnectDelay')
    session.play(authenticated(B))
    session.told()
    session.play(closed(B))
    session.play({ type: 'dial.failed', reason: LOST })
    session.play(authenticated(C))
    expect(session.told()).toEqual(['selects connection-3'])
  })

  it('attempts are counted from zero only when a link has lived for a while', () => {
    const session = onlineOverA()
    session.play(closed(A))
    session.after('reconnectDelay')
    session.play(authenticated(B))
    session.play(opened(B))
    expect(session.context().attempt).toBe(1)
    session.after('stable')
    expect(session.context().attempt).toBe(0)
  })

  it.each([
    LEFT,
    { _tag: 'Bye', by: 'us', why: 'quit' },
    { _tag: 'ProtocolError', by: 'us' },
    { _tag: 'RunningElsewhere' }
  ] as const)('nobody is called after %j', (reason) => {
    const session = onlineOverA()
    session.play({ type: 'link.closed', link: A.link, reason })
    expect(session.waits('reconnectDelay')).toBe(false)
    expect(session.matches({ offline: { redial: 'idle' } })).toBe(true)
  })

  it('a peer that was used up and calls is welcome', () => {
    const session = onlineOverA({ reconnectAttempts: 0 })
    session.play(closed(A))
    expect(session.told()).toEqual(['offline', 'lost'])
    session.play(authenticated(B))
    session.play(opened(B))
    expect(session.told()).toEqual(['selects connection-2', 'online'])
  })
})

describe('the pause before an attempt', () => {
  const { context } = pure.start(samples.sessionInput({ reconnectDelayMs: 1_000 })).snapshot
  const pause = (attempt: number, dice: number): number =>
    plannedRetry({ ...(context as SessionContext), attempt }, dice).delayMs

  it('doubles', () => {
    expect([0, 1, 2, 3, 4].map((attempt) => pause(attempt, 0.5))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000
    ])
  })

  it('is bounded, also after very many attempts', () => {
    for (const attempt of [6, 17, 1_000, 1_000_000])
      expect(pause(attempt, 0.5)).toBe(RECONNECT_DELAY_MS_MAX)
  })

  it('is spread by a quarter to both sides', () => {
    expect([0, 0.5, 1].map((dice) => pause(3, dice))).toEqual([6_000, 8_000, 10_000])
    expect(pause(1_000, 1)).toBe(RECONNECT_DELAY_MS_MAX * 1.25)
  })

  it('counts the attempt', () => {
    expect(plannedRetry({ ...(context as SessionContext), attempt: 4 }, 0).attempt).toBe(5)
  })
})
