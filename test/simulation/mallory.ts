/**
 * A hostile peer: it proves its key as everybody does, and then says on the wire what a test wants,
 * byte by byte. It hears what is said to it, and how and when its links end.
 */
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { Endpoint } from '../../src/domain/failures.ts'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { decodeMessage, encodeMessage } from '../../src/protocol/codec.ts'
import { FrameDecoder } from '../../src/protocol/framing.ts'
import type { Hello, Item, Message, MessageType, Ready } from '../../src/protocol/messages.ts'
import { isViolation } from '../../src/protocol/violation.ts'
import { type ByteStream, type SecuredLink, Transport } from '../../src/services/transport.ts'
import type { World } from '../../src/simulation/world.ts'
import type { HostOptions, WorldHost } from '../../src/simulation/world-host.ts'

export const hello = (change: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  versions: [1],
  nonce: 'm'.repeat(43),
  instance: '00000000000000ff',
  features: [],
  messageBytesMax: 1024 * 1024,
  ...change
})

export const ready = (change: Partial<Ready> = {}): Ready => ({
  type: 'ready',
  nickname: 'mallory',
  port: undefined,
  epoch: '00000000000000ee',
  received: [],
  ...change
})

export const text = (seq: number, said: string, change: Partial<Item> = {}): Item => ({
  type: 'item',
  seq,
  id: String(seq).padStart(22, 'x'),
  at: 0,
  body: { kind: 'text', text: said, part: 1, parts: 1 },
  ...change
})

/** How a link ended for Mallory. */
export interface Ended {
  readonly code: string
  readonly atMs: number
}

/** One secured link, spoken by hand. */
export class RawLink {
  readonly secured: SecuredLink
  /** Everything that was said to it. */
  readonly heard: Message[] = []
  ended: Ended | undefined
  readonly #decoder = new FrameDecoder()

  constructor(secured: SecuredLink) {
    this.secured = secured
    this.#decoder.authenticated()
  }

  /** Writes bytes. A link that is gone is not an error for who attacks it. */
  bytes(...pieces: readonly Uint8Array[]): Effect.Effect<void> {
    return Effect.ignore(Effect.forEach(pieces, (piece) => this.secured.write(piece)))
  }

  say(...messages: readonly Message[]): Effect.Effect<void> {
    return this.bytes(...messages.map(encodeMessage))
  }

  /** The next message; undefined: the link has ended, as `ended` tells. */
  readonly next: Effect.Effect<Message | undefined> = Effect.suspend(() => {
    const frame = this.#decoder.next()
    if (frame !== undefined && !isViolation(frame)) {
      const message = decodeMessage(frame)
      if (isViolation(message)) throw new Error(`Alice breaks the protocol: ${message._tag}`)
      this.heard.push(message)
      return Effect.succeed(message)
    }
    return this.secured.read.pipe(
      Effect.matchEffect({
        onFailure: ({ code }) => this.#end(code),
        onSuccess: (bytes) => {
          if (bytes === undefined) return this.#end('end')
          this.#decoder.push(bytes)
          return this.next
        }
      })
    )
  })

  /** Reads on to a message of this type; undefined: the link ended before. */
  hear<T extends MessageType>(
    type: T
  ): Effect.Effect<Extract<Message, { readonly type: T }> | undefined> {
    return Effect.flatMap(this.next, (message) => {
      if (message === undefined) return Effect.undefined
      if (message.type !== type) return this.hear(type)
      return Effect.succeed(message as Extract<Message, { readonly type: T }>)
    })
  }

  /** Reads to the end of the link. */
  readonly listen: Effect.Effect<void> = Effect.suspend(() =>
    Effect.flatMap(this.next, (message) => (message === undefined ? Effect.void : this.listen))
  )

  #end(code: string): Effect.Effect<undefined> {
    return Clock.monotonicTimeNanos.pipe(
      Effect.map((nanos) => {
        this.ended = { code, atMs: Number(nanos) / 1e6 }
        return undefined
      })
    )
  }
}

/** A stream to a port, before anything was said. */
export const reach = (target: Endpoint): Effect.Effect<ByteStream, never, Transport | Scope> =>
  Effect.orDie(Effect.flatMap(Transport, (transport) => transport.dial(target)))

/** A secured link to a port. */
export const call = (target: Endpoint): Effect.Effect<RawLink, never, Transport | Scope> =>
  Effect.gen(function* () {
    const transport = yield* Transport
    const stream = yield* reach(target)
    const secured = yield* transport.secure(stream, { role: 'dialer', expect: undefined })
    return new RawLink(secured)
  }).pipe(Effect.orDie)

/** HELLO to READY, as an honest dialler. */
export const greet = (link: RawLink, change: Partial<Ready> = {}): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* link.say(hello())
    yield* link.hear('hello')
    yield* link.say({ type: 'auth', mode: 'known' })
    yield* link.hear('auth-ok')
    yield* link.say(ready(change))
    yield* link.hear('ready')
  })

/** SELECT both ways, whichever end decides. */
export const settle = (link: RawLink, ownId: PeerId): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (ownId < link.secured.peerId) {
      yield* link.say({ type: 'select' })
      yield* link.hear('select')
    } else {
      yield* link.hear('select')
      yield* link.say({ type: 'select' })
    }
  })

/** A host that runs a script instead of Earshot. */
export const rawHost = <E>(
  world: World,
  name: string,
  script: Effect.Effect<void, E, Transport | Scope>,
  options: HostOptions = {}
): WorldHost => world.startHost(name, script, options)
