/** Addresses as people type them: `host:port`, `[v6]:port`, or a host alone. */
import * as Result from 'effect/Result'
import type { Endpoint } from './failures.ts'

/** Most characters of a DNS name (RFC 1035 §2.3.4), without the root dot. */
const DNS_NAME_CHARS_MAX = 253
/** The longest thing that can be meant: a bracketed IPv6 address with zone, or a name, and a port. */
const TEXT_CHARS_MAX = 300

const HEX_GROUP = /^[0-9a-fA-F]{1,4}$/
const ZONE = /^[A-Za-z0-9._-]{1,32}$/
const DNS_LABEL = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/

/** true: four decimal numbers 0–255 without leading zeros (some resolvers read those as octal). */
export const isIpv4 = (text: string): boolean => {
  const parts = text.split('.')
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  )
}

/** Groups that one side of `::` stands for; undefined: not groups. */
const groupsOf = (text: string, last: boolean): number | undefined => {
  if (text === '') return 0
  const parts = text.split(':')
  let count = 0
  for (const [at, part] of parts.entries()) {
    const v4 = last && at === parts.length - 1 && isIpv4(part)
    if (!v4 && !HEX_GROUP.test(part)) return undefined
    count += v4 ? 2 : 1
  }
  return count
}

/** true: an IPv6 address (RFC 4291 §2.2), with or without a zone (`%eth0`), without brackets. */
export const isIpv6 = (text: string): boolean => {
  const [address = '', zone, extra] = text.split('%')
  if (extra !== undefined || (zone !== undefined && !ZONE.test(zone))) return false
  const halves = address.split('::')
  if (halves.length > 2) return false
  const head = groupsOf(halves[0] ?? '', halves.length === 1)
  if (head === undefined) return false
  if (halves.length === 1) return head === 8
  const tail = groupsOf(halves[1] ?? '', true)
  return tail !== undefined && head + tail <= 7
}

const hostFault = (host: string): string | undefined => {
  if (host === '') return 'the host is missing'
  if (isIpv4(host) || isIpv6(host)) return undefined
  if (/^[\d.]+$/.test(host)) return 'an IPv4 address has four numbers from 0 to 255'
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  if (name.length > DNS_NAME_CHARS_MAX)
    return `a host name has at most ${DNS_NAME_CHARS_MAX} letters`
  if (!name.split('.').every((label) => DNS_LABEL.test(label)))
    return 'a host name has letters, digits and hyphens between its dots'
  return undefined
}

const portOf = (text: string): number | undefined => {
  if (!/^\d{1,5}$/.test(text)) return undefined
  const port = Number(text)
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** Splits host from port text; port undefined where none was given. A string says what is wrong. */
const split = (text: string): { host: string; port: string | undefined } | string => {
  if (text.startsWith('[')) {
    const close = text.indexOf(']')
    const host = text.slice(1, close)
    const rest = text.slice(close + 1)
    if (close < 0 || !isIpv6(host)) return 'an IPv6 address stands between [ and ]'
    if (rest !== '' && !rest.startsWith(':')) return 'only :port may follow the ]'
    return { host, port: rest === '' ? undefined : rest.slice(1) }
  }
  if (isIpv6(text)) return { host: text, port: undefined }
  const colon = text.indexOf(':')
  if (colon < 0) return { host: text, port: undefined }
  if (text.indexOf(':', colon + 1) >= 0)
    return 'an IPv6 address with a port is written [address]:port'
  return { host: text.slice(0, colon), port: text.slice(colon + 1) }
}

/**
 * Reads an address strictly. Failure: one clause that says what is wrong, ready for a sentence.
 * Nothing that a resolver, a shell or a URL parser would read as more than a host gets through.
 * @param defaultPort used where the text names no port.
 */
export const parseEndpoint = (
  text: string,
  defaultPort: number
): Result.Result<Endpoint, string> => {
  if (text === '') return Result.fail('the address is missing')
  if (text.length > TEXT_CHARS_MAX) return Result.fail('the address is too long')
  if (/[^\x21-\x7e]/.test(text))
    return Result.fail('an address has no spaces, control characters or letters beyond ASCII')
  if (text.startsWith('-')) return Result.fail('an address does not begin with a hyphen')
  if (/[@/\\?#]/.test(text)) return Result.fail('an address is host:port, nothing before or after')
  const parts = split(text)
  if (typeof parts === 'string') return Result.fail(parts)
  const fault = hostFault(parts.host)
  if (fault !== undefined) return Result.fail(fault)
  if (parts.port === undefined) return Result.succeed({ host: parts.host, port: defaultPort })
  const port = portOf(parts.port)
  if (port === undefined) return Result.fail('a port is a number from 1 to 65535')
  return Result.succeed({ host: parts.host, port })
}

/** `host:port`, with brackets around an IPv6 address. Not sanitised. */
export const formatEndpoint = (endpoint: Endpoint): string =>
  endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`
