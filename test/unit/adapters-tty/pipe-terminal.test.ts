// Goal: without a terminal, lines go in and out, nothing is read unasked, and a reader that goes
// away ends the input. Method: the adapter over in-memory streams, and over real pipes to a process.
import { spawn } from 'node:child_process'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'
import { LineCutter } from '../../../src/adapters/pipe-lines.ts'
import { makePipeTerminal } from '../../../src/adapters/pipe-terminal.ts'
import { INPUT_LINE_BYTES_MAX, OUTPUT_WAITING_BYTES_MAX } from '../../../src/domain/limits.ts'

const FIXTURE = new URL('terminal-fixture.ts', import.meta.url).pathname

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const streams = (input: Readable, interactive = false) => {
  const output = new PassThrough()
  return { input, output, interactive }
}

/** Every line until the end. */
const readAll = (input: Readable) =>
  Effect.scoped(
    Effect.gen(function* () {
      const terminal = yield* makePipeTerminal(streams(input))
      const all: string[] = []
      for (let lines = yield* terminal.readLines; lines; lines = yield* terminal.readLines)
        for (const line of lines) all.push(line)
      return all
    })
  )

describe('LineCutter', () => {
  it('gives the same lines for every cut', () => {
    const stream = bytes('one\r\ntwo é👩\n\nlast')
    for (let at = 0; at <= stream.length; at += 1) {
      const cutter = new LineCutter(100)
      const lines = [
        ...cutter.push(stream.subarray(0, at)),
        ...cutter.push(stream.subarray(at)),
        ...cutter.finish()
      ]
      expect(lines).toEqual(['one', 'two é👩', '', 'last'])
    }
  })

  it('replaces invalid UTF-8 and cuts a line that is too long', () => {
    const cutter = new LineCutter(4)
    expect(cutter.push(Uint8Array.of(0x61, 0xff, 0x62, 0x0a))).toEqual(['a\ufffdb'])
    for (let n = 0; n < 1000; n += 1) expect(cutter.push(bytes('12345'))).toEqual([])
    expect(cutter.push(bytes('6\nnext'))).toEqual(['1234'])
    expect(cutter.finish()).toEqual(['next'])
    expect(cutter.finish()).toEqual([])
  })
})

describe('the terminal over pipes', () => {
  it.effect('reads lines to the end, the last one without a line end too', () =>
    Effect.gen(function* () {
      expect(yield* readAll(Readable.from([bytes('a\nb'), bytes('c\nd')]))).toEqual([
        'a',
        'bc',
        'd'
      ])
      expect(yield* readAll(Readable.from([]))).toEqual([])
    })
  )

  it.effect('takes a burst of more lines than a call may have arguments', () =>
    Effect.gen(function* () {
      const all = yield* readAll(Readable.from([bytes('x\n'.repeat(300_000))]))
      expect(all.length).toBe(300_000)
    })
  )

  it.effect('treats a failing input as its end', () =>
    Effect.gen(function* () {
      const input = new Readable({
        read() {
          this.destroy(new Error('EIO'))
        }
      })
      expect(yield* readAll(input)).toEqual([])
    })
  )

  it.effect('reads nothing while nobody asks, and loses nothing to an interrupted read', () =>
    Effect.scoped(
      Effect.gen(function* () {
        let pulled = 0
        const input = new Readable({
          highWaterMark: 1,
          read() {
            pulled += 1
            if (pulled <= 3) this.push(bytes(`line ${pulled}\n`))
          }
        })
        const terminal = yield* makePipeTerminal(streams(input))
        expect(pulled).toBe(0)
        expect(yield* terminal.readLines).toEqual(['line 1'])
        expect(pulled).toBeLessThanOrEqual(2)
        expect(yield* terminal.readLines).toEqual(['line 2'])
        expect(yield* terminal.readLines).toEqual(['line 3'])
        const waiting = yield* Effect.forkChild(terminal.readLines)
        yield* Effect.yieldNow
        yield* Fiber.interrupt(waiting)
        input.push(bytes('late\n'))
        expect(yield* terminal.readLines).toEqual(['late'])
      })
    )
  )

  it.effect('cuts a line at the limit, which no message may have', () =>
    Effect.gen(function* () {
      const lines = yield* readAll(
        Readable.from([Buffer.alloc(INPUT_LINE_BYTES_MAX + 5, 'x'), bytes('\nnext\n')])
      )
      expect(lines.map((line) => line.length)).toEqual([INPUT_LINE_BYTES_MAX, 4])
    })
  )

  it.effect('asks a person, and prints plain lines', () =>
    Effect.scoped(
      Effect.gen(function* () {
        const given = streams(Readable.from([bytes('ann\nrest\n')]), true)
        const terminal = yield* makePipeTerminal(given)
        expect(yield* terminal.question('Name? ')).toBe('ann')
        expect(yield* terminal.readLines).toEqual(['rest'])
        expect(yield* terminal.question('More? ')).toBeUndefined()
        terminal.print(['one', 'two'])
        terminal.print([])
        expect(String(given.output.read())).toBe('Name? More? one\ntwo\n')
      })
    )
  )

  it.effect('ends the input when the output has gone', () =>
    Effect.scoped(
      Effect.gen(function* () {
        const given = streams(new PassThrough())
        const terminal = yield* makePipeTerminal(given)
        const waiting = yield* Effect.forkChild(terminal.readLines)
        yield* Effect.yieldNow
        given.output.emit('error', Object.assign(new Error('EPIPE'), { code: 'EPIPE' }))
        expect(yield* Fiber.join(waiting)).toBeUndefined()
        terminal.print(['nobody reads this'])
        expect(given.output.read()).toBeNull()
      })
    )
  )
})

