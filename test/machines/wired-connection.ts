/**
 * A connection machine as runtime/ provides it, over a wire that writes down what it is asked for, a
 * parent that writes down what is reported, and the virtual clock.
 */
import * as Effect from 'effect/Effect'
import {
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
  createActor,
  createMachine,
  type InspectionEvent
} from 'xstate'
import type {
  ConnectionContext,
  ConnectionInput,
  Dialled,
  Secured
} from '../../src/machines/connection.types.ts'
import { makeActorClock } from '../../src/runtime/actor-clock.ts'
import type { LinkWork } from '../../src/runtime/link-work.ts'
import { makeLinks } from '../../src/runtime/links.ts'
import { provideMachines } from '../../src/runtime/provide.ts'
import type { Wire } from '../../src/runtime/wire.ts'
import type { ByteStream } from '../../src/services/transport.ts'
import { SimulatedClock } from '../../src/simulation/clock.ts'
import { type ChartTransition, nameOf } from './chart-parts.ts'
import * as samples from './samples.ts'

type Resume = (outcome: Effect.Effect<unknown, unknown>) => void

const parkedStream: ByteStream = {
  remote: samples.ADDRESS,
  local: samples.ADDRESS,
  read: Effect.never,
  write: () => Effect.void,
  end: Effect.void,
  close: Effect.void
}

export interface WiredConnection {
  /** What the machine did to the world, in order: `> HELLO`, `dial`, `app connection.closed`. */
  readonly log: readonly string[]
  /** Names of the transitions that it took. */
  readonly taken: ReadonlySet<string>
  readonly defects: readonly unknown[]
  readonly value: () => unknown
  readonly context: () => ConnectionContext
  /** Lets happen what the event stands for: a child ends, a deadline passes, a report arrives. */
  readonly play: (event: AnyEventObject) => void
  readonly stop: () => void
  /** Fibers and timers that are left over. */
  readonly pending: () => number
}

export const wireConnection = (input: ConnectionInput): WiredConnection => {
  const clock = new SimulatedClock()
  const log: string[] = []
  const defects: unknown[] = []
  const taken = new Set<string>()
  const waiting = new Map<string, Resume>()
  const links = makeLinks()

  /** Work that goes on until the test says how it ends. */
  const work = <A, E>(name: string, note: string): Effect.Effect<A, E> =>
    Effect.callback<A, E>((resume) => {
      log.push(note)
      waiting.set(name, resume as Resume)
      return Effect.sync(() => {
        waiting.delete(name)
        log.push(`${name} interrupted`)
      })
    })

  const wire: Pick<Wire, keyof Wire> = {
    say: (_, message) => {
      const mode = message.type === 'auth' ? ` ${message.mode}` : ''
      log.push(`> ${message.type.toUpperCase()}${mode}`)
    },
    sendHello: () => {
      log.push('> HELLO')
    },
    sendReady: () => {
      log.push('> READY')
    },
    sendPing: () => {
      log.push('> PING')
    },
    openSession: () => {
      log.push('open session')
    }
  }
  const linkWork: LinkWork = {
    dial: () => work<Dialled, never>('dial', 'dial'),
    secure: ({ role }) => work<Secured, never>('secure', `secure as ${role}`),
    part: ({ bye }) => work<void, never>('farewell', bye === undefined ? 'part' : `> BYE ${bye}`)
  }
  const app = provideMachines({
    runner: {
      runFork: (effect: Effect.Effect<never>) => clock.fork(effect),
      onDefect: (cause: unknown) => {
        defects.push(cause)
      }
    },
    links,
    wire,
    work: linkWork,
    emit: () => undefined,
    draw: () => 0.5,
    accept: () => Effect.never,
    watchClock: () => Effect.never,
    incoming: { actors: {}, actions: {} },
    outgoing: { actors: {}, actions: {} },
    remember: () => undefined
  } as never)
  const machine = app.implementations.actors['connection'] as AnyStateMachine

  const inspect = (inspected: InspectionEvent): void => {
    const { id } = inspected.actorRef as AnyActorRef
    if (inspected.type !== '@xstate.microstep' || id !== input.id) return
    for (const transition of inspected._transitions as readonly ChartTransition[])
      if (transition.eventType !== 'xstate.init') taken.add(nameOf(transition))
  }
  links.park(parkedStream)
  const parent = createActor(
    createMachine({
      invoke: { src: machine, id: input.id, input },
      on: {
        'connection.*': {
          actions: ({ event }) => {
            log.push(`app ${event.type}`)
          }
        }
      }
    }),
    { clock: makeActorClock((effect) => clock.fork(effect)), inspect }
  ).start()
  const actor = parent.getSnapshot().children[input.id] as AnyActorRef

  const end = (place: string, outcome: Effect.Effect<unknown, unknown>): void => {
    const name = { connecting: 'dial', securing: 'secure', parting: 'farewell' }[place] ?? place
    const resume = waiting.get(name)
    if (resume === undefined) throw new Error(`${name} does not run`)
    waiting.delete(name)
    resume(outcome)
    clock.drain()
  }
  const context = () => (actor.getSnapshot() as { context: ConnectionContext }).context
  const delayOf = (name: string): number => {
    const delay = machine.implementations.delays[name]
    return typeof delay === 'function'
      ? delay({ context: context() } as never, undefined as never)
      : (delay ?? Number.NaN)
  }
  const play = (event: AnyEventObject): void => {
    const [, kind] = event.type.split('.')
    const place = event.type.split('.').at(-1) ?? ''
    if (!event.type.startsWith('xstate.')) actor.send(event)
    else if (kind === 'after') clock.advance(delayOf(event.type.split('.')[2] ?? ''))
    else if (kind === 'done') end(place, Effect.succeed(event['output']))
    else if (place === 'parting') end(place, Effect.die(event['error']))
    else end(place, Effect.fail(event['error']))
  }
  return {
    log,
    taken,
    defects,
    value: () => (actor.getSnapshot() as { value: unknown }).value,
    context,
    play,
    stop: () => parent.stop(),
    pending: () => clock.pending + [...links.all()].length
  }
}
