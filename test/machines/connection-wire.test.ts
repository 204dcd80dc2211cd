/**
 * Goal: a connection wired by runtime/ does in every situation what its chart says, and says nothing to
 * the peer out of turn. Every transition of the chart happens in some path.
 * Method: every path of the bare machine is played on the wired one: children end and fail as effects,
 * deadlines pass on the virtual clock. A set of paths that takes every transition is written down in
 * connection.paths.txt, with all that it did; look at the change of that file when a chart changes.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyEventObject } from 'xstate'
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import type { ConnectionInput } from '../../src/machines/connection.types.ts'
import { transitionsOf } from './chart-parts.ts'
import { exploreConnection } from './connection-exploration.ts'
import { leavesOf } from './exploration.ts'
import { LOWER } from './samples.ts'
import { wireConnection } from './wired-connection.ts'

const { edges } = exploreConnection()

const played = edges.map(({ input, events, last }) => {
  const wired = wireConnection(input as ConnectionInput)
  for (const event of events) wired.play(event)
  const seen = { value: wired.value(), context: { ...wired.context() } }
  const log = [...wired.log]
  wired.stop()
  return { input: input as ConnectionInput, events, wired, seen, log, last }
})

const said = (log: readonly string[]): string =>
  log
    .filter((line) => line.startsWith('> '))
    .map((line) => line.slice(2))
    .join(' ')

const titleOf = (input: ConnectionInput): string =>
  [
    input.target === undefined ? 'called' : 'calls',
    ...(input.mayListen ? ['may fall back'] : []),
    input.ourId === LOWER ? 'decides' : 'peer decides'
  ].join(', ')

/** What a path was given, for people: `peer.hello`, `securer done`, `after heartbeat`. */
const textOf = ({ type }: AnyEventObject): string => {
  const [, kind, name] = type.split('.')
  if (!type.startsWith('xstate.')) return type
  const place = type.split('.').at(-1)
  return kind === 'after' ? `after ${name}` : `${place} ${kind === 'done' ? 'done' : 'failed'}`
}

/** The shortest paths first; one is kept when it takes a transition that none before it took. */
const covering = (): typeof played => {
  const missing = new Set(transitionsOf(connectionMachine))
  return played
    .toSorted((one, other) => one.events.length - other.events.length)
    .filter(({ wired }) => [...wired.taken].filter((name) => missing.delete(name)).length > 0)
}

describe('a wired connection', () => {
  it('is where the bare machine is, at the end of every path', () => {
    expect(played.length).toBeGreaterThan(3_000)
    for (const { seen, last } of played) {
      expect(seen.value).toEqual(last.snapshot.value)
      expect(seen.context).toEqual(last.snapshot.context)
    }
  })

  it('takes every transition of the chart', () => {
    const taken = new Set(played.flatMap(({ wired }) => [...wired.taken]))
    const wanted = transitionsOf(connectionMachine)
    expect([...taken].toSorted()).toEqual(wanted)
    expect(taken.size).toBe(wanted.length)
  })

  it('says everything in the order of the protocol', () => {
    for (const { log } of played) {
      expect(said(log)).toMatch(
        /^(HELLO( AUTH (ask|known)| AUTH-OK)?( READY( SELECT( PING)*| DUP)?)?)?(^| |$)(BYE [a-z]+)?$/
      )
    }
  })

  it('asks to be let in by a stranger, and greets a peer that it knows', () => {
    const called = played.filter(({ log }) => log.some((line) => line.startsWith('> AUTH ')))
    expect(called.length).toBeGreaterThan(50)
    for (const { log, seen } of called) {
      const mode = seen.context.trust === undefined ? 'ask' : 'known'
      expect(log).toContain(`> AUTH ${mode}`)
    }
    expect(new Set(called.map(({ seen }) => seen.context.trust)).size).toBe(2)
  })

  it('opens the session right before it reports so, after both ends have said SELECT', () => {
    const opening = played.filter(({ log }) => log.includes('open session'))
    expect(opening.length).toBeGreaterThan(50)
    for (const { log } of opening) {
      const at = log.indexOf('open session')
      expect(log.lastIndexOf('open session')).toBe(at)
      expect(log[at + 1]).toBe('app connection.opened')
      expect(log.slice(0, at)).toContain('> SELECT')
    }
  })

  it('stops what its state did when the state is left, and leaves nothing behind', () => {
    for (const { wired, log } of played) {
      for (const work of ['dial', 'secure']) {
        const closed = log.indexOf('app connection.closed')
        const stopped = log.indexOf(`${work} interrupted`)
        if (stopped >= 0) expect(stopped).toBeLessThan(closed)
      }
      expect(wired.pending()).toBe(0)
    }
  })

  it('tells of defects, and parts all the same', () => {
    const broken = played.filter(
      ({ events }) => textOf(events.at(-1) ?? { type: '' }) === 'parting failed'
    )
    expect(broken.length).toBeGreaterThan(10)
    for (const { wired, seen } of broken) {
      expect(wired.defects).toHaveLength(1)
      expect(seen.value).toEqual({ closed: 'over' })
    }
    const others = played.filter((path) => !broken.includes(path))
    expect(others.flatMap(({ wired }) => wired.defects)).toEqual([])
  })

  it('does in each path what is written down', async () => {
    const text = covering()
      .map(({ input, events, log, seen }) =>
        [
          `${titleOf(input)}: ${events.map(textOf).join(', ')}`,
          `  is ${leavesOf(seen.value).join()}${seen.context.reason === undefined ? '' : ` ${JSON.stringify(seen.context.reason)}`}`,
          ...log.map((line) => `  ${line}`)
        ].join('\n')
      )
      .join('\n\n')
    await expect(`${text}\n`).toMatchFileSnapshot('connection.paths.txt')
  })
})
