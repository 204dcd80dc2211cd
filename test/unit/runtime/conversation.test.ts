/**
 * Goal: what is said reaches the peer once and in order over any number of links, and what the user is
 * told of it is true.
 * Method: two conversations joined by writers whose frames are decoded and handed to the other side by
 * hand, so that any of them can be lost; and one alone, where its bounds are met.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { OUTBOX_ITEMS_MAX } from '../../../src/domain/limits.ts'
import type { PeerId } from '../../../src/domain/peer-id.ts'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import { FrameDecoder } from '../../../src/protocol/framing.ts'
import type { Item, Message, Ready } from '../../../src/protocol/messages.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import { Conversation } from '../../../src/runtime/conversation.ts'
import type { Writer } from '../../../src/runtime/outbound.ts'

const LIMIT = 64 * 1024

/** A writer that keeps what it is given, as messages. */
const keepingWriter = (messageBytesMax = LIMIT) => {
  const sent: Message[] = []
  let refill: () => void = () => undefined
  let queued = 0
  const writer: Writer = {
    send: (frames) => {
      const decoder = new FrameDecoder()
      decoder.authenticated()
      decoder.push(frames)
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        const message = isViolation(frame) ? frame : decodeMessage(frame)
        if (isViolation(message)) throw new Error(`sent a ${message._tag}`)
        sent.push(message)
      }
      return true
    },
    flush: Effect.void,
    together: (work) => work(),
    bytesOut: () => 0,
    queuedBytes: () => queued,
    onIdle: (more) => {
      refill = more
    },
    messageBytesMax
  }
  return {
    writer,
    sent,
    items: () => sent.filter((message): message is Item => message.type === 'item'),
    acks: () => sent.flatMap((message) => (message.type === 'ack' ? [message.upTo] : [])),
    /** What waits for the socket, in bytes; 0 asks for more. */
    wait: (bytes: number) => {
      queued = bytes
      if (bytes === 0) refill()
    }
  }
}

/** One end of a talk with `peer`. */
const talker = (peer: string, epoch: string) => {
  const events: EarshotEvent[] = []
  const renamed: string[] = []
  let ids = 0
  let clock = 1_000
  const talk = new Conversation({
    epoch: epoch.repeat(16),
    newMessageId: () => `${epoch}${String((ids += 1)).padStart(21, '0')}`,
    emit: (told) => {
      events.push(...told)
    },
    refOf: () => ({ id: peer as PeerId }),
    onRenamed: (nickname) => {
      renamed.push(nickname)
    },
    onWaiting: () => undefined,
    messageBytesMax: LIMIT,
    wallNow: () => (clock += 1)
  })
  const ready = (): Ready => ({
    type: 'ready',
    nickname: undefined,
    port: undefined,
    epoch: talk.epoch,
    received: talk.received()
  })
  return {
    talk,
    events,
    renamed,
    ready,
    /** What the user was told, in short. */
    told: () =>
      events.map((event) => {
        switch (event.type) {
          case 'message.queued':
            return `queued ${event.text}${event.online ? '' : ' offline'}`
          case 'message.received':
            return `received ${event.text}`
          case 'message.delivered':
            return `delivered ${event.ids.length}`
          case 'message.failed':
            return `failed ${event.why}`
          default:
            return event.type
        }
      })
  }
}

const pair = () => {
  const alice = talker('bob', 'a')
  const bob = talker('alice', 'b')
  /** A new link between the two; nothing passes until it is carried. */
  const link = () => {
    const fromAlice = keepingWriter()
    const fromBob = keepingWriter()
    expect(alice.talk.attach(bob.ready(), fromAlice.writer)).toBeUndefined()
    expect(bob.talk.attach(alice.ready(), fromBob.writer)).toBeUndefined()
    let atBob = 0
    let atAlice = 0
    return {
      fromAlice,
      fromBob,
      /** Brings what was sent to the other ends, until nothing is left. */
      carry: () => {
        while (atBob < fromAlice.sent.length || atAlice < fromBob.sent.length) {
          const toBob = fromAlice.sent.slice(atBob)
          const toAlice = fromBob.sent.slice(atAlice)
          atBob += toBob.length
          atAlice += toAlice.length
          deliver(bob.talk, toBob)
          deliver(alice.talk, toAlice)
        }
      },
      lose: () => {
        alice.talk.detach(fromAlice.writer)
        bob.talk.detach(fromBob.writer)
      }
    }
  }
  return { alice, bob, link }
}

const deliver = (to: ReturnType<typeof talker>['talk'], messages: readonly Message[]): void => {
  const items = messages.filter((message) => message.type === 'item')
  if (items.length > 0) expect(to.receive(items)).toBeUndefined()
  for (const message of messages)
    if (message.type === 'ack') expect(to.acked(message.upTo)).toBeUndefined()
}

