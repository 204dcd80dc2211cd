/** How each way of ending a link is named, and what is said to the peer about it. Pure. */
import { type ByeReason, type CloseReason, DialError, SecureError } from '../domain/failures.ts'
import { SILENT_AFTER_INTERVALS, SUSPECT_AFTER_INTERVALS } from '../domain/limits.ts'
import { PROTOCOL_VERSIONS } from '../domain/protocol-versions.ts'
import type { ConnectionContext, ConnectionEvent } from './connection.types.ts'

export interface Ending {
  readonly reason: CloseReason
  /** Sent in a BYE frame; undefined where the link is gone or must not be answered. */
  readonly bye: ByeReason | undefined
}

/** What XState itself sends: deadlines that passed, actors that failed. */
interface InternalEvent {
  readonly type: `xstate.${string}`
  readonly error?: unknown
}

const ofPeerBye = (why: ByeReason, versions: readonly number[] | undefined): CloseReason => {
  switch (why) {
    case 'quit':
      return { _tag: 'Bye', by: 'them', why }
    case 'version':
      return { _tag: 'NoCommonVersion', ours: PROTOCOL_VERSIONS, theirs: versions ?? [] }
    case 'protocol':
      return { _tag: 'ProtocolError', by: 'them' }
    case 'duplicate':
      return { _tag: 'Duplicate' }
    case 'elsewhere':
      return { _tag: 'RunningElsewhere' }
    case 'denied':
    case 'busy':
    case 'timeout':
      return { _tag: 'Refused', by: 'them', why }
    default:
      return why satisfies never
  }
}

/** The name of the deadline in an `xstate.after.<name>.<state>` event. */
const deadlineOf = (type: string): string | undefined =>
  type.startsWith('xstate.after.') ? type.split('.')[2] : undefined

const ofDeadline = (name: string, context: ConnectionContext): Ending => {
  switch (name) {
    case 'greetingDeadline':
      return { reason: { _tag: 'GreetingTimeout', waitingFor: 'hello' }, bye: 'timeout' }
    case 'authDeadline':
      return { reason: { _tag: 'GreetingTimeout', waitingFor: 'auth' }, bye: 'timeout' }
    case 'consentDeadline':
      return { reason: { _tag: 'Refused', by: 'us', why: 'timeout' }, bye: 'timeout' }
    case 'answerDeadline':
      return { reason: { _tag: 'GreetingTimeout', waitingFor: 'consent' }, bye: 'timeout' }
    case 'settleDeadline':
      return { reason: { _tag: 'GreetingTimeout', waitingFor: 'select' }, bye: 'timeout' }
    case 'duplicateDeadline':
      return { reason: { _tag: 'Duplicate' }, bye: undefined }
    default: {
      const forMs = context.heartbeatMs * (SUSPECT_AFTER_INTERVALS + SILENT_AFTER_INTERVALS)
      return { reason: { _tag: 'Silent', forMs }, bye: undefined }
    }
  }
}

/** The ending that an event means. Total: what is none of these is a lost link. */
export const endingOf = (
  context: ConnectionContext,
  event: ConnectionEvent | InternalEvent
): Ending => {
  switch (event.type) {
    case 'peer.bye':
      return { reason: ofPeerBye(event.why, event.versions), bye: undefined }
    case 'peer.hello':
      return {
        reason: { _tag: 'NoCommonVersion', ours: PROTOCOL_VERSIONS, theirs: event.hello.versions },
        bye: 'version'
      }
    case 'peer.dup':
      return { reason: { _tag: 'Duplicate' }, bye: 'duplicate' }
    case 'app.stop':
      return { reason: { _tag: 'Bye', by: 'us', why: event.why }, bye: event.why }
    case 'auth.denied':
      return { reason: { _tag: 'Refused', by: 'us', why: event.why }, bye: event.why }
    case 'link.superseded':
      return { reason: { _tag: 'Superseded' }, bye: undefined }
    case 'link.elsewhere':
      return { reason: { _tag: 'RunningElsewhere' }, bye: 'elsewhere' }
    case 'link.violated':
      return {
        reason: { _tag: 'ProtocolError', by: 'us', violation: event.violation },
        bye: 'protocol'
      }
    case 'link.overflowed':
      return { reason: { _tag: 'QueueOverflow', limit: event.limit }, bye: undefined }
    case 'link.ended':
      return { reason: { _tag: 'Lost', code: event.code }, bye: undefined }
    default:
      return ofInternal(context, event as InternalEvent)
  }
}

const ofInternal = (context: ConnectionContext, event: InternalEvent): Ending => {
  const deadline = deadlineOf(event.type)
  if (deadline !== undefined) return ofDeadline(deadline, context)
  if (event.error instanceof DialError) {
    return { reason: { _tag: 'DialError', failure: event.error.reason }, bye: undefined }
  }
  if (event.error instanceof SecureError) {
    return { reason: { _tag: 'SecureError', failure: event.error.reason }, bye: undefined }
  }
  return { reason: { _tag: 'Lost', code: 'unknown' }, bye: undefined }
}
