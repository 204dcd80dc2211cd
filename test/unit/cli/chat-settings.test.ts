/**
 * Goal: what the user set about the history reaches the runtime.
 * Method: settings are resolved from flags and variables, as a start does, and handed on.
 */
import { describe, expect, it } from '@effect/vitest'
import * as Result from 'effect/Result'
import { chatSettings } from '../../../src/cli/chat-settings.ts'
import { resolve } from '../../../src/cli/config/resolve.ts'
import { parseArgv } from '../../../src/cli/program.ts'

const settingsOf = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const asked = parseArgv(argv)
  if (Result.isFailure(asked) || asked.success._tag !== 'Chat') throw new Error('no conversation')
  const { flags } = asked.success
  const resolved = resolve({ flags: flags.keys, env, file: undefined })
  if (Result.isFailure(resolved)) throw new Error(JSON.stringify(resolved.failure))
  return chatSettings(resolved.success, flags, undefined, [])
}

describe('the history of a conversation', () => {
  it('is not kept unless somebody asks for it; receipts and the last lines are on', () => {
    expect(settingsOf([])).toMatchObject({
      saveHistory: false,
      readReceipts: true,
      historyLines: 10
    })
  })

  it('is as the variables say', () => {
    const env = {
      EARSHOT_SAVE_HISTORY: '1',
      EARSHOT_READ_RECEIPTS: 'false',
      EARSHOT_HISTORY_LINES: '0'
    }
    expect(settingsOf([], env)).toMatchObject({
      saveHistory: true,
      readReceipts: false,
      historyLines: 0
    })
  })

  it('is as the flag says, whatever the variables say', () => {
    expect(settingsOf(['--no-history'], { EARSHOT_SAVE_HISTORY: '1' }).saveHistory).toBe(false)
    expect(settingsOf(['--history'], { EARSHOT_SAVE_HISTORY: '0' }).saveHistory).toBe(true)
  })
})
