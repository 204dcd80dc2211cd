/**
 * Goal: each way of ending a link has its own reason, and says to the peer what the peer should know.
 * Method: every event that ends a link, in a table; the map is total, so what is none of them is a loss.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyEventObject } from 'xstate'
import { BYE_REASONS, type ByeReason, type CloseReason } from '../../src/domain/failures.ts'
import { endingOf } from '../../src/machines/connection.endings.ts'
import type { ConnectionContext } from '../../src/machines/connection.types.ts'
import { connectionInput, DIAL_ERROR, REFUSED, SECURE_ERROR } from './samples.ts'

const context = connectionInput() as ConnectionContext

const ending = (event: AnyEventObject) => endingOf(context, event as never)

const after = (name: string) => ({ type: `xstate.after.${name}.connection.somewhere` })
const failed = (error: unknown) => ({ type: 'xstate.error.actor.0.connection.securing', error })

const CASES: readonly (readonly [AnyEventObject, CloseReason, ByeReason | undefined])[] = [
  [
    { type: 'peer.hello', hello: { version: undefined, versions: [3, 4], instance: '' } },
    { _tag: 'NoCommonVersion', ours: [1], theirs: [3, 4] },
    'version'
  ],
  [{ type: 'peer.dup' }, { _tag: 'Duplicate' }, 'duplicate'],
  [{ type: 'app.stop', why: 'quit' }, { _tag: 'Bye', by: 'us', why: 'quit' }, 'quit'],
  [{ type: 'auth.denied', why: 'busy' }, { _tag: 'Refused', by: 'us', why: 'busy' }, 'busy'],
  [{ type: 'auth.denied', why: 'denied' }, { _tag: 'Refused', by: 'us', why: 'denied' }, 'denied'],
  [{ type: 'link.superseded' }, { _tag: 'Superseded' }, undefined],
  [{ type: 'link.elsewhere' }, { _tag: 'RunningElsewhere' }, 'elsewhere'],
  [
    { type: 'link.violated', violation: { _tag: 'NonceEchoed' } },
    { _tag: 'ProtocolError', by: 'us', violation: { _tag: 'NonceEchoed' } },
    'protocol'
  ],
  [{ type: 'link.overflowed', limit: 7 }, { _tag: 'QueueOverflow', limit: 7 }, undefined],
  [{ type: 'link.ended', code: 'EPIPE' }, { _tag: 'Lost', code: 'EPIPE' }, undefined],
  [after('greetingDeadline'), { _tag: 'GreetingTimeout', waitingFor: 'hello' }, 'timeout'],
  [after('authDeadline'), { _tag: 'GreetingTimeout', waitingFor: 'auth' }, 'timeout'],
  [after('consentDeadline'), { _tag: 'Refused', by: 'us', why: 'timeout' }, 'timeout'],
  [after('answerDeadline'), { _tag: 'GreetingTimeout', waitingFor: 'consent' }, 'timeout'],
  [after('settleDeadline'), { _tag: 'GreetingTimeout', waitingFor: 'select' }, 'timeout'],
  [after('duplicateDeadline'), { _tag: 'Duplicate' }, undefined],
  [after('silence'), { _tag: 'Silent', forMs: 25_000 }, undefined],
  [failed(DIAL_ERROR), REFUSED, undefined],
  [failed(SECURE_ERROR), { _tag: 'SecureError', failure: SECURE_ERROR.reason }, undefined],
  [failed(new Error('a defect')), { _tag: 'Lost', code: 'unknown' }, undefined]
]

/** What the peer's BYE means to us; nothing is ever said back. */
const BYES: Readonly<Record<ByeReason, CloseReason>> = {
  quit: { _tag: 'Bye', by: 'them', why: 'quit' },
  denied: { _tag: 'Refused', by: 'them', why: 'denied' },
  busy: { _tag: 'Refused', by: 'them', why: 'busy' },
  timeout: { _tag: 'Refused', by: 'them', why: 'timeout' },
  version: { _tag: 'NoCommonVersion', ours: [1], theirs: [2, 3] },
  protocol: { _tag: 'ProtocolError', by: 'them' },
  duplicate: { _tag: 'Duplicate' },
  elsewhere: { _tag: 'RunningElsewhere' }
}

describe('how a link ends', () => {
  it.each(CASES)('%j is %j, and says %s', (event, reason, bye) => {
    expect(ending(event)).toEqual({ reason, bye })
  })

  it.each(BYE_REASONS)('by the peer, which says %s', (why) => {
    const versions = why === 'version' ? [2, 3] : undefined
    expect(ending({ type: 'peer.bye', why, versions })).toEqual({
      reason: BYES[why],
      bye: undefined
    })
  })

  it('by a version that the peer did not tell', () => {
    expect(ending({ type: 'peer.bye', why: 'version', versions: undefined }).reason).toEqual({
      _tag: 'NoCommonVersion',
      ours: [1],
      theirs: []
    })
  })
})