describe('a conversation', () => {
  it('tells that a message is queued, has come, and is delivered', () => {
    const { alice, bob, link } = pair()
    const { carry } = link()
    alice.talk.say(['hi'])
    expect(alice.told()).toEqual(['queued hi'])
    expect(alice.talk.waiting()).toBe(1)
    carry()
    expect(bob.told()).toEqual(['received hi'])
    expect(alice.told()).toEqual(['queued hi', 'delivered 1'])
    expect(alice.talk.waiting()).toBe(0)
    expect([alice.talk.counts.messagesOut, bob.talk.counts.messagesIn]).toEqual([1, 1])
  })

  it('gives a message the same id at both ends, and both times', () => {
    const { alice, bob, link } = pair()
    const { carry } = link()
    alice.talk.say(['hi'])
    carry()
    const queued = alice.events[0]
    const delivered = alice.events[1]
    const received = bob.events[0]
    if (queued?.type !== 'message.queued') throw new Error('not queued')
    expect(received).toMatchObject({ id: queued.id, seq: 1, sentAt: 1_001, receivedAt: 1_001 })
    expect(delivered).toMatchObject({ ids: [queued.id] })
  })

  it('takes lines that were read together as so many messages, and tells of them together', () => {
    const { alice, bob, link } = pair()
    const { carry } = link()
    alice.talk.say(['one', '', 'two'])
    expect(alice.told()).toEqual(['queued one', 'queued two'])
    carry()
    expect(bob.told()).toEqual(['received one', 'received two'])
  })

  it('acknowledges all that came in one read with one number', () => {
    const { alice, link } = pair()
    const { fromBob, carry } = link()
    for (const text of ['one', 'two', 'three']) alice.talk.say([text])
    carry()
    expect(fromBob.acks()).toEqual([3])
    expect(alice.told().at(-1)).toBe('delivered 3')
  })

  it('sends what was said offline as soon as there is a link', () => {
    const { alice, bob, link } = pair()
    alice.talk.say(['early'])
    expect(alice.told()).toEqual(['queued early offline'])
    link().carry()
    expect(bob.told()).toEqual(['received early'])
  })

  it('sends again on the next link what the last one lost, and shows it once', () => {
    const { alice, bob, link } = pair()
    const first = link()
    alice.talk.say(['one'])
    first.carry()
    alice.talk.say(['lost on the way'])
    first.lose()
    alice.talk.say(['offline'])
    const second = link()
    second.carry()
    expect(second.fromAlice.items().map(({ seq }) => seq)).toEqual([2, 3])
    expect(bob.told()).toEqual(['received one', 'received lost on the way', 'received offline'])
    expect(alice.talk.waiting()).toBe(0)
  })

  it('believes the number of the next link where an acknowledgement was lost', () => {
    const { alice, bob, link } = pair()
    const first = link()
    alice.talk.say(['taken'])
    expect(bob.talk.receive(first.fromAlice.items())).toBeUndefined()
    first.lose()
    expect(alice.told()).toEqual(['queued taken'])
    const second = link()
    expect(alice.told()).toEqual(['queued taken', 'delivered 1'])
    expect(second.fromAlice.items()).toEqual([])
    second.carry()
    expect(bob.told()).toEqual(['received taken'])
  })

  it('moves to a new link while the old one lives, and forgets the old one', () => {
    const { alice, bob, link } = pair()
    const first = link()
    const second = link()
    alice.talk.say(['over the new one'])
    expect(first.fromAlice.items()).toEqual([])
    alice.talk.detach(first.fromAlice.writer)
    alice.talk.say(['still over the new one'])
    second.carry()
    expect(bob.told()).toHaveLength(2)
  })

  it('carries long texts in parts, and counts them as one', () => {
    const { alice, bob, link } = pair()
    const { fromAlice, carry } = link()
    const long = 'long 🙂 '.repeat(5_000)
    alice.talk.say([long])
    expect(fromAlice.items().length).toBeGreaterThan(1)
    carry()
    expect(bob.told()).toEqual([`received ${long}`])
    expect(alice.told().at(-1)).toBe('delivered 1')
  })

  it('finishes a long text that a lost link has cut in half', () => {
    const { alice, bob, link } = pair()
    const first = link()
    const long = 'long '.repeat(10_000)
    alice.talk.say([long])
    expect(bob.talk.receive(first.fromAlice.items().slice(0, 2))).toBeUndefined()
    first.lose()
    link().carry()
    expect(bob.told()).toEqual([`received ${long}`])
  })

  it('tells another name in its place among the messages', () => {
    const { alice, bob, link } = pair()
    const { carry, fromAlice } = link()
    alice.talk.say(['one'])
    alice.talk.rename('Alicia')
    alice.talk.say(['two'])
    carry()
    expect(fromAlice.items().map(({ body }) => body.kind)).toEqual(['text', 'nick', 'text'])
    expect(bob.renamed).toEqual(['Alicia'])
    expect(bob.told()).toEqual(['received one', 'received two'])
    expect(alice.told().filter((line) => line.startsWith('delivered'))).toEqual(['delivered 2'])
  })
})

