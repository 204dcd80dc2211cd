/**
 * Goal: the parts of the library keep their bounds and promises where whole peers can hardly be brought to:
 * readers that ask ahead or fall behind, refusals, failures behind the last event.
 * Method: each part by itself.
 */
import { describe, expect, it } from '@effect/vitest'
import type { EarshotEvent, EventType } from '../../../src/domain/events.ts'
import { EVENTS_WAITING_BYTES_MAX, EVENTS_WAITING_MAX } from '../../../src/domain/limits.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { Audience } from '../../../src/library/audience.ts'
import { EarshotError } from '../../../src/library/earshot-error.ts'
import { iterate } from '../../../src/library/event-stream.ts'
import {
  PEER_EVENTS,
  type PeerEvent,
  type PeerEventType
} from '../../../src/library/peer-events.ts'
import { Questions } from '../../../src/library/questions.ts'
import { Room } from '../../../src/library/room.ts'
import { SentMessages } from '../../../src/library/sent-messages.ts'
import { failureOf } from './making.ts'

const BOB = { id: peerIdFromPublicKey(new Uint8Array(32).fill(2)) }
const CAROL = { id: peerIdFromPublicKey(new Uint8Array(32).fill(3)) }

const received = (text: string): PeerEvent<'message.received'> => ({
  type: 'message.received',
  peer: BOB,
  id: 'AAECAwQFBgcICQoLDA0ODw',
  seq: 1,
  text,
  sentAt: 1,
  receivedAt: 2
})

/** What an audience needs, and what it was told to be heard. */
const hall = (onChange: (full: boolean) => void = () => undefined) => {
  const heard: string[] = []
  const onHeard = (event: PeerEvent): void => {
    if ('text' in event) heard.push(event.text)
  }
  return { room: new Room(onChange), onHeard, heard }
}

describe('the events that are handed on', () => {
  const FILES = 'a peer of the library takes no files yet'
  const transfers = {
    'transfer.preparing': FILES,
    'transfer.refused': FILES,
    'transfer.offered': FILES,
    'transfer.accepted': FILES,
    'transfer.started': FILES,
    'transfer.progress': FILES,
    'transfer.paused': FILES,
    'transfer.done': FILES,
    'transfer.ended': FILES,
    'transfer.opened': FILES,
    'transfer.not-opened': FILES,
    'transfer.notes-damaged': FILES,
    'transfers.unusable': FILES,
    'transfers.shown': FILES,
    'accept-all.changed': FILES,
    'autoopen.changed': FILES
  }
  /** Why a program does not hear of each of the others. */
  const others: Readonly<Record<Exclude<EventType, PeerEventType>, string>> = {
    'app.started': 'createPeer returned',
    'app.profile': 'a profile is taken or refused',
    'app.ending': 'closed',
    'app.failed': 'closed fails',
    'listen.waiting': 'listen.opened',
    'listen.failed': 'createPeer fails',
    'listen.moved': 'a port is taken or refused',
    'peer.focused': 'every message names its peer',
    'peer.safety-number': 'safetyNumber() returns it',
    'queue.shown': 'an answer',
    'history.shown': 'an answer',
    'history.found': 'an answer',
    'history.changed': 'an answer',
    'history.counted': 'an answer',
    'history.erased': 'an answer',
    'history.failed': 'an answer',
    'info.shown': 'an answer',
    'peers.shown': 'an answer',
    ...transfers,
    'help.shown': 'there are no commands',
    'nick.changed': 'setNickname() returns it',
    'command.invalid': 'the promise fails',
    'command.unavailable': 'the promise fails',
    'plain.line': 'never without protection',
    'plain.sent': 'never without protection',
    'plain.connected': 'never without protection',
    'plain.disconnected': 'never without protection'
  }

  it('are all but those that answer something or belong to a program', () => {
    expect(PEER_EVENTS.filter((type) => type in others)).toEqual([])
    expect(new Set(PEER_EVENTS).size).toBe(PEER_EVENTS.length)
  })
})

describe('room', () => {
  const watched = () => {
    const changes: boolean[] = []
    return { changes, room: new Room((full) => changes.push(full)) }
  }

  it('is full at its bound of events, and free again at half of it', () => {
    const { changes, room } = watched()
    for (let n = 1; n < EVENTS_WAITING_MAX; n++) room.take(received(''))
    expect(changes).toEqual([])
    room.take(received(''))
    room.take(received(''))
    expect(changes).toEqual([true])
    for (let n = EVENTS_WAITING_MAX + 1; n * 2 > EVENTS_WAITING_MAX + 2; n--)
      room.free(received(''))
    expect(changes).toEqual([true])
    room.free(received(''))
    expect(changes).toEqual([true, false])
  })

  it('is full at its bound of bytes', () => {
    const { changes, room } = watched()
    const long = received('x'.repeat(1024 * 1024))
    const count = Math.ceil(EVENTS_WAITING_BYTES_MAX / (2 * 1024 * 1024))
    for (let n = 0; n < count; n++) room.take(long)
    expect(changes).toEqual([true])
    for (let n = 0; n < count; n++) room.free(long)
    expect(changes).toEqual([true, false])
  })
})

