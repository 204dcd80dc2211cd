/**
 * Goal: a stream is read again only when what it gave last was acted on; its end and its failures become
 * facts, and a defect anywhere downstream is never swallowed.
 * Method: streams whose reads the test answers, and a dispatcher that writes down what it is given.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import { map, type Observable } from 'rxjs'
import type { Command } from '../../../src/domain/commands.ts'
import { StreamError } from '../../../src/domain/failures.ts'
import { codeOf, startInbound } from '../../../src/runtime/inbound.ts'
import type { ByteStream } from '../../../src/services/transport.ts'
import { SimulatedClock } from '../../../src/simulation/clock.ts'

const ENDPOINT = { host: '192.0.2.7', port: 7_000 }

interface Options {
  readonly commands?: Effect.Effect<readonly Command[] | undefined>
  readonly onDispatch?: (log: string[]) => void
}

/** A stream that answers each read with the next of `reads`, then as `last` says. */
const streamOf = (
  log: string[],
  reads: readonly string[],
  last: Effect.Effect<Uint8Array | undefined, StreamError>
): ByteStream => {
  const left = [...reads]
  return {
    remote: ENDPOINT,
    local: ENDPOINT,
    read: Effect.suspend(() => {
      const next = left.shift()
      log.push(`read ${next ?? 'last'}`)
      return next === undefined ? last : Effect.succeed(new TextEncoder().encode(next))
    }),
    write: () => Effect.void,
    end: Effect.void,
    close: Effect.void
  }
}

const begin = ({ commands = Effect.never, onDispatch }: Options = {}) => {
  const clock = new SimulatedClock()
  const log: string[] = []
  const defects: unknown[] = []
  const inbound = startInbound<string>({
    fork: (effect) => clock.fork(effect),
    dispatch: (given) => {
      log.push(typeof given === 'string' ? given : given._tag)
      onDispatch?.(log)
    },
    commands,
    onDefect: (cause) => defects.push(Cause.squash(cause))
  })
  const texts = (chunks: Observable<Uint8Array>) =>
    chunks.pipe(map((chunk) => `took ${new TextDecoder().decode(chunk)}`))
  return { clock, log, defects, inbound, texts }
}

describe('what comes in', () => {
  it('is read again only when it was acted on', () => {
    const { clock, inbound, log, texts } = begin()
    inbound.add(texts(inbound.chunks(streamOf(log, ['a', 'b'], Effect.never))))
    clock.drain()
    expect(log).toEqual(['read a', 'took a', 'read b', 'took b', 'read last'])
  })

  it('is not read in the midst of the transition that began it', () => {
    const { clock, inbound, log, texts } = begin()
    inbound.add(texts(inbound.chunks(streamOf(log, ['a'], Effect.never))))
    expect(log).toEqual([])
    clock.drain()
    expect(log).not.toEqual([])
  })

  it('ends with its stream, while the others go on', () => {
    const { clock, defects, inbound, log, texts } = begin()
    const quiet: string[] = []
    inbound.add(texts(inbound.chunks(streamOf(quiet, ['a'], Effect.succeed(undefined)))))
    clock.drain()
    inbound.add(texts(inbound.chunks(streamOf(quiet, ['b'], Effect.never))))
    clock.drain()
    expect(log).toEqual(['took a', 'took b'])
    expect(defects).toEqual([])
  })

  it('is commands as well, and then the end of the input', () => {
    const reads: (readonly Command[] | undefined)[] = [[{ type: 'help' }], undefined]
    const { clock, log } = begin({ commands: Effect.sync(() => reads.shift()) })
    clock.drain()
    expect(log).toEqual(['Commands', 'InputEnded'])
  })

  it('stops being read when all is over', () => {
    const { clock, inbound, log, texts } = begin({ commands: Effect.never })
    const reading: string[] = []
    inbound.add(
      texts(
        inbound.chunks(
          streamOf(
            reading,
            [],
            Effect.onInterrupt(Effect.never, () => Effect.sync(() => log.push('interrupted')))
          )
        )
      )
    )
    clock.drain()
    inbound.stop()
    expect(log).toEqual(['interrupted'])
    expect(clock.pending).toBe(0)
  })
})

describe('what goes wrong', () => {
  it('has the name that the system gave it', () => {
    expect(codeOf(new StreamError({ code: 'ECONNRESET' }))).toBe('ECONNRESET')
    expect(codeOf(new Error('something else'))).toBe('unknown')
  })

  it('is told when what acts on it breaks', () => {
    const { clock, defects, inbound, log, texts } = begin({
      onDispatch: () => {
        throw new Error('a bug')
      }
    })
    inbound.add(texts(inbound.chunks(streamOf(log, ['a'], Effect.never))))
    clock.drain()
    expect(defects).toEqual([new Error('a bug')])
  })

  it('is told when a read itself breaks', () => {
    const { clock, defects, inbound, log, texts } = begin()
    inbound.add(texts(inbound.chunks(streamOf(log, [], Effect.die(new Error('a bug'))))))
    clock.drain()
    expect(defects).toEqual([new Error('a bug')])
  })
})
