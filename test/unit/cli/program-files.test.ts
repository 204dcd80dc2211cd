/**
 * Goal: the arguments of `earshot send` and `earshot receive` become what was asked for, or one sentence
 * that says what is wrong. Method: the pure parser.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import { explainStart } from '../../../src/domain/explain.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { parseArgv } from '../../../src/cli/program.ts'

const ID = peerIdFromPublicKey(new Uint8Array(32).fill(7))

const asked = (...argv: readonly string[]) => {
  const parsed = parseArgv(argv)
  if (Result.isFailure(parsed)) throw new Error(JSON.stringify(parsed.failure))
  return parsed.success
}

const refused = (...argv: readonly string[]): string => {
  const parsed = parseArgv(argv)
  if (Result.isSuccess(parsed)) throw new Error(`taken: ${JSON.stringify(parsed.success)}`)
  expect(parsed.failure._tag).toBe('UsageInvalid')
  const { text, next } = explainStart(parsed.failure)
  return `${text} ${next ?? ''}`
}

describe('send', () => {
  it('takes files, and whom to call in front of them or behind', () => {
    const target = { host: 'h', port: 1 }
    const sent = asked('send', 'a b', 'c', '--connect', 'h:1', '--expect', ID, '--json')
    expect(sent).toMatchObject({
      _tag: 'Send',
      flags: { connect: target, expect: ID, json: true },
      request: { paths: ['a b', 'c'], as: undefined }
    })
    expect(asked('-c', 'h:1', 'send', 'a')).toMatchObject({ flags: { connect: target } })
  })

  it('takes standard input under a name', () => {
    expect(asked('send', '-', '--as', 'all.tar', '-c', 'h:1')).toMatchObject({
      request: { paths: ['-'], as: 'all.tar' }
    })
  })

  it.each([
    [['send'], 'paths'],
    [['send', '-'], 'no name'],
    [['send', '-', '-', '--as', 'x'], 'one standard input'],
    [['send', 'a', '--as', 'x'], 'nothing does'],
    [['send', '-', '--as', '../x'], 'without a folder'],
    [['send', 'a', '--connect', ':x'], 'connect']
  ])('%j is refused: %s', (argv, why) => {
    expect(refused(...argv)).toContain(why)
  })
})

describe('receive', () => {
  it('takes a port, a folder and the one peer', () => {
    expect(asked('receive', '-p', '9', '--output', 'in', '--accept-from', ID)).toMatchObject({
      _tag: 'Receive',
      flags: { expect: ID, keys: { default_port: { text: '9' } } },
      request: { output: 'in', anyway: false }
    })
    expect(asked('receive', '--output', '-', '--anyway')).toMatchObject({
      request: { output: '-', anyway: true }
    })
  })

  it.each([
    [['receive', '--output', '-', '--json'], 'not for both'],
    [['receive', '--accept-from', 'bob'], 'accept-from'],
    [['receive', 'x'], 'argument']
  ])('%j is refused: %s', (argv, why) => {
    expect(refused(...argv)).toContain(why)
  })
})
