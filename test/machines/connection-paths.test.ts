/**
 * Goal: whatever happens to a link, it ends once and with one reason, and no transition of its chart is
 * dead.
 * Method: the shortest path to every state of the bare machine (children and timers are events like any
 * other), every step from there, and the invariants along each.
 */
import { describe, expect, it } from '@effect/vitest'
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import { connectionTotality } from '../../src/machines/connection.totality.ts'
import type { ConnectionContext } from '../../src/machines/connection.types.ts'
import { leafStatesOf } from './chart-parts.ts'
import { connectionInputs, exploreConnection } from './connection-exploration.ts'
import { leavesOf } from './exploration.ts'
import { type Done, pureSteps } from './pure-steps.ts'
import { connectionSamples } from './samples.ts'
import { describeTotality } from './totality-tests.ts'

const exploration = exploreConnection()
const pure = pureSteps(connectionMachine)

/** Every step of a path, with what it did. */
const replay = ({ input, events }: (typeof exploration.edges)[number]) => {
  let step = pure.start(input)
  const steps = [{ event: 'start', ...step }]
  for (const event of events) {
    step = pure.step(step.snapshot, event)
    steps.push({ event: event.type, ...step })
  }
  return steps
}

const isReport = ({ to }: Done): boolean => to === 'parent'

describe('the paths of a connection', () => {
  it('reach every state', () => {
    const reached = new Set(exploration.states.flatMap(({ snapshot }) => leavesOf(snapshot.value)))
    // It decides which way authorizing goes, and is left in the same step.
    const passing = ['handshake.authorizing.entering']
    expect([...reached, ...passing].toSorted()).toEqual(leafStatesOf(connectionMachine))
  })

  it('are all found: one for every state and every step from it', () => {
    expect(exploration.states.length).toBeGreaterThan(1_000)
    expect(new Set(exploration.states.map(({ input }) => input)).size).toBe(connectionInputs.length)
  })

  it('close once, with one reason, and report nothing after they are over', () => {
    for (const path of exploration.edges) {
      const steps = replay(path)
      const reports = steps.flatMap(({ done }) => done.filter(isReport)).map(({ name }) => name)
      const closedAt = reports.indexOf('connection.closed')
      const isClosed = steps.at(-1)?.snapshot.matches('closed') === true
      expect(isClosed, reports.join()).toBe(closedAt >= 0)
      if (!isClosed) continue
      const after = reports.slice(closedAt + 1)
      expect(after.filter((name) => name !== 'connection.over')).toEqual([])
      expect(after.length).toBeLessThanOrEqual(1)
      const reasons = steps
        .filter(({ snapshot }) => snapshot.matches('closed'))
        .map(({ snapshot }) => (snapshot.context as ConnectionContext).reason)
      expect(reasons[0]).toBeDefined()
      expect(new Set(reasons.map((reason) => JSON.stringify(reason))).size).toBe(1)
    }
  })

  it('open the session before anything else is reported of it, and only once', () => {
    for (const path of exploration.edges) {
      const reports = replay(path)
        .flatMap(({ done }) => done.filter(isReport))
        .map(({ name }) => name)
      const order = reports.map((name) => name.replace('connection.', '')).join(' ')
      expect(order).toMatch(
        /^(fell-back ?)?(knocked ?(authenticated ?(offered ?)?(opened ?((answered ?)*suspect ?(recovered)? ?|answered ?)*)?)?)?(closed( over)?)?$/
      )
    }
  })

  it('keep a context that is plain JSON', () => {
    for (const { snapshot } of exploration.states) {
      const { context } = snapshot
      expect(JSON.parse(JSON.stringify(context))).toEqual(
        Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined))
      )
    }
  })
})

describeTotality({
  name: 'connection',
  machine: connectionMachine,
  exploration: exploration,
  totality: connectionTotality,
  samples: connectionSamples
})
