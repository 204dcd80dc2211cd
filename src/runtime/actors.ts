/** How the data plane reaches the actors: by their names, once the app actor is there. */
import type { Actor, StateValue } from 'xstate'
import type { PeerId } from '../domain/peer-id.ts'
import type { TransferId } from '../domain/transfers.ts'
import type { appMachine } from '../machines/app.machine.ts'
import type { AppContext, AppEvent } from '../machines/app.types.ts'
import type { ConnectionEvent } from '../machines/connection.types.ts'
import type { sessionMachine } from '../machines/session.machine.ts'
import { transferName } from '../machines/session.parts.ts'
import type { SessionContext } from '../machines/session.types.ts'
import type { TransferEvent, TransferStart } from '../machines/transfer.types.ts'

type AppActor = Actor<typeof appMachine>

/** How a peer is known, whose session may have to be made. */
export type TransferPeer = Pick<SessionContext, 'peerId' | 'nickname' | 'trust'>

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

  /** Starts a transfer with a peer, here or not; one that is there already goes on. */
  readonly startTransfer = ({ peerId, nickname, trust }: TransferPeer, start: TransferStart) => {
    this.toApp({ type: 'transfer.announced', peerId, nickname, trust })
    this.toApp({ type: 'transfer.start', ...start })
  }

  /** An event to a transfer that is over is lost, as it should be. */
  readonly toTransfer = (peerId: PeerId, id: TransferId, event: TransferEvent): void => {
    this.toApp({ type: 'transfer.event', peerId, id, event })
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

  readonly session = (peerId: PeerId): SessionContext | undefined =>
    this.#session(peerId)?.getSnapshot().context

  /** The state that a transfer is in, as its chart names it; undefined: it is over, or not started. */
  readonly transferState = (peerId: PeerId, id: TransferId): StateValue | undefined => {
    const transfer = this.#session(peerId)?.getSnapshot().children[transferName(id)]
    return transfer?.getSnapshot().value
  }

  #session(peerId: PeerId): Actor<typeof sessionMachine> | undefined {
    return this.#actor.getSnapshot().children[`session-${peerId}`] as
      | Actor<typeof sessionMachine>
      | undefined
  }
}
