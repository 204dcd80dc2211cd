/**
 * What was asked of the run and is not answered yet: the run answers by events, and this finds whose
 * answer each is. Commands are handled in order, so what is told before the answer to a question that
 * was asked behind them is about them.
 */
import type { EarshotEvent, PeerDetails } from '../domain/events.ts'
import { type EarshotError, misuse } from './earshot-error.ts'

type Invalid = Extract<EarshotEvent, { readonly type: 'command.invalid' }>

/** A promise and what settles it. */
export interface Promised<A> {
  readonly resolve: (value: A) => void
  readonly reject: (error: EarshotError) => void
}

/** One question, and what was told before its answer. */
interface Question extends Promised<readonly PeerDetails[]> {
  refusal: Invalid | undefined
}

export class Questions {
  readonly #asked: Question[] = []

  /** To be called as the commands are handed over, which end with `peers`. */
  ask(): Promise<readonly PeerDetails[]> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject, refusal: undefined })
    })
  }

  hear(event: EarshotEvent): void {
    const question = this.#asked[0]
    if (question === undefined) return
    if (event.type === 'command.invalid') question.refusal ??= event
    if (event.type !== 'peers.shown') return
    this.#asked.shift()
    const { refusal } = question
    if (refusal === undefined) question.resolve(event.peers)
    else question.reject(misuse(refusal.detail, 'docs/LIBRARY.md says what can be asked.'))
  }

  /** No answer will come any more. */
  end(error: EarshotError): void {
    for (const question of this.#asked.splice(0)) question.reject(error)
  }
}
