/** Whom or what to dial, as whoever calls us gave it. */
import * as Result from 'effect/Result'
import { formatEndpoint, parseEndpoint } from '../domain/endpoint.ts'
import { type PeerId, parsePeerId } from '../domain/peer-id.ts'
import { misuse } from './earshot-error.ts'
import { DEFAULT_PORT } from './options.ts'

/** An address as the command `connect` reads it, or a peer that is to be found in the peer book. */
export type DialTarget = { readonly address: string } | { readonly id: PeerId }

const isEndpoint = (target: unknown): target is { readonly host: string; readonly port: number } =>
  typeof target === 'object' &&
  target !== null &&
  'host' in target &&
  typeof target.host === 'string' &&
  'port' in target &&
  typeof target.port === 'number'

/** @throws EarshotError UsageInvalid */
export const dialTargetOf = (target: unknown): DialTarget => {
  if (typeof target === 'string') {
    const id = parsePeerId(target)
    if (Result.isSuccess(id)) return { id: id.success }
  }
  const text = isEndpoint(target) ? formatEndpoint(target) : target
  if (typeof text !== 'string')
    throw misuse(
      'There is nothing to dial: an address is a text, or has a host and a port.',
      'A peer that does not listen has no address.'
    )
  const endpoint = parseEndpoint(text, DEFAULT_PORT)
  if (Result.isSuccess(endpoint)) return { address: formatEndpoint(endpoint.success) }
  throw misuse(
    `This is no address to dial: ${endpoint.failure}.`,
    'It is host:port, or the whole id of a peer that was dialled before.'
  )
}
