/**
 * Goal: whatever peer, user, disk and link do, nothing moves that was not agreed to, every transfer comes to
 * at most one end, and what must be kept is kept once.
 * Method: the shortest path to every state of both machines, from every note that an earlier run can have
 * left, every step from there, and the invariants of each.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { incomingTransferMachine } from '../../src/machines/incoming-transfer.machine.ts'
import { incomingTransferTotality } from '../../src/machines/incoming-transfer.totality.ts'
import type { IncomingContext } from '../../src/machines/incoming-transfer.types.ts'
import { outgoingTransferMachine } from '../../src/machines/outgoing-transfer.machine.ts'
import { outgoingTransferTotality } from '../../src/machines/outgoing-transfer.totality.ts'
import type { OutgoingContext } from '../../src/machines/outgoing-transfer.types.ts'
import { leafStatesOf } from './chart-parts.ts'
import { type Exploration, leavesOf } from './exploration.ts'
import { textOf } from './played-transfer.ts'
import { incomingSamples, outgoingSamples } from './samples.ts'
import { describeTotality } from './totality-tests.ts'
import { exploreIncoming, exploreOutgoing } from './transfer-exploration.ts'

const outgoing = exploreOutgoing()
const incoming = exploreIncoming()
const out = ({ context }: AnyMachineSnapshot) => context as OutgoingContext
const into = ({ context }: AnyMachineSnapshot) => context as IncomingContext

const reachedOf = ({ states }: Exploration) =>
  new Set(states.flatMap((one) => leavesOf(one.snapshot.value)))
const stepsOf = ({ edges }: Exploration) =>
  edges.map(({ before, events, last }) => ({
    before,
    event: events.at(-1)?.type ?? '',
    did: last.done.map(textOf),
    after: last.snapshot
  }))

const sent = stepsOf(outgoing)
const received = stepsOf(incoming)
const KEPT = ['keepDone', 'keepEnd', 'tellRefused']

describe('the paths of an outgoing transfer', () => {
  it('reach every state', () => {
    expect([...reachedOf(outgoing), 'entering'].toSorted()).toEqual(
      leafStatesOf(outgoingTransferMachine)
    )
  })

  it('send what the peer asked for last, and only then', () => {
    for (const { event, did, after } of sent) {
      const begun = did.filter((name) => name === 'start sendPump').length
      expect(begun).toBe(event === 'peer.fetch' && after.matches('moving') ? 1 : 0)
      if (after.matches('moving'))
        expect(out(after)).toMatchObject({ paused: false, accepted: true })
    }
  })

  it('note once that the peer agreed', () => {
    for (const { before, did, after } of sent) {
      const agreed = !out(before).accepted && out(after).accepted
      expect(did.filter((name) => name === 'keepAccepted').length).toBe(agreed ? 1 : 0)
      if (out(before).accepted) expect(out(after).accepted).toBe(true)
    }
  })

  it('are done wherever the peer says so, and at its end wherever either says so', () => {
    for (const { event, after } of sent) {
      if (event === 'peer.done') expect(after.value).toBe('done')
      if (event === 'peer.end') expect(out(after).end).toEqual({ by: 'them', why: 'declined' })
      if (event === 'user.cancel') expect(out(after).end).toEqual({ by: 'us', why: 'cancelled' })
    }
  })

  it('keep their one end, and report it', () => {
    for (const { did, after } of sent) {
      const isOver = after.status === 'done'
      expect(did.filter((name) => KEPT.includes(name)).length).toBe(isOver ? 1 : 0)
      expect(did.filter((name) => name === 'transfer.over').length).toBe(isOver ? 1 : 0)
      expect(out(after).end !== undefined).toBe(after.matches('ended'))
    }
  })

  it('are paused exactly while the user says so', () => {
    for (const { snapshot } of outgoing.states.filter((one) => one.snapshot.status === 'active'))
      if (!snapshot.matches('preparing'))
        expect(snapshot.matches('paused')).toBe(out(snapshot).paused)
  })
})

describe('the paths of an incoming transfer', () => {
  it('reach every state', () => {
    expect([...reachedOf(incoming), 'entering', 'agreed'].toSorted()).toEqual(
      leafStatesOf(incomingTransferMachine)
    )
  })

  it('ask for bytes only of what is agreed, has a place, is offered now, and is not held', () => {
    for (const { snapshot } of incoming.states) {
      if (!snapshot.matches({ turn: 'moving' })) continue
      expect(into(snapshot)).toMatchObject({
        state: 'accepted',
        paused: false,
        isOffered: true,
        isPlaced: true,
        isWhole: false,
        hold: undefined
      })
    }
  })

  it('touch the disk only of what the user agreed to', () => {
    const onDisk = ['placer', 'receivePump', 'publisher', 'roomWatcher'].map(
      (name) => `start ${name}`
    )
    for (const { did, after } of received)
      if (did.some((name) => onDisk.includes(name))) expect(into(after).state).toBe('accepted')
  })

  it('ask for lists and turns only on a link on which it is offered', () => {
    for (const { did, after } of received)
      if (did.includes('askList') || did.includes('askTurn'))
        expect(into(after).isOffered).toBe(true)
  })

  it('give the turn back whenever they do not want it any more', () => {
    for (const { before, event, did, after } of received) {
      const isGone = before.matches('turn') && (!after.matches('turn') || event === 'link.lost')
      expect(did.includes('leaveTurn')).toBe(isGone)
    }
  })

  it('begin to move by a turn alone, and give up what moves whatever makes them stop', () => {
    for (const { before, event, did, after } of received) {
      if (did.includes('start receivePump')) expect(event).toBe('turn.granted')
      if (before.matches({ turn: 'moving' }) && !after.matches({ turn: 'moving' }))
        expect(did).toContain('stop')
    }
  })

  it('leave the publishing to its actor, and are done by that only', () => {
    for (const { before, event, after } of received) {
      if (before.matches('publishing') && !after.matches('publishing'))
        expect(event).toMatch(/^xstate\.(done|error)\.actor\./)
      if (after.matches('done')) expect(before.value).toBe('publishing')
    }
  })

  it('keep their one end, and report it', () => {
    for (const { did, after } of received) {
      const isOver = after.status === 'done'
      expect(did.includes('keepEnd')).toBe(after.matches('ended'))
      expect(did.filter((name) => name === 'transfer.over').length).toBe(isOver ? 1 : 0)
      expect(into(after).end !== undefined).toBe(after.matches('ended'))
    }
  })

  it('note a pause and its end once each', () => {
    for (const { before, did, after } of received) {
      const { paused } = into(before)
      const count = (name: string) => did.filter((each) => each === name).length
      expect(count('keepPaused')).toBe(!paused && into(after).paused ? 1 : 0)
      expect(count('keepResumed')).toBe(paused && !into(after).paused ? 1 : 0)
    }
  })

  it('never write a place for ever anew on a disk on which none lasts', () => {
    const lost = incoming.states.map(({ snapshot }) => into(snapshot).placesLost)
    expect(Math.max(...lost)).toBe(3)
  })
})

describeTotality({
  name: 'outgoing transfer',
  machine: outgoingTransferMachine,
  exploration: outgoing,
  totality: outgoingTransferTotality,
  samples: outgoingSamples
})

describeTotality({
  name: 'incoming transfer',
  machine: incomingTransferMachine,
  exploration: incoming,
  totality: incomingTransferTotality,
  samples: incomingSamples
})
