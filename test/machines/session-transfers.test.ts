/**
 * Goal: transfers belong to the session of their peer: they outlive its links, hear that one is lost before
 * they hear of the next, are stopped and forgotten once they are over, and with the session.
 * Method: the app, its sessions and transfers as they run, over a world that only writes down.
 */
import { describe, expect, it, onTestFinished } from '@effect/vitest'
import type { AppInput } from '../../src/machines/app.types.ts'
import { comeOnline, loseLink, type RunningApp, runApp } from './running-app.ts'
import * as samples from './samples.ts'

const { A, B, PEER, OTHER_PEER, TRANSFER } = samples
const INCOMING = 'BBBBBBBBBBBBBBBBBBBBBB'
const FETCH = { type: 'peer.fetch', ...samples.FETCH } as const
const BO = { peerId: PEER, nickname: 'Bo', trust: 'verified' } as const

const begin = (change: Partial<AppInput> = {}): RunningApp => {
  const running = runApp(change)
  onTestFinished(running.stop)
  return running
}

/** One that the peer agreed to in an earlier run, and one that it may send. */
const startBoth = ({ actors, log }: RunningApp): void => {
  const input = samples.outgoingInput({ path: undefined, accepted: true })
  actors.startTransfer(BO, { direction: 'out', input })
  actors.startTransfer(BO, {
    direction: 'in',
    input: samples.incomingInput({ id: INCOMING, state: 'accepted', isPlaced: true })
  })
  log()
}

const moveBoth = ({ actors, log }: RunningApp): void => {
  actors.toTransfer(PEER, TRANSFER, FETCH)
  actors.toTransfer(PEER, INCOMING, { type: 'turn.granted' })
  expect(log()).toEqual(['sendPump begins', 'receivePump begins'])
}

const statesOf = ({ actors }: RunningApp) =>
  [TRANSFER, INCOMING].map((id) => actors.transferState(PEER, id))

describe('the transfers of a session', () => {
  it('are started online and offline, each once, and hear what is told to them', () => {
    const running = begin()
    startBoth(running)
    expect(statesOf(running)).toEqual(['waiting', { turn: 'waiting' }])
    comeOnline(running, A)
    moveBoth(running)
    startBoth(running)
    expect(statesOf(running)).toEqual(['moving', { turn: 'moving' }])
    const other = samples.outgoingInput({ id: 'CCCCCCCCCCCCCCCCCCCCCC', path: undefined })
    running.actors.startTransfer(BO, { direction: 'out', input: other })
    expect(running.actors.transferState(PEER, other.id)).toBe('offered')
  })

  it('are interrupted when the link is lost, and live on', () => {
    const running = begin()
    comeOnline(running, A)
    startBoth(running)
    moveBoth(running)
    loseLink(running, A)
    expect(running.log().toSorted()).toEqual(
      [
        'tellLost',
        'sendPump is given up',
        'leaveTurn',
        'tellLost',
        'receivePump is given up'
      ].toSorted()
    )
    expect(statesOf(running)).toEqual(['waiting', { turn: 'waiting' }])
  })

  it('are interrupted when another link takes over, before anything comes on that', () => {
    const running = begin()
    comeOnline(running, A)
    startBoth(running)
    moveBoth(running)
    running.send({ type: 'connection.suspect', link: A.link, peerId: PEER, silentMs: 15_000 })
    comeOnline(running, B)
    expect(running.actors.session(PEER)?.active?.link).toBe(B.link)
    expect(statesOf(running)).toEqual(['waiting', { turn: 'waiting' }])
    running.actors.toTransfer(PEER, TRANSFER, { ...FETCH, stream: 2 })
    expect(running.actors.transferState(PEER, TRANSFER)).toBe('moving')
  })

  it('go on while a link that carries nothing is lost', () => {
    const running = begin()
    comeOnline(running, A)
    startBoth(running)
    moveBoth(running)
    running.send({ type: 'connection.authenticated', facts: B })
    loseLink(running, B)
    expect(statesOf(running)).toEqual(['moving', { turn: 'moving' }])
    expect(running.log()).toEqual([])
  })

  it('are stopped and forgotten once they are over; what comes for them then is lost', () => {
    const running = begin()
    comeOnline(running, A)
    startBoth(running)
    running.actors.toTransfer(PEER, TRANSFER, { type: 'peer.done' })
    expect(running.log()).toEqual(['keepDone'])
    expect(statesOf(running)).toEqual([undefined, { turn: 'waiting' }])
    expect(running.actors.session(PEER)?.transfers).toEqual([INCOMING])
    running.actors.toTransfer(PEER, TRANSFER, FETCH)
    running.actors.toTransfer(OTHER_PEER, INCOMING, { type: 'turn.granted' })
    expect(running.log()).toEqual([])
  })

  it('may be started anew under their id once they are over', () => {
    const running = begin()
    startBoth(running)
    running.actors.toTransfer(PEER, TRANSFER, { type: 'user.cancel' })
    startBoth(running)
    expect(statesOf(running)[0]).toBe('waiting')
  })

  it('are interrupted, told so, and stopped with the program; nothing of them ends', () => {
    const running = begin()
    comeOnline(running, A)
    startBoth(running)
    moveBoth(running)
    running.send({ type: 'user.quit' })
    const log = running.log()
    expect(log.filter((line) => line === 'tellLost').length).toBe(2)
    expect(log).toContain('sendPump is given up')
    expect(log).toContain('receivePump is given up')
    expect(log).not.toContain('keepEnd')
    expect(statesOf(running)).toEqual([undefined, undefined])
  })
})

describe('a session that is made for the transfers of a peer who was not met', () => {
  it('waits: nothing is told, nobody is dialled, and nobody is more welcome than before', () => {
    const running = begin({ unknownPeers: 'ask' })
    running.told()
    startBoth(running)
    expect(running.told()).toEqual([])
    const { sessions, prepared, focus, connections } = running.actors.app()
    expect({ sessions, prepared, focus, connections }).toEqual({
      sessions: [],
      prepared: [PEER],
      focus: undefined,
      connections: []
    })
    expect(running.actors.session(PEER)).toMatchObject({ nickname: 'Bo', trust: 'verified' })
  })

  it('becomes the session of the peer when it comes, with its transfers', () => {
    const running = begin()
    startBoth(running)
    comeOnline(running, A)
    const { sessions, prepared, focus } = running.actors.app()
    expect(sessions.map(({ peerId, online }) => [peerId, online])).toEqual([[PEER, true]])
    expect([prepared, focus]).toEqual([[], PEER])
    expect(running.told()).toContain('peer.connected')
    moveBoth(running)
  })

  it('ends with the program like any other', () => {
    const running = begin()
    startBoth(running)
    running.actors.toTransfer(PEER, INCOMING, { type: 'turn.granted' })
    running.log()
    running.send({ type: 'user.quit' })
    expect(running.log()).toContain('receivePump is given up')
  })
})

describe('a run whose piped input was read', () => {
  it('ends when the peer has its files as well', () => {
    const running = begin({ attended: false, stays: false, mayFallBack: false })
    comeOnline(running, A)
    running.send({ type: 'transfers.waiting', peerId: PEER, waiting: 2 })
    running.send({ type: 'user.input-ended' })
    expect(running.app.getSnapshot().value).toBe('running')
    running.send({ type: 'transfers.waiting', peerId: PEER, waiting: 0 })
    expect(running.app.getSnapshot().value).not.toBe('running')
    expect(running.actors.app()).toMatchObject({ why: 'input-ended', failure: undefined })
  })
})
