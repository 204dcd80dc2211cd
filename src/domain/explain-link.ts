/** The parts of explain.ts that speak of one dial, one handshake, one goodbye. */
import { type Explanation, showCode, showEndpoint, showSeconds } from './explanation.ts'
import type {
  ByeReason,
  DialFailure,
  GateCheck,
  ProtocolViolation,
  SecureFailure
} from './failures.ts'
import { explainStore } from './explain-store.ts'
import { formatPeerId } from './peer-id.ts'
import { safeLine } from './safe-text.ts'

/** A dial that gave no stream (S17). */
export const explainDial = (failure: DialFailure): Explanation => {
  switch (failure._tag) {
    case 'ConnectionRefused':
      return {
        text: `${showEndpoint(failure.target)} refused the connection: nobody listens there.`,
        next: 'Check the port, and that Earshot runs at the other end.'
      }
    case 'HostNotFound':
      return {
        text: `The host ${safeLine(failure.target.host, 260)} was not found.`,
        next: 'Check the spelling, or use its IP address.'
      }
    case 'HostUnreachable':
      return {
        text: `${showEndpoint(failure.target)} cannot be reached from here (${showCode(failure.code)}).`,
        next: 'Check your network, and whether both of you are in the same one.'
      }
    case 'DialTimeout':
      return {
        text: `${showEndpoint(failure.target)} did not answer within ${showSeconds(failure.afterMs)}.`,
        next: 'A firewall or router may drop it: the port must be open at the other end.'
      }
    case 'DialDenied':
      return {
        text: `The system does not allow a connection to ${showEndpoint(failure.target)} (${showCode(failure.code)}).`,
        next: 'Check the firewall rules and permissions of this machine.'
      }
    case 'DialFailed':
      return {
        text: `The connection to ${showEndpoint(failure.target)} failed (${showCode(failure.code)}).`,
        next: 'Check the address and try again.'
      }
  }
}

const LOOKS_LIKE = {
  http: 'a web browser or web server',
  ssh: 'an SSH program',
  tls: 'another TLS program',
  'plain-text': 'a plain text program',
  unknown: 'something else'
} as const

const GATE: Readonly<Record<GateCheck, string>> = {
  'tls-version': 'it does not speak TLS 1.3',
  alpn: 'it does not name the Earshot protocol',
  resumed: 'it tried to resume an old session',
  'no-certificate': 'it shows no key',
  'certificate-size': 'its certificate is too large',
  'not-ed25519': 'its key is not an Ed25519 key'
}

/** A stream that did not become a secured link. */
export const explainSecure = (failure: SecureFailure): Explanation => {
  switch (failure._tag) {
    case 'NotEarshot':
      return {
        text: `The other end is not Earshot but ${LOOKS_LIKE[failure.looksLike]}.`,
        next:
          failure.looksLike === 'plain-text'
            ? 'To talk with it unprotected, start with --plain-text.'
            : 'Check the address and the port.'
      }
    case 'SecureTimeout':
      return {
        text: `The other end did not set up encryption within ${showSeconds(failure.afterMs)}.`,
        next: 'Check that Earshot runs at that address and port.'
      }
    case 'GateRefused':
      return {
        text: `The other end was refused because ${GATE[failure.check]}.`,
        next: 'Check that Earshot runs at both ends, in versions that fit.'
      }
    case 'IdentityChanged':
      return {
        text: `IDENTITY CHANGED: the key is not the one known for this peer. Expected ${formatPeerId(failure.expected)}, got ${formatPeerId(failure.actual)}. Nothing was sent.`,
        next: 'Ask your peer over another way. Only if the key was really replaced: earshot peers rekey OLD NEW.'
      }
    case 'DialledSelf':
      return {
        text: 'You dialled yourself: that address is this very program.',
        next: "Use your peer's address."
      }
    case 'StreamLost':
      return {
        text: `The connection broke off while encryption was set up (${showCode(failure.code)}).`,
        next: 'Check that Earshot runs at that address and port, then try again.'
      }
    case 'LedgerUnreadable': {
      const { text, next } = explainStore(failure.failure)
      return {
        text: `What is kept of this peer cannot be read. ${text}`,
        ...(next === undefined ? {} : { next })
      }
    }
  }
}

/** A clause for inside brackets. */
export const explainViolation = (violation: ProtocolViolation): string => {
  switch (violation._tag) {
    case 'FrameTooLarge':
      return `a frame of ${violation.actual} bytes, at most ${violation.limit} are allowed`
    case 'FrameFlags':
      return `frame flags ${violation.flags}, none are allowed`
    case 'FrameUnknown':
      return `unknown frame type ${violation.type}`
    case 'FrameIllegal':
      return `frame ${showCode(violation.type)} while ${showCode(violation.state)}`
    case 'FrameMalformed':
      return `malformed frame ${showCode(violation.type)}: ${safeLine(violation.detail, 120)}`
    case 'GreetingTooLarge':
      return `a greeting of more than ${violation.limit} bytes`
    case 'SequenceGap':
      return `item ${violation.actual} where ${violation.expected} was due`
    case 'AckFromFuture':
      return `item ${violation.actual} acknowledged, only ${violation.highest} were sent`
    case 'MessageTooLarge':
      return `a message of more than ${violation.limit} bytes`
    case 'TooManyPings':
      return `more than ${violation.limit} pings a second`
    case 'NonceEchoed':
      return 'our own greeting came back to us'
  }
}

const BYE_FROM_THEM: Readonly<Record<ByeReason, Explanation>> = {
  quit: { text: 'The peer has left.' },
  denied: {
    text: 'The peer did not let us in.',
    next: 'Ask your peer to type /accept, or to allow unknown peers.'
  },
  busy: { text: 'The peer is busy with too many connections.', next: 'Try again a little later.' },
  version: {
    text: 'The peer speaks another version of the protocol.',
    next: 'The older of the two programs needs an update.'
  },
  protocol: {
    text: 'The peer says that we broke the protocol.',
    next: 'Check that both ends run the same version of Earshot.'
  },
  duplicate: { text: 'The peer has a connection to us already; that one goes on.' },
  elsewhere: {
    text: 'The peer says that our identity is in use by another running Earshot.',
    next: 'Quit the other one, or start this one with another --profile.'
  },
  timeout: { text: 'The peer waited too long for us.', next: 'Try again.' }
}

const BYE_FROM_US: Readonly<Record<ByeReason, Explanation>> = {
  quit: { text: 'We have left.' },
  denied: { text: 'The peer was not let in.', next: 'Known peers are listed by /peers.' },
  busy: { text: 'There were too many connections for one more.' },
  version: {
    text: 'The peer speaks another version of the protocol.',
    next: 'The older of the two programs needs an update.'
  },
  protocol: {
    text: 'The peer broke the protocol, so the connection was closed.',
    next: 'Check that both ends run the same version of Earshot.'
  },
  duplicate: { text: 'This was a second connection to the same peer; the first one goes on.' },
  elsewhere: {
    text: 'The same identity called from another running Earshot; the first one goes on.'
  },
  timeout: { text: 'The peer took too long.', next: 'Try again.' }
}

/** What a BYE says, from either end. */
export const explainBye = (why: ByeReason, by: 'us' | 'them'): Explanation =>
  by === 'us' ? BYE_FROM_US[why] : BYE_FROM_THEM[why]
