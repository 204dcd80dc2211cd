/**
 * Goal: whatever a stranger does to the port, the conversation goes on (issue 2, item 5; security plan §7,
 * rows 1–7, 17, 18, 21–28).
 * Method: two built programs talk while strangers come over real sockets; after each, both ends still hear
 * each other, on the same link.
 */
import { type Socket, connect } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTROL_PAYLOAD_BYTES_MAX, SECURE_TIMEOUT_MS_MAX } from '../../src/domain/limits.ts'
import { encodeFrame, writeFrameHeader } from '../../src/protocol/framing.ts'
import { encodeMessage } from '../../src/protocol/codec.ts'
import { certificateOf } from '../compliance/certificates.ts'
import { HostilePeer } from './support/hostile-peer.ts'
import { type JsonProgram, startJson, startJsonTalk } from './support/talk.ts'

/** Each says something that the other has to hear. */
let words = 0
const talkGoesOn = async (ann: JsonProgram, bob: JsonProgram): Promise<void> => {
  words += 1
  const [there, back] = [`there ${words}`, `back ${words}`]
  ann.ask({ type: 'say', text: there })
  bob.ask({ type: 'say', text: back })
  await bob.waitFor('message.received', ({ text }) => text === there)
  await ann.waitFor('message.received', ({ text }) => text === back)
  for (const end of [ann, bob]) {
    expect(end.events().filter(({ type }) => type === 'peer.connected')).toHaveLength(1)
    expect(end.events().filter(({ type }) => type === 'peer.disconnected')).toEqual([])
  }
}

const dial = (port: number): Socket => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return socket
}

const dialTls = (port: number, options: ConnectionOptions): Socket => {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    servername: '',
    rejectUnauthorized: false,
    ALPNProtocols: ['earshot/1'],
    ...options
  })
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  return socket
}

/** Until the program has closed it; everything that it got. */
const untilClosed = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let got = ''
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(got))
  })

const withTls12 = (): ConnectionOptions => {
  const { key, cert } = certificateOf('ed25519')
  return { key, cert, maxVersion: 'TLSv1.2' }
}

describe('a stranger at the port is dropped, and the conversation goes on', () => {
  it('one that speaks HTTP, SSH, text or noise gets no byte of ours', async () => {
    const { ann, bob, port } = await startJsonTalk()
    const greetings: readonly (readonly [string | Uint8Array, string])[] = [
      ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'http'],
      ['SSH-2.0-OpenSSH_9.9\r\n', 'ssh'],
      ['hello?\n', 'plain-text'],
      [new Uint8Array([0, 255, 3, 9, 200]), 'unknown']
    ]
    for (const [bytes, looksLike] of greetings) {
      const socket = dial(port)
      socket.write(bytes)
      expect(await untilClosed(socket)).toBe('')
      await ann.waitFor(
        'link.refused',
        ({ reason }) =>
          reason._tag === 'SecureError' &&
          reason.failure._tag === 'NotEarshot' &&
          reason.failure.looksLike === looksLike
      )
    }
    await talkGoesOn(ann, bob)
  })

  it.each([
    ['TLS 1.2', 'tls-version', withTls12()],
    ['no certificate', 'no-certificate', {}],
    ['the ALPN of a browser', 'alpn', { ALPNProtocols: ['h2', 'http/1.1'] }],
    ['no ALPN', 'alpn', { ALPNProtocols: [] }]
  ])('one with %s', async (_, check, options) => {
    const { ann, bob, port } = await startJsonTalk()
    expect(await untilClosed(dialTls(port, options))).toBe('')
    await ann.waitFor(
      'link.refused',
      ({ reason }) =>
        reason._tag === 'SecureError' &&
        reason.failure._tag === 'GateRefused' &&
        reason.failure.check === check
    )
    await talkGoesOn(ann, bob)
  })

  it('one that says nothing, half a ClientHello, or no HELLO, within its deadline', async () => {
    const { ann, bob, port } = await startJsonTalk()
    const silent = dial(port)
    const half = dial(port)
    half.write(Buffer.from('1603010200010001fc0303', 'hex'))
    const noHello = new HostilePeer(port)
    await talkGoesOn(ann, bob)
    await Promise.all([untilClosed(silent), untilClosed(half), noHello.closed()])
    const refused = ann
      .events()
      .flatMap((event) => (event.type === 'link.refused' ? [event.reason] : []))
    const tls = { _tag: 'SecureTimeout', afterMs: SECURE_TIMEOUT_MS_MAX }
    expect(
      refused.map((reason) => (reason._tag === 'SecureError' ? reason.failure : reason))
    ).toEqual(
      expect.arrayContaining([tls, tls, expect.objectContaining({ _tag: 'GreetingTimeout' })])
    )
    expect(refused).toHaveLength(3)
    await talkGoesOn(ann, bob)
  }, 60_000)

  it('200 connections at once', async () => {
    const { ann, bob, port } = await startJsonTalk()
    const crowd = Array.from({ length: 200 }, () => dial(port))
    for (const [at, socket] of crowd.entries())
      socket.write(at % 2 === 0 ? 'GET / HTTP/1.0\r\n\r\n' : Buffer.from('160301', 'hex'))
    await talkGoesOn(ann, bob)
    for (const socket of crowd) socket.destroy()
    await talkGoesOn(ann, bob)
    // And the port takes callers again, once the crowd is through: 50 a second are.
    const carol = startJson(['-p', '0', '-n', 'carol'])
    const target = `127.0.0.1:${port}`
    await carol.waitFor('listen.waiting')
    for (let calls = 1, knocks = false; !knocks; calls += 1) {
      carol.ask({ type: 'connect', target })
      const turnedAway = () => carol.events().filter(({ type }) => type === 'dial.failed').length
      knocks = await Promise.race([
        ann.waitFor('peer.knocking').then(() => true),
        carol.waitFor('dial.failed', () => turnedAway() === calls).then(() => false)
      ])
    }
    ann.ask({ type: 'accept' })
    await carol.waitFor('peer.connected')
  })
})

