/**
 * Goal: a command's end is the process's end: its code, what it failed with in words, a signal as an
 * orderly end, a second Ctrl+C as an immediate one, a bug as an apology and not as a stack trace.
 * Method: small commands in processes of their own, run as main.ts runs the real ones.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'

const src = (file: string): string => join(import.meta.dirname, '..', '..', '..', 'src', file)

/** A module that runs `command`, an expression over Effect, StartError and exits. */
const script = (command: string): string => `
import * as Effect from 'effect/Effect'
import * as Runtime from 'effect/Runtime'
import { supervise, teardownOf, watchForBugs } from ${JSON.stringify(src('cli/process-end.ts'))}
import { StartError } from ${JSON.stringify(src('domain/failures.ts'))}
import { StartFailures } from ${JSON.stringify(src('cli/start-failures.ts'))}
const fail = (...tags) => StartFailures.of(tags.map((_tag) => ({ _tag, file: 'f', detail: 'd.', next: 'n' })))
const say = (text) => Effect.sync(() => { process.stdout.write(text + '\\n') })
const where = { log: { path: '/tmp/the.log', write: () => process.stdout.write('logged\\n') } }
watchForBugs(where)
Runtime.makeRunMain(supervise)(${command}, {
  disableErrorReporting: true,
  teardown: teardownOf(where)
})
`

/** Runs a command; sends one signal for each time that it says "ready". */
const run = async (command: string, signals: readonly NodeJS.Signals[] = []) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(command)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: join(import.meta.dirname, '..', '..', '..')
  })
  let stdout = ''
  let stderr = ''
  const left = [...signals]
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    for (const _ of text.matchAll(/ready/g)) {
      const signal = left.shift()
      if (signal !== undefined) child.kill(signal)
    }
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Waits for ever; says "ready", and at its end "ready" again, and takes `farewell` to end. */
const waiting = (farewell: string): string =>
  `say('ready').pipe(Effect.andThen(Effect.never), Effect.onInterrupt(() => say('ready').pipe(Effect.andThen(${farewell}), Effect.andThen(say('over')))))`

describe('the end of the process', () => {
  it('has the code that the command gives', async () => {
    expect(await run('Effect.succeed(0)')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await run('Effect.succeed(75)')).toMatchObject({ code: 75 })
  })

  it('tells every failure in a line, and has the code of the first', async () => {
    const command = "Effect.fail(fail('ConfigInvalid', 'EncryptionRequired'))"
    const { code, stdout, stderr } = await run(command)
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' })
    expect(stderr.split('\n')).toHaveLength(3)
    expect(stderr).toMatch(/^earshot: f: d\. n\nearshot: .*--plain-text.*\n$/)
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it in order', async (signal) => {
    const { code, stdout, stderr } = await run(waiting('Effect.void'), [signal])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'ready\nready\nover\n',
      stderr: ''
    })
  })

  it('a second Ctrl+C does not wait for the farewell', async () => {
    const { code, stdout } = await run(waiting('Effect.never'), ['SIGINT', 'SIGINT'])
    expect({ code, stdout }).toEqual({ code: 130, stdout: 'ready\nready\n' })
  })

  it('a second SIGTERM lets the farewell be', async () => {
    const twice = waiting("say('ready')")
    const { code, stdout } = await run(twice, ['SIGTERM', 'SIGTERM', 'SIGHUP'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ready\nready\nready\nover\n' })
  })

  it('a bug is an apology with the place of the details, without escapes or a trace', async () => {
    const { code, stdout, stderr } = await run("Effect.die(new TypeError('x\\u001b[2J\\ny'))")
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /^earshot: Sorry, that was a bug of Earshot \(TypeError: .*\)\. .*\/tmp\/the\.log\. .*\n$/
    )
    expect(stderr).not.toContain('\u001b')
  })
  it('a bug in a callback of Node, outside every effect, ends the same way and is logged', async () => {
    const { code, stdout, stderr } = await run(
      "Effect.andThen(Effect.sync(() => process.nextTick(() => { throw new Error('late') })), Effect.never)"
    )
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'logged\n' })
    expect(stderr).toMatch(/^earshot: Sorry, .*\(Error: late\).*\n$/)
  })

  it('more output than a pipe holds is out before the end', async () => {
    const { code, stdout } = await run("Effect.as(say('x'.repeat(3_000_000)), 0)")
    expect(code).toBe(0)
    expect(stdout).toHaveLength(3_000_001)
  })
})