describe('the pump of a conversation', () => {
  it('does not put more in front of the socket than a little', () => {
    const { alice, link } = pair()
    const { fromAlice } = link()
    fromAlice.wait(256 * 1024)
    alice.talk.say(['waits'])
    expect(fromAlice.items()).toEqual([])
    fromAlice.wait(0)
    expect(fromAlice.items()).toHaveLength(1)
  })

  it('goes on when the peer has acknowledged', () => {
    const { alice, bob, link } = pair()
    const { fromAlice, carry } = link()
    for (let at = 0; at < 5_000; at += 1) alice.talk.say([`${at}`])
    expect(fromAlice.items()).toHaveLength(4_096)
    carry()
    expect(fromAlice.items()).toHaveLength(5_000)
    expect(bob.talk.counts.messagesIn).toBe(5_000)
  })
})

describe('a message that cannot be sent', () => {
  it('is nothing when it is empty', () => {
    const { alice } = pair()
    alice.talk.say([''])
    expect(alice.events).toEqual([])
  })

  it('is refused when it is longer than we take, in bytes', () => {
    const { alice } = pair()
    alice.talk.say(['ä'.repeat(LIMIT / 2)])
    alice.talk.say(['ä'.repeat(LIMIT / 2 + 1)])
    expect(alice.events.map(({ type }) => type)).toEqual(['message.queued', 'message.failed'])
    expect(alice.told().at(-1)).toBe('failed too-long')
    expect(alice.talk.waiting()).toBeGreaterThan(0)
  })

  it('is refused when it is longer than the peer of this link takes', () => {
    const { alice, bob } = pair()
    expect(alice.talk.attach(bob.ready(), keepingWriter(10).writer)).toBeUndefined()
    alice.talk.say(['just ten..'])
    alice.talk.say(['eleven, now'])
    expect(alice.told()).toEqual(['queued just ten..', 'failed too-long'])
  })

  it('is refused when the outbox is full, and the others stay', () => {
    const { alice } = pair()
    for (let at = 0; at < OUTBOX_ITEMS_MAX; at += 1) alice.talk.say(['x'])
    alice.talk.say(['one more'])
    expect(alice.told().at(-1)).toBe('failed outbox-full')
    expect(alice.talk.waiting()).toBe(OUTBOX_ITEMS_MAX)
    expect(alice.talk.counts.messagesOut).toBe(OUTBOX_ITEMS_MAX)
  })
})

describe('a peer that does not play by the rules', () => {
  const item = (seq: number, text: string): Item => ({
    type: 'item',
    seq,
    id: 'x'.repeat(22),
    at: 0,
    body: { kind: 'text', text, part: 1, parts: 1 }
  })

  it('is found out by a gap, and what came before it is kept and acknowledged', () => {
    const { alice, link } = pair()
    const { fromAlice } = link()
    const violation = alice.talk.receive([item(1, 'one'), item(3, 'three')])
    expect(violation).toEqual({ _tag: 'SequenceGap', expected: 2, actual: 3 })
    expect(alice.told()).toEqual(['received one'])
    expect(fromAlice.acks()).toEqual([1])
  })

  it('is found out by an acknowledgement of what was never sent', () => {
    const { alice, link } = pair()
    link()
    expect(alice.talk.acked(1)).toEqual({ _tag: 'AckFromFuture', highest: 0, actual: 1 })
  })

  it('is found out by a number in its READY that we never sent; there is no link then', () => {
    const { alice, bob } = pair()
    const { writer, items } = keepingWriter()
    const received = [{ epoch: alice.talk.epoch, upTo: 7 }]
    expect(alice.talk.attach({ ...bob.ready(), received }, writer)).toEqual({
      _tag: 'AckFromFuture',
      highest: 0,
      actual: 7
    })
    alice.talk.say(['nobody gets this'])
    expect(items()).toEqual([])
    expect(alice.told()).toEqual(['queued nobody gets this offline'])
  })

  it('is acknowledged again for what it repeats, and nothing is shown twice', () => {
    const { alice, link } = pair()
    const { fromAlice } = link()
    expect(alice.talk.receive([item(1, 'one')])).toBeUndefined()
    expect(alice.talk.receive([item(1, 'one')])).toBeUndefined()
    expect(alice.told()).toEqual(['received one'])
    expect(fromAlice.acks()).toEqual([1, 1])
  })
})