describe('a reader', () => {
  const open = (world = hall()) => {
    const audience = new Audience(world, undefined)
    const reader = iterate<'message.received'>(audience.open(new Set(['message.received'])))
    return { audience, reader }
  }

  it('that asks ahead gets each event once, in order', async () => {
    const { audience, reader } = open()
    const asked = [reader.next(), reader.next(), reader.next()]
    for (const text of ['1', '2', '3', '4']) audience.tell(received(text))
    const texts = await Promise.all(
      [...asked, reader.next()].map(async (one) => (await one).value?.text)
    )
    expect(texts).toEqual(['1', '2', '3', '4'])
  })

  it('that leaves while it waits is at the end, and gives back its room', async () => {
    const changes: boolean[] = []
    const { audience, reader } = open(hall((full) => changes.push(full)))
    const waiting = reader.next()
    await reader.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })
    const another = iterate(audience.open(new Set(['peer.recovered'])))
    for (let n = 0; n < EVENTS_WAITING_MAX; n++)
      audience.tell({ type: 'peer.recovered', peer: BOB })
    await another.return?.()
    expect(changes).toEqual([true, false])
  })

  it('is done with an event when it asks for the next one, or leaves', async () => {
    const world = hall()
    const { audience, reader } = open(world)
    for (const text of ['1', '2', '3']) audience.tell(received(text))
    await reader.next()
    expect(world.heard).toEqual([])
    await reader.next()
    expect(world.heard).toEqual(['1'])
    await reader.return?.()
    expect(world.heard).toEqual(['1', '2'])
  })

  it('leaves messages that it has not read to whoever reads next, in order', async () => {
    const world = hall()
    const { audience, reader } = open(world)
    for (const text of ['1', '2', '3']) audience.tell(received(text))
    await reader.next()
    await reader.return?.()
    audience.tell(received('4'))
    const second = iterate<'message.received'>(audience.open(new Set(['message.received'])))
    const texts = [await second.next(), await second.next(), await second.next()]
    expect(texts.map(({ value }) => value?.text)).toEqual(['2', '3', '4'])
  })

  it('leaves nothing that somebody else has', async () => {
    const world = hall()
    const { audience, reader } = open(world)
    const heard: string[] = []
    const stop = audience.on('message.received', ({ text }) => heard.push(text))
    for (const text of ['1', '2']) audience.tell(received(text))
    expect(world.heard).toEqual(['1', '2'])
    stop()
    await reader.return?.()
    audience.on('message.received', ({ text }) => heard.push(text))
    await Promise.resolve()
    expect(heard).toEqual(['1', '2'])
  })

  it('meets the failure that ended the peer behind the last event, once', async () => {
    const { audience, reader } = open()
    audience.tell(received('last'))
    audience.end(new EarshotError({ _tag: 'Defect' }))
    expect(await reader.next()).toMatchObject({ value: { text: 'last' } })
    expect(await failureOf(reader.next())).toMatchObject({ code: 'Defect' })
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })
})

describe('an audience', () => {
  it('keeps what a listener left in the midst of it for the next one, in order', async () => {
    const audience = new Audience(hall(), undefined)
    for (const text of ['1', '2', '3']) audience.tell(received(text))
    const heard: string[] = []
    const stop = audience.on('message.received', ({ text }) => {
      heard.push(text)
      stop()
    })
    await Promise.resolve()
    audience.tell(received('4'))
    expect(heard).toEqual(['1'])
    audience.on('message.received', ({ text }) => heard.push(text))
    audience.tell(received('5'))
    await Promise.resolve()
    expect(heard).toEqual(['1', '2', '3', '4', '5'])
  })

  it('has heard a message when a promise of a listener is kept, or its failure is taken care of', async () => {
    const world = hall()
    const failures: unknown[] = []
    const audience = new Audience(world, (error) => failures.push(error))
    const work = Promise.withResolvers<void>()
    const stop = audience.on('message.received', () => work.promise)
    audience.tell(received('worked on'))
    expect(world.heard).toEqual([])
    work.resolve()
    await work.promise
    await Promise.resolve()
    expect(world.heard).toEqual(['worked on'])
    stop()
    audience.on('message.received', () => {
      throw new Error('mine')
    })
    audience.tell(received('failed'))
    expect(world.heard).toEqual(['worked on', 'failed'])
    expect(failures).toEqual([new Error('mine')])
  })

  it('has not heard what could not be answered because the peer is being closed', () => {
    const world = hall()
    const audience = new Audience(world, undefined)
    audience.on('message.received', () => {
      throw new EarshotError({ _tag: 'Closed' })
    })
    audience.closing()
    audience.tell(received('too late'))
    expect(world.heard).toEqual([])
  })

  it('survives a listener of failures that fails', () => {
    const thrown: unknown[] = []
    const raised = (error: unknown): void => void thrown.push(error)
    process.once('unhandledRejection', raised)
    const audience = new Audience(hall(), () => {
      throw new Error('the second')
    })
    audience.on('message.received', () => {
      throw new Error('the first')
    })
    audience.tell(received('x'))
    return new Promise<void>((resolve) => {
      setImmediate(() => {
        expect(thrown).toEqual([new Error('the second')])
        process.off('unhandledRejection', raised)
        resolve()
      })
    })
  })
})

