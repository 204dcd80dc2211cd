/**
 * Goal: the start without arguments asks S1's questions, again where the answer cannot be used; lines
 * become commands; answers and settings become what the runtime is asked to do.
 * Method: a terminal that answers from a script; pure functions otherwise.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { chatSettings, peerPortOf } from '../../../src/cli/chat-settings.ts'
import { type FlagTexts, type Resolved, resolve } from '../../../src/cli/config/resolve.ts'
import { consoleOver } from '../../../src/cli/console.ts'
import { askHowToStart, BANNER, readAddress, readPort } from '../../../src/cli/interactive.ts'
import type { ChatFlags } from '../../../src/cli/invocation.ts'
import { parseArgv } from '../../../src/cli/program.ts'
import { parseJsonCommand } from '../../../src/domain/command-json.ts'
import { parseLine } from '../../../src/domain/command-line.ts'
import type { Terminal } from '../../../src/services/terminal.ts'

/** A terminal whose user gives `answers`, in order, and then ends the input. */
const scripted = (answers: readonly string[], batches: readonly (readonly string[])[] = []) => {
  const left = [...answers]
  const input = [...batches]
  const shown: string[] = []
  const terminal: Terminal['Service'] = {
    interactive: true,
    styled: false,
    columns: () => 80,
    print: (lines) => {
      shown.push(...lines.map((line) => (typeof line === 'string' ? line : line.text)))
    },
    whenWritten: (work) => work(),
    mark: () => {},
    setStatus: () => undefined,
    setPrompt: () => {},
    readLines: Effect.sync(() => input.shift()),
    question: (prompt) =>
      Effect.sync(() => {
        const answer = left.shift()
        shown.push(`${prompt}${answer ?? '^D'}`)
        return answer
      }),
    bell: () => {},
    close: Effect.void
  }
  return { terminal, shown }
}

const ADDRESS = 'Enter peer address (or press Enter to start as server): '
const PORT = 'Enter port to listen on (default 8080): '

describe('askHowToStart', () => {
  it.effect('takes two empty answers as waiting on the proposed port', () =>
    Effect.gen(function* () {
      const { terminal, shown } = scripted(['', ''])
      expect(yield* askHowToStart(terminal, 8080, 8080)).toEqual({
        connect: undefined,
        port: 8080,
        portNamed: false
      })
      expect(shown).toEqual([...BANNER, ADDRESS, PORT])
    })
  )

  it.effect('takes an address and a port', () =>
    Effect.gen(function* () {
      const { terminal } = scripted(['  [::1]:9 ', ' 7000 '])
      expect(yield* askHowToStart(terminal, 8080, 8080)).toEqual({
        connect: { host: '::1', port: 9 },
        port: 7000,
        portNamed: true
      })
    })
  )

  it.effect('says what is wrong and asks again', () =>
    Effect.gen(function* () {
      const { terminal, shown } = scripted(['a b', 'friend', '99999', '0'])
      expect(yield* askHowToStart(terminal, 8080, 8081)).toEqual({
        connect: { host: 'friend', port: 8081 },
        port: 0,
        portNamed: true
      })
      expect(shown.slice(BANNER.length)).toEqual([
        `${ADDRESS}a b`,
        expect.stringMatching(/^That is not an address: .+\. For example: 192\.168\.1\.20:8080$/),
        `${ADDRESS}friend`,
        `${PORT}99999`,
        expect.stringMatching(/^That is not a port: /),
        `${PORT}0`
      ])
    })
  )

  it.effect.each([[[]], [['friend']], [['a b']]] as readonly (readonly [readonly string[]])[])(
    'gives up when the input ends after %j',
    ([answers]) =>
      Effect.gen(function* () {
        expect(yield* askHowToStart(scripted(answers).terminal, 8080, 8080)).toBeUndefined()
      })
  )

  it.each(['-1', '65536', '1e3', '0x50', '8080 ;', '８０'])('refuses the port %j', (text) => {
    expect(Result.isFailure(readPort(text, 8080))).toBe(true)
  })

  it.each(['a b', '-oProxyCommand=x:1', 'user@host', 'host:0', 'http://x', '[::1', '\u001b[2J'])(
    'refuses the address %j',
    (text) => {
      const read = readAddress(text, 8080)
      expect(Result.isFailure(read) && read.failure).toMatch(/^That is not an address: /)
    }
  )
})

