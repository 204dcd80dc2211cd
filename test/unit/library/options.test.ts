/**
 * Goal: options mean what they mean on the command line; what cannot be meant is refused with a sentence,
 * before anything is done.
 * Method: tables of wrong options; the defaults against those of the command line.
 */
import { describe, expect, it } from '@effect/vitest'
import { CONFIG_KEYS } from '../../../src/cli/config/keys.ts'
import { createPeer, EarshotError, type PeerOptions } from '../../../src/library/earshot.ts'
import { checkOptions, DEFAULT_PORT, settingsOf } from '../../../src/library/options.ts'
import { failureOf } from './making.ts'

const WRONG: readonly (readonly [string, unknown])[] = [
  ['no object', null],
  ['a list', []],
  ['a text', 'home'],
  ['an unknown option', { nickName: 'ann' }],
  ['an inherited name', { toString: 1 }],
  ['an empty home', { home: '' }],
  ['a home that is no text', { home: 7 }],
  ['a name that nobody sees', { nickname: '\u200b' }],
  ['a name that is too long', { nickname: 'x'.repeat(33) }],
  ['listening as true', { listen: true }],
  ['a port that is none', { listen: { port: 65_536 } }],
  ['half a port', { listen: { port: 80.5 } }],
  ['an unknown way to listen', { listen: { prot: 80 } }],
  ['an unknown policy', { unknownPeers: 'accept' }],
  ['an id that is none', { expect: 'bob' }],
  ['no heartbeat', { heartbeatMs: 0 }],
  ['a text of milliseconds', { reconnectDelayMs: '2000' }],
  ['attempts below zero', { reconnectAttempts: -1 }],
  ['a passphrase that is no text', { passphrase: 7 }],
  ['a way to keep that is none', { saveHistory: 'yes' }],
  ['a history of half a day', { saveHistory: { days: 0.5 } }],
  ['receipts that are no choice', { readReceipts: 1 }],
  ['listeners, which peers take and options do not', { on: {} }],
  ['a wrong listener of failures', { onListenerError: {} }]
]

describe('options', () => {
  it.each(WRONG)('refuse %s', async (_, options) => {
    const failure = await failureOf(createPeer(options as PeerOptions))
    expect(failure).toBeInstanceOf(EarshotError)
    expect(failure).toMatchObject({ code: 'UsageInvalid', next: expect.stringMatching(/[.?]$/) })
  })

  it('guess what was meant', () => {
    expect(() => checkOptions({ nicknam: 'ann' })).toThrow(
      expect.objectContaining({ next: 'Did you mean nickname?' })
    )
  })

  it('may be left out, and undefined is left out', () => {
    expect(() => checkOptions({ home: undefined, listen: { host: undefined } })).not.toThrow()
  })

  it('have the defaults of the command line', () => {
    const settings = settingsOf({}, [])
    const seconds = (value: number): number => value * 1000
    expect(DEFAULT_PORT).toBe(CONFIG_KEYS.default_port.fallback)
    expect(settings).toMatchObject({
      unknownPeers: CONFIG_KEYS.unknown_peers.fallback,
      heartbeatIntervalMs: seconds(CONFIG_KEYS.heartbeat_interval_secs.fallback),
      reconnectAttempts: CONFIG_KEYS.reconnect_attempts.fallback,
      reconnectDelayMs: seconds(CONFIG_KEYS.reconnect_delay_secs.fallback),
      messageBytesMax: CONFIG_KEYS.message_size_max_kb.fallback * 1024,
      readReceipts: CONFIG_KEYS.read_receipts.fallback,
      saveHistory: CONFIG_KEYS.save_history.fallback
    })
  })
})