const header = (length: number, type: number, flags = 0, stream = 0): Uint8Array => {
  const bytes = new Uint8Array(8)
  writeFrameHeader(bytes, 0, type, stream, length)
  bytes[5] = flags
  return bytes
}

const ITEM = 0x07

describe('an unproved peer that breaks the protocol is cut off', () => {
  it.each([
    ['a length of 2^32 - 1', () => header(0xffff_ffff, 0x01)],
    ['an empty HELLO', () => header(0, 0x01)],
    ['a HELLO above 4 KiB', () => encodeFrame(0x01, 0, new Uint8Array(4097))],
    ['an item before it is let in', () => encodeFrame(ITEM, 0, new Uint8Array(10))],
    ['flags', () => header(10, 0x01, 1)],
    ['an unknown type', () => header(10, 0x20)],
    ['JSON of depth 100 000', () => encodeFrame(0x01, 0, Buffer.from('['.repeat(4000)))],
    ['no HTTP behind TLS either', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')]
  ])('%s', async (_, bytes) => {
    const { ann, bob, port } = await startJsonTalk()
    const mallory = new HostilePeer(port)
    mallory.raw(bytes())
    await mallory.closed()
    const { reason } = await ann.waitFor('link.refused')
    expect(reason).toMatchObject({ _tag: 'ProtocolError', by: 'us' })
    await talkGoesOn(ann, bob)
  })
})

/** Mallory has been let in as a third peer, and misbehaves from there. */
const joined = async () => {
  const talk = await startJsonTalk()
  const mallory = new HostilePeer(talk.port, { nickname: 'mallory' })
  const joining = mallory.join()
  await talk.ann.waitFor('peer.knocking')
  talk.ann.ask({ type: 'accept' })
  await joining
  await talk.ann.waitFor('peer.connected', ({ peer }) => peer.nickname === 'mallory')
  return { ...talk, mallory }
}

const goesOnBeside = async (ann: JsonProgram, bob: JsonProgram): Promise<void> => {
  words += 1
  const text = `beside ${words}`
  bob.ask({ type: 'say', text })
  await ann.waitFor('message.received', (event) => event.text === text)
  expect(bob.events().filter(({ type }) => type === 'peer.disconnected')).toEqual([])
}

const item = (json: string): Uint8Array => encodeFrame(ITEM, 0, Buffer.from(json))
const text = (fields: string): Uint8Array =>
  item(`{"s":1,"id":"AAECAwQFBgcICQoLDA0ODw","at":1,"k":"text",${fields}}`)

const itemThree = item('{"s":3,"id":"AAECAwQFBgcICQoLDA0ODw","at":1,"k":"text","t":"x"}')

describe('an authenticated peer that breaks the protocol is cut off', () => {
  it.each([
    ['a control frame of 64 KiB and a byte', header(CONTROL_PAYLOAD_BYTES_MAX + 1, ITEM)],
    ['a length of 2^31', header(0x8000_0000, ITEM)],
    ['an unknown type', header(4, 0x20)],
    ['a type that is kept for files', header(4, 0x10)],
    ['flags', header(4, ITEM, 0x80)],
    ['invalid UTF-8', encodeFrame(ITEM, 0, new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]))],
    ['JSON of depth 30 000', item('['.repeat(30_000))],
    ['an item that is no object', item('7')],
    [
      'a sequence of 2^53',
      item('{"s":9007199254740993,"id":"AAECAwQFBgcICQoLDA0ODw","at":1,"k":"text","t":"x"}')
    ],
    ['a gap in the sequence', Buffer.concat([text('"t":"x"'), itemThree])],
    ['a text that is a number', text('"t":5')],
    ['part 2 of nothing', text('"p":2,"of":3,"t":"x"')],
    ['a second HELLO', encodeFrame(0x01, 0, Buffer.from('{}'))],
    ['an ACK of the future', encodeMessage({ type: 'ack', upTo: 99 })],
    ['an ACK of 7 bytes', encodeFrame(0x08, 0, new Uint8Array(7))]
  ])('%s', async (_, bytes) => {
    const { ann, bob, mallory } = await joined()
    mallory.raw(bytes)
    await mallory.closed()
    expect(
      await ann.waitFor('peer.disconnected', ({ peer }) => peer.nickname === 'mallory')
    ).toMatchObject({ reason: { _tag: 'ProtocolError', by: 'us' } })
    await goesOnBeside(ann, bob)
  })

  it('10 000 pings at once', async () => {
    const { ann, bob, mallory } = await joined()
    const ping = encodeMessage({ type: 'ping', nonce: 7 })
    mallory.raw(Buffer.concat(Array.from({ length: 10_000 }, () => ping)))
    await mallory.closed()
    expect(await ann.waitFor('peer.disconnected')).toMatchObject({
      reason: { _tag: 'ProtocolError', violation: { _tag: 'TooManyPings' } }
    })
    await goesOnBeside(ann, bob)
  })

  it('a frame that is cut short by the end of the stream', async () => {
    const { ann, bob, mallory } = await joined()
    mallory.raw(header(1000, ITEM))
    mallory.raw('{"s":1')
    mallory.end()
    await ann.waitFor('peer.disconnected', ({ peer }) => peer.nickname === 'mallory')
    await goesOnBeside(ann, bob)
  })
})

