/**
 * Goal: every failure that a program can meet is an error with a tag to branch on and a sentence to show,
 * and its next step is one that a program can take.
 * Method: an error for one sample of every failure.
 */
import { describe, expect, it } from '@effect/vitest'
import { EarshotError, type EarshotFailure } from '../../../src/library/earshot.ts'
import { CLOSE, LISTEN, SECURE, START } from '../domain/failure-samples.ts'

/** Those of the command line alone, in words or at all: its arguments, its files, its terminal. */
const COMMAND_LINE = new Set<EarshotFailure['_tag']>([
  'UsageInvalid',
  'ConfigInvalid',
  'ConfigUnreadable',
  'ConfigExists',
  'EncryptionRequired',
  'PassphraseUnreadable',
  'HistoryInUse'
])

const OWN: readonly EarshotFailure[] = [
  { _tag: 'Closed' },
  { _tag: 'Cancelled' },
  { _tag: 'Defect' },
  { _tag: 'NotQueued', why: 'too-long' },
  { _tag: 'NotQueued', why: 'outbox-full' },
  { _tag: 'NotQueued', why: 'no-peer' },
  { _tag: 'NotQueued', why: 'not-stored' },
  { _tag: 'NotQueued', why: 'not-stored', failure: { _tag: 'StoreIo', path: '/db', code: 'EIO' } }
]

const all: readonly EarshotFailure[] = [
  ...Object.values(START).filter(({ _tag }) => !COMMAND_LINE.has(_tag)),
  ...Object.values(CLOSE),
  ...Object.values(LISTEN).map((failure) => ({ _tag: 'ListenImpossible' as const, failure })),
  ...Object.values(SECURE).map((failure) => ({ _tag: 'SecureError' as const, failure })),
  ...OWN
]

describe('an error', () => {
  it.each(all.map((reason) => ({ reason, tag: JSON.stringify(reason).slice(0, 70) })))(
    'says in a sentence what happened: $tag',
    ({ reason }) => {
      const error = new EarshotError(reason)
      expect(error.message).toMatch(/^\S.*[.?!:)\d]$/)
      expect(error.reason).toBe(reason)
      expect(error.code).toMatch(/^[A-Z][A-Za-z]+$/)
      expect(error.next ?? '').not.toMatch(/ --[a-z]/)
      expect(String(error)).toBe(`EarshotError: ${error.message}`)
      expect(Object.keys(error)).not.toContain('stack')
    }
  )

  it('has the tag of the innermost failure as its code', () => {
    const codes = OWN.concat(
      CLOSE.DialError,
      CLOSE.SecureError,
      { _tag: 'PeerUnreachable', reason: CLOSE.DialError },
      { _tag: 'ListenImpossible', failure: LISTEN.PortInUse }
    ).map((reason) => new EarshotError(reason).code)
    expect(codes).toEqual([
      'Closed',
      'Cancelled',
      'Defect',
      'NotQueued',
      'NotQueued',
      'NotQueued',
      'NotQueued',
      'StoreIo',
      CLOSE.DialError.failure._tag,
      CLOSE.SecureError.failure._tag,
      CLOSE.DialError.failure._tag,
      'PortInUse'
    ])
  })
})
