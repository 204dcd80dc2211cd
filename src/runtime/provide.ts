/** The machines with everything that they name: actors as effects, actions on the wire, jitter. */
import * as Effect from 'effect/Effect'
import { assign } from 'xstate'
import type { EarshotEvent } from '../domain/events.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { appMachine } from '../machines/app.machine.ts'
import type { AppEvent, AppInput } from '../machines/app.types.ts'
import { connectionMachine } from '../machines/connection.machine.ts'
import { sessionMachine } from '../machines/session.machine.ts'
import { plannedRetry } from '../machines/session.parts.ts'
import type { PeerBook } from '../services/peer-book.ts'
import type { Transport } from '../services/transport.ts'
import { fromEffect, fromSource, type Runner } from './from-effect.ts'
import type { LinkWork } from './link-work.ts'
import type { Links } from './links.ts'
import { provideTransfers, type TransferProvision } from './provide-transfers.ts'
import type { Wire } from './wire.ts'

export interface ProvideWorld extends Omit<TransferProvision, 'runner'> {
  readonly runner: Runner<Transport | PeerBook>
  readonly links: Links
  readonly wire: Pick<Wire, keyof Wire>
  readonly work: LinkWork
  readonly emit: (events: readonly EarshotEvent[]) => void
  /** 0 to 1, from the one dice. */
  readonly draw: () => number
  readonly accept: (
    listen: AppInput['listen'],
    send: (event: AppEvent) => void
  ) => Effect.Effect<void, never, Transport>
  readonly watchClock: (_: null, send: (event: AppEvent) => void) => Effect.Effect<void>
  readonly remember: (peerId: PeerId) => void
}

const provideConnection = ({ runner, links, wire, work }: ProvideWorld) =>
  connectionMachine.provide({
    actors: {
      keeper: fromSource(runner, ({ id }: { readonly id: string }) =>
        Effect.acquireRelease(
          Effect.sync(() => links.open(id)),
          () => links.close(id)
        ).pipe(Effect.andThen(Effect.never), Effect.scoped)
      ),
      dialer: fromEffect(runner, work.dial),
      securer: fromEffect(runner, work.secure),
      farewell: fromEffect(runner, work.part)
    },
    actions: {
      takeStream: ({ context, event }) => {
        const link = links.get(context.id)
        if (event.type !== 'stream.accepted' || link === undefined) return
        link.raw = links.take(event.stream)
        link.role = 'acceptor'
      },
      sendHello: ({ context }) => wire.sendHello(context.id),
      sendAuth: ({ context }) =>
        wire.say(context.id, {
          type: 'auth',
          mode: context.trust === undefined ? 'ask' : 'known'
        }),
      sendAuthOk: ({ context }) => wire.say(context.id, { type: 'auth-ok' }),
      sendReady: ({ context }) => {
        if (context.peerId !== undefined) wire.sendReady(context.id, context.peerId)
      },
      sendSelect: ({ context }) => wire.say(context.id, { type: 'select' }),
      sendDup: ({ context }) => wire.say(context.id, { type: 'dup' }),
      sendPing: ({ context }) => wire.sendPing(context.id),
      openSession: ({ context }) => {
        if (context.peerId !== undefined) wire.openSession(context.id, context.peerId)
      }
    }
  })

export const provideMachines = (world: ProvideWorld) => {
  const tell = (_: unknown, event: EarshotEvent | undefined): undefined => {
    if (event !== undefined) world.emit([event])
    return undefined
  }
  return appMachine.provide({
    actors: {
      connection: provideConnection(world),
      session: sessionMachine.provide({
        actors: provideTransfers(world),
        actions: {
          tell,
          planRetry: assign(({ context }) => plannedRetry(context, world.draw()))
        }
      }),
      acceptor: fromSource(world.runner, world.accept),
      clockWatcher: fromSource(world.runner, world.watchClock)
    },
    actions: {
      tell,
      rememberPeer: ({ event }) => {
        if (event.type === 'session.online') world.remember(event.peerId)
      }
    }
  })
}