describe('messages of ours', () => {
  const queued = (peer: typeof BOB, id: string, text: string): EarshotEvent => ({
    type: 'message.queued',
    peer,
    id,
    text,
    online: true
  })

  it('are found by their peer and text, the first of several alike first', async () => {
    const sent = new SentMessages()
    const said = [sent.say(BOB.id, 'a'), sent.say(CAROL.id, 'a'), sent.say(BOB.id, 'a')]
    sent.hear(queued(CAROL, 'c', 'a'))
    sent.hear(queued(BOB, 'b1', 'a'))
    sent.hear(queued(BOB, 'b2', 'a'))
    sent.hear(queued(BOB, 'b3', 'of nobody'))
    const messages = await Promise.all(said)
    expect(messages.map(({ id }) => id)).toEqual(['b1', 'c', 'b2'])
  })

  it.each([
    ['too-long', 'NotQueued'],
    ['outbox-full', 'NotQueued'],
    ['not-stored', 'StoreFull']
  ] as const)('fail when they were refused: %s', async (why, code) => {
    const sent = new SentMessages()
    const other = sent.say(CAROL.id, 'a')
    const failure = failureOf(sent.say(BOB.id, 'a'))
    const full = { _tag: 'StoreFull', path: '/messages.db', code: 'ENOSPC' } as const
    const stored = why === 'not-stored' ? { failure: full } : {}
    sent.hear({ type: 'message.failed', peer: BOB, text: 'a', why, ...stored })
    expect(await failure).toMatchObject({ code, reason: { _tag: 'NotQueued', why } })
    sent.hear(queued(CAROL, 'c', 'a'))
    expect((await other).id).toBe('c')
  })

  it('are delivered, or cancelled, or not heard of before the end', async () => {
    const sent = new SentMessages()
    const said = ['1', '2', '3', '4'].map((text) => sent.say(BOB.id, text))
    for (const id of ['1', '2', '3']) sent.hear(queued(BOB, id, id))
    const [one, two, three] = await Promise.all(said.slice(0, 3))
    sent.hear({ type: 'message.delivered', peer: BOB, ids: ['1', 'of an earlier run'] })
    sent.hear({ type: 'message.cancelled', peer: BOB, ids: ['2'], tooLate: 0 })
    sent.end(new EarshotError({ _tag: 'Closed' }))
    await one?.delivered
    expect(await failureOf(two?.delivered ?? Promise.resolve())).toMatchObject({
      code: 'Cancelled'
    })
    expect(await failureOf(three?.delivered ?? Promise.resolve())).toMatchObject({ code: 'Closed' })
    expect(await failureOf(said[3] ?? Promise.resolve())).toMatchObject({ code: 'Closed' })
  })
})

describe('questions', () => {
  it('are answered in order, and refused where a command was', async () => {
    const questions = new Questions()
    const asked = [questions.ask(), questions.ask()].map((one) =>
      one.then(
        (peers) => peers.length,
        (error: unknown) => error
      )
    )
    questions.hear({ type: 'peers.shown', peers: [] })
    questions.hear({ type: 'command.invalid', input: '/accept', detail: 'nobody is knocking' })
    questions.hear({ type: 'command.invalid', input: '/accept', detail: 'another one' })
    questions.hear({ type: 'peers.shown', peers: [] })
    questions.hear({ type: 'peers.shown', peers: [] })
    const [first, second] = await Promise.all(asked)
    expect(first).toBe(0)
    expect(second).toMatchObject({ code: 'UsageInvalid', message: 'nobody is knocking.' })
  })
})
