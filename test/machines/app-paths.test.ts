/**
 * Goal: whatever connections, sessions and the user do, one connection waits while the port is open,
 * every connection is stopped once it is over, and the program comes to its end.
 * Method: the shortest path to every state with a few connections of two peers, every step from there,
 * and the invariants of each.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyMachineSnapshot } from 'xstate'
import { appMachine } from '../../src/machines/app.machine.ts'
import { appTotality } from '../../src/machines/app.totality.ts'
import type { AppContext } from '../../src/machines/app.types.ts'
import { exploreApp } from './app-exploration.ts'
import { leafStatesOf } from './chart-parts.ts'
import { leavesOf, whileTested } from './exploration.ts'
import { appSamples } from './samples.ts'
import { describeTotality } from './totality-tests.ts'

const exploration = whileTested(exploreApp)
const contextOf = ({ context }: AnyMachineSnapshot) => context as AppContext
const idsOf = (snapshot: AnyMachineSnapshot) => contextOf(snapshot).connections.map(({ id }) => id)
const waitingIn = (snapshot: AnyMachineSnapshot) =>
  contextOf(snapshot).connections.filter(({ state }) => state === 'listening')

describe('the paths of the app', () => {
  it('reach every state', () => {
    const reached = new Set(exploration.states.flatMap(({ snapshot }) => leavesOf(snapshot.value)))
    expect([...reached].toSorted()).toEqual(leafStatesOf(appMachine))
  })

  it('have exactly one connection that waits while the port is open', () => {
    const open = exploration.states.filter(
      ({ snapshot }) => snapshot.matches('running') && contextOf(snapshot).listening !== undefined
    )
    expect(open.length).toBeGreaterThan(100)
    for (const { snapshot } of open) expect(waitingIn(snapshot)).toHaveLength(1)
  })

  it('hand every accepted stream to the one that waits, and have another wait at once', () => {
    const accepted = exploration.edges.filter(
      ({ before, events }) =>
        before.matches('running') && events.at(-1)?.type === 'acceptor.accepted'
    )
    expect(accepted.length).toBeGreaterThan(100)
    for (const { before, last } of accepted) {
      const [waiting] = waitingIn(before)
      const handed = last.done.filter(({ name }) => name === 'stream.accepted')
      expect(handed.map(({ to }) => to)).toEqual([waiting?.id])
      expect(waitingIn(last.snapshot).map(({ id }) => id)).not.toContain(waiting?.id)
    }
  })

  it('run exactly the connections that the app counts', () => {
    for (const { snapshot } of exploration.states.filter(
      (each) => each.snapshot.status === 'active'
    )) {
      const running = Object.keys(snapshot.children).filter((id) => id.startsWith('connection-'))
      expect(running.toSorted()).toEqual(idsOf(snapshot).toSorted())
    }
  })

  it('stop a connection when it is over, and none before', () => {
    for (const { events, last } of exploration.edges.filter(
      (edge) => edge.last.snapshot.status === 'active'
    )) {
      const event = events.at(-1)
      const stopped = last.done.filter(
        ({ name, to }) => name === 'stop' && to?.startsWith('connection-')
      )
      const over = event?.type === 'connection.over' ? [event['link']] : []
      expect(stopped.map(({ to }) => to)).toEqual(over)
    }
  })

  it('have nothing to do with a connection that closed but to wait for its goodbye', () => {
    const closed = exploration.edges.filter(
      ({ before, events, last }) =>
        before.matches('running') &&
        last.snapshot.matches('running') &&
        events.at(-1)?.type === 'connection.closed'
    )
    expect(closed.length).toBeGreaterThan(100)
    for (const { events, last } of closed) {
      const row = contextOf(last.snapshot).connections.find(
        ({ id }) => id === events.at(-1)?.['link']
      )
      expect(row?.state).toBe('closed')
    }
  })

  it('write a peer down when its session is online, and knows where it was found', () => {
    for (const { events, last } of exploration.edges) {
      const online = events.at(-1)?.type === 'session.online'
      expect(last.done.some(({ name }) => name === 'rememberPeer')).toBe(online)
    }
  })

  it('never grant twice, nor a link that has closed', () => {
    for (const { before, last } of exploration.edges) {
      const granted = last.done.filter(({ name }) => name === 'auth.granted').map(({ to }) => to)
      expect(granted.length).toBeLessThanOrEqual(1)
      const row = contextOf(before).connections.find(({ id }) => id === granted[0])
      if (granted.length > 0) expect(['working', 'knocking']).toContain(row?.state)
    }
  })

  it('let nobody in whom the policy shuts out', () => {
    const shut = exploration.edges.filter(({ before }) => contextOf(before).unknownPeers === 'deny')
    expect(shut.length).toBeGreaterThan(10)
    for (const { last } of shut) expect(last.done.map(({ name }) => name)).not.toContain('meet')
    expect(shut.flatMap(({ last }) => last.done).map(({ name }) => name)).toContain('auth.denied')
    expect(shut.flatMap(({ last }) => last.done).map(({ name }) => name)).not.toContain(
      'auth.granted'
    )
  })

  it('keep the port open until every goodbye is said', () => {
    const acceptor = '0.app'
    for (const { snapshot } of exploration.states.filter(
      (each) => each.snapshot.status === 'active'
    )) {
      expect(snapshot.children[acceptor]?.src).toBe('acceptor')
    }
    for (const { last } of exploration.edges) {
      const closed = last.done.some(({ name, to }) => name === 'stop' && to === acceptor)
      expect(closed).toBe(last.snapshot.status === 'done')
    }
  })

  it('tell every connection and session to end on the way out, once', () => {
    const out = exploration.edges.filter(
      ({ before, last }) => before.matches('running') && !last.snapshot.matches('running')
    )
    expect(out.length).toBeGreaterThan(100)
    for (const { before, last } of out) {
      const stopped = last.done.filter(({ name }) => name === 'app.stop').map(({ to }) => to)
      expect(stopped).toEqual(idsOf(before))
      const ended = last.done.filter(({ name }) => name === 'session.end')
      expect(ended.length).toBe(contextOf(last.snapshot).sessions.length)
    }
  })

  it('end when the last connection is over, or the farewell takes too long', () => {
    for (const { before, last, events } of exploration.edges.filter((edge) =>
      edge.before.matches('leaving')
    )) {
      const late = events.at(-1)?.type.startsWith('xstate.after.') === true
      expect(last.snapshot.status === 'done').toBe(late || idsOf(last.snapshot).length === 0)
      expect(before.status).toBe('active')
    }
  })

  it('end with a failure only where somebody was not reached or not all was delivered', () => {
    for (const { snapshot } of exploration.states.filter(
      (each) => each.snapshot.status === 'done'
    )) {
      const { why, failure } = contextOf(snapshot)
      expect(failure !== undefined).toBe(why === 'error')
      expect(snapshot.output).toEqual(
        failure === undefined ? { exit: 'clean' } : { exit: 'failed', failure }
      )
    }
  })
})

describeTotality({
  name: 'app',
  machine: appMachine,
  exploration,
  totality: appTotality,
  samples: appSamples
})
