/**
 * The app with its sessions and transfers as they run, over a world that does nothing but write down: what
 * is told, what is reported, and which actors of transfers begin and are given up.
 */
import { type AnyEventObject, createActor, fromCallback } from 'xstate'
import type { EarshotEvent } from '../../src/domain/events.ts'
import { appMachine } from '../../src/machines/app.machine.ts'
import type { AppInput } from '../../src/machines/app.types.ts'
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import { incomingTransferMachine } from '../../src/machines/incoming-transfer.machine.ts'
import { outgoingTransferMachine } from '../../src/machines/outgoing-transfer.machine.ts'
import { sessionMachine } from '../../src/machines/session.machine.ts'
import { Actors } from '../../src/runtime/actors.ts'
import * as samples from './samples.ts'

export const runApp = (change: Partial<AppInput> = {}) => {
  const log: string[] = []
  const told: EarshotEvent[] = []
  /** It goes on until its state is left. */
  const endless = (name: string) =>
    fromCallback<AnyEventObject, object>(() => {
      log.push(`${name} begins`)
      return () => {
        log.push(`${name} is given up`)
      }
    })
  const silent = fromCallback<AnyEventObject, never>(() => undefined)
  const notes = (name: string) => () => {
    log.push(name)
  }
  const tell = (_: unknown, event: EarshotEvent | undefined): undefined => {
    if (event !== undefined) told.push(event)
    return undefined
  }
  const outgoing = outgoingTransferMachine.provide({
    actors: { surveyor: endless('surveyor'), sendPump: endless('sendPump') } as never,
    actions: { tellLost: notes('tellLost'), keepDone: notes('keepDone'), keepEnd: notes('keepEnd') }
  })
  const incoming = incomingTransferMachine.provide({
    actors: { receivePump: endless('receivePump'), publisher: endless('publisher') } as never,
    actions: {
      tellLost: notes('tellLost'),
      askTurn: notes('askTurn'),
      leaveTurn: notes('leaveTurn')
    }
  })
  const machine = appMachine.provide({
    actors: {
      acceptor: silent as never,
      clockWatcher: silent as never,
      connection: connectionMachine.provide({ actors: { keeper: silent as never } }),
      session: sessionMachine.provide({
        actions: { tell },
        actors: { outgoingTransfer: outgoing, incomingTransfer: incoming }
      })
    },
    actions: { tell }
  })
  const app = createActor(machine, { id: 'app', input: samples.appInput(change) })
  const actors = new Actors()
  actors.bind(app)
  app.start()
  return {
    app,
    actors,
    send: actors.toApp,
    stop: (): void => {
      app.stop()
    },
    told: () => told.splice(0).map(({ type }) => type),
    log: () => log.splice(0)
  }
}

export type RunningApp = ReturnType<typeof runApp>

/** A link of the peer comes up and carries the session, or takes it over. */
export const comeOnline = ({ send }: RunningApp, link: typeof samples.A): void => {
  send({ type: 'connection.authenticated', facts: link })
  send({ type: 'connection.opened', link: link.link, peerId: link.peerId })
}

export const loseLink = ({ send }: RunningApp, { link, peerId }: typeof samples.A): void =>
  send({
    type: 'connection.closed',
    link,
    role: 'acceptor',
    target: undefined,
    remote: samples.ADDRESS,
    peerId,
    reason: samples.LOST
  })