describe('an authenticated peer may', () => {
  it('send frames of future types, and bytes one by one', async () => {
    const { ann, mallory } = await joined()
    mallory.raw(encodeFrame(0x90, 0, new Uint8Array(1000)))
    for (const byte of mallory.item({ kind: 'text', text: 'byte by byte', part: 1, parts: 1 }))
      mallory.raw(new Uint8Array([byte]))
    expect(await ann.waitFor('message.received')).toMatchObject({ text: 'byte by byte' })
  })

  it('send keys that nobody knows, and __proto__, which change nothing', async () => {
    const { ann, mallory } = await joined()
    mallory.raw(
      text('"t":"first","__proto__":{"admin":true},"constructor":{"prototype":{"x":1}},"new":[1]')
    )
    expect(await ann.waitFor('message.received')).toMatchObject({ text: 'first' })
    const received = ann.events().find(({ type }) => type === 'message.received')
    expect(Object.keys(received ?? {}).toSorted()).toEqual([
      'id',
      'peer',
      'receivedAt',
      'sentAt',
      'seq',
      'text',
      'time',
      'type',
      'v'
    ])
  })

  it('say the same item twice: it is told once', async () => {
    const { ann, mallory } = await joined()
    const once = mallory.item({ kind: 'text', text: 'once', part: 1, parts: 1 })
    mallory.raw(once)
    mallory.raw(once)
    mallory.say('then this')
    await ann.waitFor('message.received', (event) => event.text === 'then this')
    const got = ann
      .events()
      .flatMap((event) => (event.type === 'message.received' ? [event.text] : []))
    expect(got).toEqual(['once', 'then this'])
  })
})
