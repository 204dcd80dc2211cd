/** Messages of ours: from being said to being in the outbox, and from there to the peer. */
import type { EarshotEvent } from '../domain/events.ts'
import { Deque } from '../protocol/deque.ts'
import type { SentMessage } from './api.ts'
import { EarshotError } from './earshot-error.ts'
import type { Promised } from './questions.ts'

type Failed = Extract<EarshotEvent, { readonly type: 'message.failed' }>
type Queued = Extract<EarshotEvent, { readonly type: 'message.queued' }>

/** A promise whose failure is no fault of a program that does not wait for it. */
const unheeded = <A>(promise: Promise<A>): Promise<A> => {
  promise.catch(() => undefined)
  return promise
}

/**
 * A message has no name before the store has it, so what is told of it is found by its peer and its
 * text: of several alike, which are handled alike, the first is meant.
 */
export class SentMessages {
  /** By peer, then by text. */
  readonly #said = new Map<string, Map<string, Deque<Promised<SentMessage>>>>()
  readonly #undelivered = new Map<string, Promised<void>>()

  say(to: string, text: string): Promise<SentMessage> {
    return new Promise((resolve, reject) => {
      const toPeer = this.#said.get(to) ?? new Map<string, Deque<Promised<SentMessage>>>()
      const alike = toPeer.get(text) ?? new Deque<Promised<SentMessage>>()
      alike.push({ resolve, reject })
      this.#said.set(to, toPeer.set(text, alike))
    })
  }

  hear(event: EarshotEvent): void {
    switch (event.type) {
      case 'message.queued':
        return this.#queued(event)
      case 'message.failed':
        return this.#failed(event)
      case 'message.delivered':
        for (const id of event.ids) this.#take(id)?.resolve()
        return
      case 'message.cancelled':
        for (const id of event.ids) this.#take(id)?.reject(new EarshotError({ _tag: 'Cancelled' }))
        return
      default:
    }
  }

  end(error: EarshotError): void {
    for (const [to, texts] of this.#said)
      for (const text of texts.keys())
        for (let one = this.#find(to, text); one; one = this.#find(to, text)) one.reject(error)
    for (const { reject } of this.#undelivered.values()) reject(error)
    this.#undelivered.clear()
  }

  #take(id: string): Promised<void> | undefined {
    const promised = this.#undelivered.get(id)
    this.#undelivered.delete(id)
    return promised
  }

  #find(to: string, text: string): Promised<SentMessage> | undefined {
    const toPeer = this.#said.get(to)
    const alike = toPeer?.get(text)
    const promised = alike?.shift()
    if (alike?.length === 0) toPeer?.delete(text)
    if (toPeer?.size === 0) this.#said.delete(to)
    return promised
  }

  #queued({ peer, id, text }: Queued): void {
    const said = this.#find(peer.id, text)
    if (said === undefined) return
    const delivered = new Promise<void>((resolve, reject) => {
      this.#undelivered.set(id, { resolve, reject })
    })
    said.resolve({ id, to: peer.id, delivered: unheeded(delivered) })
  }

  #failed({ peer, text, why, failure }: Failed): void {
    const said = peer === undefined ? undefined : this.#find(peer.id, text)
    const stored = failure === undefined ? {} : { failure }
    said?.reject(new EarshotError({ _tag: 'NotQueued', why, ...stored }))
  }
}
