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

  /** To be called once, before anything else is used. */
  bind(app: AppActor): void {
    this.#app = app
  }

  get #actor(): AppActor {
    if (this.#app === undefined) throw new Error('the app actor is not bound yet')
    return this.#app
  }

  readonly toApp = (event: AppEvent): void => this.#actor.send(event)

  /** An event to a connection that is over is lost, as it should be. */
  readonly toConnection = (id: string, event: ConnectionEvent): void =>
    this.#actor.getSnapshot().children[id]?.send(event)

  readonly app = (): AppContext => this.#actor.getSnapshot().context

  readonly session = (peerId: PeerId): SessionContext | undefined => {
    const session = this.#actor.getSnapshot().children[`session-${peerId}`]
    return (session?.getSnapshot() as { readonly context: SessionContext } | undefined)?.context
  }
}
