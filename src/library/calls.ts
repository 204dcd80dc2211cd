/** Dials that were asked for, until they led to a peer or failed. */
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerRef } from '../domain/peer-ref.ts'
import { EarshotError } from './earshot-error.ts'
import type { Promised } from './questions.ts'

export class Calls {
  readonly #open = new Map<string, Promised<PeerRef>>()
  #count = 0

  /** A new call, under the name with which it is to be asked for. */
  make(): { readonly call: string; readonly answer: Promise<PeerRef> } {
    this.#count += 1
    const call = `call-${this.#count}`
    const answer = new Promise<PeerRef>((resolve, reject) => {
      this.#open.set(call, { resolve, reject })
    })
    return { call, answer }
  }

  hear(event: EarshotEvent): void {
    if (!('call' in event) || event.call === undefined) return
    const promised = this.#open.get(event.call)
    if (promised === undefined || event.type === 'dial.started') return
    this.#open.delete(event.call)
    if (event.type === 'dial.failed') promised.reject(new EarshotError(event.reason))
    else promised.resolve(event.peer)
  }

  end(error: EarshotError): void {
    for (const { reject } of this.#open.values()) reject(error)
    this.#open.clear()
  }
}
