/**
 * A peer that follows the protocol as far as it is told and then sends whatever a test wants: the
 * program's own frames over node's TLS, with a key and a certificate of its own.
 */
import { type TLSSocket, connect } from 'node:tls'
import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { ALPN } from '../../../src/adapters/tls-profile.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import { FrameDecoder } from '../../../src/protocol/framing.ts'
import type { Item, Message, MessageType } from '../../../src/protocol/messages.ts'
import { splitText } from '../../../src/protocol/text-parts.ts'
import { isViolation } from '../../../src/protocol/violation.ts'
import { certificateOf, type Shown } from '../../compliance/certificates.ts'
import { Waiting } from './waiting.ts'

const EPOCH = 'a1b2c3d4e5f60718'

export interface HostileOptions {
  readonly nickname?: string
  /** The key to show; a new one where it is not said. */
  readonly shown?: Shown
}

export class HostilePeer {
  readonly shown: Shown
  readonly #socket: TLSSocket
  readonly #nickname: string | undefined
  readonly #decoder = new FrameDecoder()
  readonly #heard: Message[] = []
  readonly #waiting = new Waiting(() => this.#heard.map(({ type }) => type).join(' '))
  #seq = 0

  constructor(port: number, options: HostileOptions = {}) {
    this.shown = options.shown ?? certificateOf('ed25519')
    this.#nickname = options.nickname
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      key: this.shown.key,
      cert: this.shown.cert,
      servername: '',
      rejectUnauthorized: false,
      ALPNProtocols: [ALPN]
    })
    // Being cut off is what most of these peers are for.
    this.#socket.on('error', () => undefined)
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#socket.on('close', () => this.#waiting.ended('The link was closed'))
    onTestFinished(() => {
      this.#socket.destroy()
    })
  }

  #read(chunk: Buffer): void {
    this.#decoder.push(new Uint8Array(chunk))
    for (let frame = this.#decoder.next(); frame !== undefined; frame = this.#decoder.next()) {
      if (isViolation(frame)) throw new Error(`the program sent ${frame._tag}`)
      const message = decodeMessage(frame)
      if ('_tag' in message) throw new Error(`the program sent ${message._tag}`)
      if (message.type === 'auth-ok') this.#decoder.authenticated()
      this.#heard.push(message)
    }
    this.#waiting.arrived()
  }

  /** Sends bytes as they are. */
  raw(bytes: Uint8Array | string): void {
    this.#socket.write(bytes)
  }

  send(message: Message): void {
    this.raw(encodeMessage(message))
  }

  /** The first message of a type that the program has sent. */
  hear<T extends MessageType>(type: T): Promise<Extract<Message, { readonly type: T }>> {
    return this.#waiting.until(type, () =>
      this.#heard.find((message): message is Extract<Message, { type: T }> => message.type === type)
    )
  }

  /** What `find` finds in all that the program has sent. */
  until<A>(what: string, find: (heard: readonly Message[]) => A | undefined): Promise<A> {
    return this.#waiting.until(what, () => find(this.#heard))
  }

  /** HELLO both ways. */
  async greet(): Promise<void> {
    this.send({
      type: 'hello',
      versions: [1],
      nonce: randomBytes(32).toString('base64url'),
      instance: randomBytes(8).toString('hex'),
      features: [],
      messageBytesMax: 1024 * 1024
    })
    await this.hear('hello')
  }

  /** Everything up to the moment in which messages may flow. */
  async join(): Promise<void> {
    await this.greet()
    this.send({ type: 'auth', mode: 'ask' })
    await this.hear('auth-ok')
    this.send({
      type: 'ready',
      nickname: this.#nickname,
      port: undefined,
      epoch: EPOCH,
      received: []
    })
    await this.hear('ready')
    const certificate = this.#socket.getPeerX509Certificate()
    const theirs = certificate?.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
    if (theirs === undefined) throw new Error('the program showed no certificate')
    const decides = peerIdFromPublicKey(this.shown.publicKey) < peerIdFromPublicKey(theirs)
    if (decides) this.send({ type: 'select' })
    await this.hear('select')
    if (!decides) this.send({ type: 'select' })
  }

  /** The next item of its log, as a frame. */
  item(body: Item['body'], id = randomBytes(16).toString('base64url')): Uint8Array {
    this.#seq += 1
    return encodeMessage({ type: 'item', seq: this.#seq, id, at: 1_795_363_200_000, body })
  }

  /** Says a text of any length. */
  say(text: string): void {
    const id = randomBytes(16).toString('base64url')
    for (const body of splitText(text)) this.raw(this.item(body, id))
  }

  /** Leaves without a goodbye. */
  end(): void {
    this.#socket.end()
  }

  /** Until the program has closed the link. */
  closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.closed) resolve()
      else this.#socket.on('close', () => resolve())
    })
  }
}
