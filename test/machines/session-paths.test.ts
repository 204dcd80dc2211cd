/**
 * Goal: whatever the links to one peer do, at most one carries the session, none is forgotten, and only
 * the end that decides selects.
 * Method: the shortest path to every state with three links to one peer (two of one process, one of
 * another), every step from there, and the invariants of each.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { sessionMachine } from '../../src/machines/session.machine.ts'
import { sessionTotality } from '../../src/machines/session.totality.ts'
import type { SessionContext } from '../../src/machines/session.types.ts'
import { leafStatesOf } from './chart-parts.ts'
import { leavesOf } from './exploration.ts'
import { sessionSamples } from './samples.ts'
import { exploreSession } from './session-exploration.ts'
import { describeTotality } from './totality-tests.ts'

const exploration = exploreSession()
const { states, edges } = exploration
const contextOf = ({ context }: AnyMachineSnapshot) => context as SessionContext
const decides = ({ ourId, peerId }: SessionContext): boolean => ourId < peerId
const isUp = ({ context, status }: AnyMachineSnapshot) =>
  status === 'active' && (context as SessionContext).active !== undefined

describe('the paths of a session', () => {
  it('reach every state', () => {
    const reached = new Set(states.flatMap(({ snapshot }) => leavesOf(snapshot.value)))
    const passing = ['offline.redial.deciding']
    expect([...reached, ...passing].toSorted()).toEqual(leafStatesOf(sessionMachine))
  })

  it('are online exactly while a link carries the session', () => {
    for (const { snapshot } of states.filter((each) => each.snapshot.status === 'active')) {
      expect(snapshot.matches('online')).toBe(isUp(snapshot))
      if (!isUp(snapshot)) expect(contextOf(snapshot).suspect).toBe(false)
    }
  })

  it('have each link in one place only', () => {
    for (const { snapshot } of states) {
      const { candidates, chosen, active } = contextOf(snapshot)
      const links = [...candidates, chosen, active].flatMap((facts) => facts?.link ?? [])
      expect(new Set(links).size).toBe(links.length)
    }
  })

  it('choose only where we decide, agree only where the peer does, and never to two at once', () => {
    for (const { before, events, last } of edges) {
      const { chosen } = contextOf(before)
      const told = last.done.map(({ name }) => name)
      const selected = last.done.filter(({ name }) => name === 'session.selects')
      expect(selected.length).toBeLessThanOrEqual(1)
      if (!decides(contextOf(before))) expect(told).not.toContain('session.duplicates')
      if (selected.length === 0) continue
      expect(selected[0]?.detail).toMatchObject({ link: contextOf(last.snapshot).chosen?.link })
      // Ours stands until it is gone; what the peer chose last is what counts.
      if (decides(contextOf(before)) && chosen !== undefined)
        expect(events.at(-1)).toMatchObject({ type: 'link.closed', link: chosen.link })
    }
  })

  it('never wait to move to a link that is gone, and leave no candidate without an answer', () => {
    for (const { snapshot } of states.filter((each) => each.snapshot.status === 'active')) {
      const context = contextOf(snapshot)
      if (!decides(context)) continue
      if (snapshot.matches({ online: 'moving' })) expect(context.chosen).toBeDefined()
      if (snapshot.matches({ online: 'steady' })) expect(context.candidates).toEqual([])
      if (snapshot.matches({ offline: { choice: 'open' } })) {
        expect(context.chosen !== undefined || context.candidates.length === 0).toBe(true)
      }
      if (snapshot.matches({ offline: { choice: 'settling' } })) {
        expect(context.chosen).toBeDefined()
      }
    }
  })

  it('tell the app of every change between online and offline, once', () => {
    for (const { before, last } of edges) {
      const told = last.done.map(({ name }) => name)
      const came = !isUp(before) && isUp(last.snapshot)
      const went = isUp(before) && !isUp(last.snapshot) && last.snapshot.status === 'active'
      expect(told.filter((name) => name === 'session.online').length).toBe(came ? 1 : 0)
      expect(told.filter((name) => name === 'session.offline').length).toBe(went ? 1 : 0)
    }
  })

  it('supersede the old link whenever another takes over', () => {
    for (const { before, last } of edges) {
      const old = contextOf(before).active
      const now = contextOf(last.snapshot).active
      const moved = old !== undefined && now !== undefined && old.link !== now.link
      const superseded = last.done.filter(({ name }) => name === 'session.supersedes')
      expect(superseded.map(({ detail }) => detail)).toEqual(
        moved ? [{ type: 'session.supersedes', link: old.link }] : []
      )
    }
  })

  it('never dial while online, nor more often than allowed', () => {
    for (const { last } of edges) {
      const dials = last.done.filter(({ name }) => name === 'session.dials')
      if (dials.length === 0) continue
      expect(isUp(last.snapshot)).toBe(false)
      expect(contextOf(last.snapshot).attempt).toBeLessThanOrEqual(2)
    }
  })
})

describeTotality({
  name: 'session',
  machine: sessionMachine,
  exploration: exploration,
  totality: sessionTotality,
  samples: sessionSamples
})
