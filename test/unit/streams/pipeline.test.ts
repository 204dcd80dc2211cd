/**
 * Goal: everything that comes in goes through one pipeline in the order in which it came; each link ends
 * exactly once, whatever happens to it; nothing is listened to that nobody needs.
 * Method: marbles, values and subscriptions alike. A letter is one read.
 */
import { describe, expect, it } from '@effect/vitest'
import { from, NEVER } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import type { Command } from '../../../src/domain/commands.ts'
import { LINKS_MAX } from '../../../src/domain/limits.ts'
import { PlainLines } from '../../../src/protocol/plain-lines.ts'
import {
  commandSource,
  linkSource,
  pipeline,
  plainSource,
  type UserInbound
} from '../../../src/streams/pipeline.ts'
import { bytesOf, dialersReader, GREETING, item } from './frames-of-a-link.ts'

const marbles = (run: Parameters<TestScheduler['run']>[0]): void => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(run)
}

const codeOf = (error: unknown): string => `code of ${String(error)}`
const say = (text: string): Command => ({ type: 'say', text })

const greeting = bytesOf(...GREETING)
const hi = bytesOf(item(1, 'hi'))
const reads = { g: greeting, i: hi }
const batch = (link: string, messages: readonly unknown[], bytes: number) => ({
  _tag: 'LinkBatch',
  link,
  batch: { messages, bytes, violation: undefined }
})
const inbound = {
  G: batch('l', GREETING, greeting.length),
  I: batch('l', [item(1, 'hi')], hi.length),
  E: { _tag: 'LinkEnded', link: 'l', code: 'end' },
  X: { _tag: 'LinkEnded', link: 'l', code: 'code of ECONNRESET' }
}

describe('the source of a link', () => {
  it('gives its reads as batches and then its one end', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-g-i-|', reads)
      const source = linkSource('l', chunks, dialersReader(), codeOf)
      expectObservable(source).toBe('-G-I-(E|)', inbound)
      expectSubscriptions(chunks.subscriptions).toBe('^----!')
    })
  })

  it('ends with the code of what broke it, and completes', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-g-#', reads, 'ECONNRESET')
      const source = linkSource('l', chunks, dialersReader(), codeOf)
      expectObservable(source).toBe('-G-(X|)', inbound)
      expectSubscriptions(chunks.subscriptions).toBe('^--!')
    })
  })

  it('ends once when it ends before anything was read', () => {
    marbles(({ cold, expectObservable }) => {
      const ended = linkSource('l', cold<Uint8Array>('|'), dialersReader(), codeOf)
      expectObservable(ended).toBe('(E|)', inbound)
      const broken = linkSource(
        'l',
        cold<Uint8Array>('#', undefined, 'ECONNRESET'),
        dialersReader(),
        codeOf
      )
      expectObservable(broken).toBe('(X|)', inbound)
    })
  })

  it('stops reading when nobody listens any more, and says no end then', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const chunks = cold('-g-i-i-|', reads)
      const source = linkSource('l', chunks, dialersReader(), codeOf)
      expectObservable(source, '^--!').toBe('-G--', inbound)
      expectSubscriptions(chunks.subscriptions).toBe('^--!')
    })
  })
})

describe('the source of the user', () => {
  const commands = { a: [say('one')], b: [say('two'), say('three')] }
  const expected = {
    A: { _tag: 'Commands', commands: commands.a },
    B: { _tag: 'Commands', commands: commands.b },
    E: { _tag: 'InputEnded' }
  }

  it('gives commands as they were read, and then the end of the input', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a--b-|', commands)
      expectObservable(commandSource(source)).toBe('-A--B-(E|)', expected)
      expectSubscriptions(source.subscriptions).toBe('^-----!')
    })
  })

  it('hands a failure on: a keyboard that breaks is a defect', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(commandSource(cold('-a-#', commands))).toBe('-A-#', expected)
    })
  })
})

describe('a source of plain text', () => {
  const text = (line: string) => new TextEncoder().encode(line)
  const plain = {
    A: { _tag: 'PlainLines', lines: ['one'] },
    B: { _tag: 'PlainLines', lines: ['two', 'three'] },
    N: { _tag: 'PlainLines', lines: [] },
    R: { _tag: 'PlainLines', lines: ['rest'] },
    E: { _tag: 'LinkEnded', link: 'l', code: 'end' },
    T: { _tag: 'LinkEnded', link: 'l', code: 'tls' },
    X: { _tag: 'LinkEnded', link: 'l', code: 'code of EPIPE' }
  }

  it('gives lines, what stands after the last newline, and its one end', () => {
    marbles(({ cold, expectObservable }) => {
      const chunks = cold('-a-b-r-|', {
        a: text('one\n'),
        b: text('two\nthree\n'),
        r: text('rest')
      })
      const source = plainSource('l', chunks, new PlainLines(), codeOf)
      expectObservable(source).toBe('-A-B-N-(RE|)', plain)
    })
  })

  it('ends at once, by name, where the other end speaks TLS, and where it breaks', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const tls = cold('-t-a-|', { t: new Uint8Array([0x16, 0x03, 0x01]), a: text('one\n') })
      const refused = plainSource('l', tls, new PlainLines(), codeOf)
      expectObservable(refused).toBe('-(NT|)', plain)
      expectSubscriptions(tls.subscriptions).toBe('^!')
      const broken = plainSource(
        'l',
        cold('-a-#', { a: text('one\n') }, 'EPIPE'),
        new PlainLines(),
        codeOf
      )
      expectObservable(broken).toBe('-A-(X|)', plain)
    })
  })
})

describe('the pipeline', () => {
  const one = { _tag: 'Commands', commands: [say('one')] } as const
  const values = { a: 'a', b: 'b', c: 'c', d: 'd', o: one }

  it('merges links and commands in the order in which they came', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const first = cold('                 --a---a-|', values)
      const second = cold('                   --b--b|', values)
      const links = hot('                 -1--2-----|', { 1: first, 2: second })
      const user = cold<UserInbound>('    -----o---|', { o: one })
      expectObservable(pipeline(links, user)).toBe('---a-oba-b|', values)
      expectSubscriptions(first.subscriptions).toBe('-^-------!')
      expectSubscriptions(second.subscriptions).toBe('----^-----!')
      expectSubscriptions(user.subscriptions).toBe('^--------!')
    })
  })

  it('goes on when a link ends, and when the input does', () => {
    marbles(({ cold, hot, expectObservable }) => {
      const links = hot('-1-2|', { 1: cold('a|', values), 2: cold('----b|', values) })
      const user = cold<UserInbound>('--|')
      expectObservable(pipeline(links, user)).toBe('-a-----b|', values)
    })
  })

  it('stops listening to everything at once', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const link = cold('--a--a--a', values)
      const links = hot('-1-', { 1: link })
      const user = cold<UserInbound>('-----------o', { o: one })
      expectObservable(pipeline(links, user), '^----!').toBe('---a--', values)
      expectSubscriptions(link.subscriptions).toBe('-^---!')
      expectSubscriptions(user.subscriptions).toBe('^----!')
    })
  })

  it('listens to LINKS_MAX links, and to one more when one of them has ended', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first = cold('----|')
      const others = Array.from({ length: LINKS_MAX - 1 }, () => cold('---------'))
      const late = cold('-d', values)
      const links = from([first, ...others, late])
      expectObservable(pipeline(links, NEVER), '^--------!').toBe('-----d', values)
      expectSubscriptions(late.subscriptions).toBe('----^----!')
    })
  })
})
