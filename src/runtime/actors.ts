/** How the data plane reaches the actors: by their names, once the app actor is there. */
import type { Actor } from 'xstate'
import type { PeerId } from '../domain/peer-id.ts'
import type { appMachine } from '../machines/app.machine.ts'
import type { AppContext, AppEvent } from '../machines/app.types.ts'
import type { ConnectionEvent } from '../machines/connection.types.ts'
import type { SessionContext } from '../machines/session.types.ts'

type AppActor = Actor<typeof appMachine>

export class Actors {
  #app: AppActor | undefined
  #isSending = false
  readonly #pending: AppEvent[] = []

  /** To be called once, before anything else is used. */
  bind(app: AppActor): void {
    this.#app = app
  }

  get #actor(): AppActor {
    if (this.#app === undefined) throw new Error('the app actor is not bound yet')
    return this.#app
  }

  /**
   * What the data plane tells the app in the midst of a transition, as an action that opens a session
   * may, waits until that transition is done: machines run to completion.
   */
  readonly toApp = (event: AppEvent): void => {
    if (this.#isSending) this.#pending.push(event)
    else this.#complete(() => this.#actor.send(event))
  }

  /** An event to a connection that is over is lost, as it should be. */
  readonly toConnection = (id: string, event: ConnectionEvent): void => {
    const connection = this.#actor.getSnapshot().children[id]
    if (this.#isSending) connection?.send(event)
    else this.#complete(() => connection?.send(event))
  }

  #complete(send: () => void): void {
    this.#isSending = true
    try {
      send()
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift())
        this.#actor.send(next)
    } finally {
      this.#isSending = false
    }
  }

  readonly app = (): AppContext => this.#actor.getSnapshot().context

  readonly session = (peerId: PeerId): SessionContext | undefined => {
    const session = this.#actor.getSnapshot().children[`session-${peerId}`]
    return (session?.getSnapshot() as { readonly context: SessionContext } | undefined)?.context
  }
}