describe('consoleOver', () => {
  const readAll = (batches: readonly (readonly string[])[], json: boolean) =>
    Effect.gen(function* () {
      const { terminal } = scripted([], batches)
      const { read } = consoleOver(terminal, json ? parseJsonCommand : parseLine, json)
      return [yield* read, yield* read]
    })

  it.effect('hands on what waits as one batch, leaves blanks out, and ends', () =>
    Effect.gen(function* () {
      expect(yield* readAll([[''], ['hi', '  ', '/quit'], []], false)).toEqual([
        { _tag: 'Commands', commands: [{ type: 'say', text: 'hi' }, { type: 'quit' }] },
        { _tag: 'End' }
      ])
      expect(yield* readAll([['{"type":"say","text":"/quit"}']], true)).toEqual([
        { _tag: 'Commands', commands: [{ type: 'say', text: '/quit' }] },
        { _tag: 'End' }
      ])
    })
  )

  it('is paced only for a text from a pipe that no program attends', () => {
    const { terminal } = scripted([])
    const pipe = { ...terminal, interactive: false }
    expect(consoleOver(terminal, parseLine, false)).toMatchObject({ paced: false })
    expect(consoleOver(pipe, parseLine, false)).toMatchObject({ interactive: false, paced: true })
    expect(consoleOver(pipe, parseJsonCommand, true)).toMatchObject({ paced: false })
  })
})

describe('chatSettings', () => {
  const flagsOf = (...argv: readonly string[]): ChatFlags => {
    const parsed = parseArgv(argv)
    if (Result.isFailure(parsed) || parsed.success._tag !== 'Chat') throw new Error('no chat')
    return parsed.success.flags
  }
  const resolved = (keys: FlagTexts, env: Record<string, string> = {}): Resolved =>
    Result.getOrThrow(resolve({ flags: keys, env, file: undefined }))
  const settingsOf = (argv: readonly string[], env: Record<string, string> = {}) => {
    const flags = flagsOf(...argv)
    return chatSettings(resolved(flags.keys, env), flags, undefined, ['192.168.1.5', 'fd00::2'])
  }

  it('is what the defaults say', () => {
    expect(settingsOf([])).toEqual({
      nickname: undefined,
      listen: { host: undefined, port: 8080, required: false },
      reachable: ['192.168.1.5', 'fd00::2'],
      defaultPort: 8080,
      connect: undefined,
      expect: undefined,
      unknownPeers: 'accept-new',
      heartbeatIntervalMs: 5000,
      reconnectAttempts: 10,
      reconnectDelayMs: 2000,
      messageBytesMax: 1024 * 1024,
      saveHistory: false,
      readReceipts: true,
      historyLines: 10,
      stay: false,
      plainText: false,
      fileBytesMax: 100_000_000,
      autoOpenMedia: false,
      mediaExtensions: [
        'png',
        'jpg',
        'jpeg',
        'gif',
        'webp',
        'mp4',
        'webm',
        'mp3',
        'ogg',
        'wav',
        'flac'
      ]
    })
  })

  it('takes 0 megabytes for any size', () => {
    expect(settingsOf([], { EARSHOT_MAX_FILE_SIZE_MB: '0' }).fileBytesMax).toBeUndefined()
  })

  it('insists on a port that was typed, not on one that is preferred', () => {
    expect(settingsOf(['-p', '9']).listen).toEqual({ host: undefined, port: 9, required: true })
    expect(settingsOf([], { EARSHOT_DEFAULT_PORT: '9' }).listen).toMatchObject({
      port: 9,
      required: false
    })
    const answers = { connect: undefined, port: 7, portNamed: true }
    expect(chatSettings(resolved({}), flagsOf(), answers, []).listen).toMatchObject({
      port: 7,
      required: true
    })
  })

  it('gives an address without a port the preferred one, which --port is not', () => {
    expect(settingsOf(['-c', 'h']).connect).toEqual({ host: 'h', port: 8080 })
    expect(settingsOf(['-c', 'h', '-p', '9']).connect).toEqual({ host: 'h', port: 8080 })
    expect(settingsOf(['-c', 'h'], { EARSHOT_DEFAULT_PORT: '9' }).connect).toMatchObject({
      port: 9
    })
    expect(settingsOf(['-c', 'h:5'], { EARSHOT_DEFAULT_PORT: '9' }).connect).toMatchObject({
      port: 5
    })
    expect(peerPortOf(resolved({}, { EARSHOT_DEFAULT_PORT: '0' }))).toBe(8080)
  })

  it('turns seconds into milliseconds, and cleans the nickname', () => {
    const env = {
      EARSHOT_HEARTBEAT_INTERVAL_SECS: '0.25',
      EARSHOT_RECONNECT_DELAY_SECS: '1.5',
      EARSHOT_NICKNAME: '  a:\u202eb  '
    }
    expect(settingsOf([], env)).toMatchObject({
      heartbeatIntervalMs: 250,
      reconnectDelayMs: 1500,
      nickname: expect.not.stringMatching(/[\u202e:]/)
    })
  })
})