describe('what was printed', () => {
  const LINE = 'x'.repeat(100_000)

  it.effect('is written at once where the reader takes it', () =>
    Effect.scoped(
      Effect.gen(function* () {
        const given = streams(new PassThrough())
        given.output.resume()
        const terminal = yield* makePipeTerminal(given)
        terminal.print(['one'])
        let written = 0
        terminal.whenWritten(() => (written += 1))
        expect(written).toBe(1)
      })
    )
  )

  it.effect('is written when the reader has taken all of it, and never once it has gone', () =>
    Effect.scoped(
      Effect.gen(function* () {
        const given = streams(new PassThrough())
        const terminal = yield* makePipeTerminal(given)
        terminal.print([LINE])
        terminal.print([LINE])
        const written = Promise.withResolvers<number>()
        terminal.whenWritten(() => written.resolve(given.output.writableLength))
        expect(given.output.writableLength).toBeGreaterThan(0)
        given.output.resume()
        expect(yield* Effect.promise(() => written.promise)).toBe(0)
        given.output.pause()
        terminal.print([LINE])
        terminal.print([LINE])
        let late = 0
        terminal.whenWritten(() => (late += 1))
        const gone = Promise.withResolvers<void>()
        given.output.once('close', gone.resolve)
        given.output.destroy(new Error('EPIPE'))
        yield* Effect.promise(() => gone.promise)
        terminal.whenWritten(() => (late += 1))
        expect(late).toBe(0)
      })
    )
  )
})

describe('a reader that has stopped', () => {
  it.effect('ends the input before memory runs out', () =>
    Effect.scoped(
      Effect.gen(function* () {
        const given = streams(new PassThrough())
        const terminal = yield* makePipeTerminal(given)
        const line = 'x'.repeat(1024 * 1024)
        for (let n = 0; n < 200; n += 1) terminal.print([line])
        expect(yield* terminal.readLines).toBeUndefined()
        expect(given.output.writableLength).toBeLessThanOrEqual(
          OUTPUT_WAITING_BYTES_MAX + 2 * line.length
        )
      })
    )
  )
})

describe('a process without a terminal', () => {
  const run = (input: string, closeOutput: boolean) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, [FIXTURE], { stdio: 'pipe' })
      let out = ''
      let err = ''
      child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
      child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)))
      child.on('close', (code) => resolve({ code, out, err }))
      if (closeOutput) {
        // The input stays open: only the broken pipe can end the program.
        child.stdout.destroy()
        child.stdin.write(input)
      } else child.stdin.end(input)
    })

  it('reads its pipe and ends with it', async () => {
    const { code, out, err } = await run('hi\n\u001b[200~x', false)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe('ready\nYou: "hi"\nYou: "\\u001b[200~x"\nbye\n')
  })

  it('ends quietly when nobody reads its output', async () => {
    const { code, err } = await run('one\ntwo\n', true)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })
})
