/** Readers of flags' and arguments' texts. They report to commander the way it asks for. */
import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import * as Result from 'effect/Result'
import { parseEndpoint } from '../domain/endpoint.ts'
import type { Endpoint } from '../domain/failures.ts'
import { type PeerId, type PeerIdFault, parsePeerId } from '../domain/peer-id.ts'

/** The port of an address that names none: what it means is known once the settings are. */
export const PORT_NOT_NAMED = 0

const ID_FAULTS: Readonly<Record<PeerIdFault, string>> = {
  length: 'An id has 56 characters.',
  alphabet: 'An id has the letters a to z and the digits 2 to 7.',
  version: 'It is no id of this version of Earshot.',
  checksum: 'A character of it is wrong: its check digits do not fit.'
}

export const readPeerId = (text: string): PeerId => {
  const id = parsePeerId(text)
  if (Result.isFailure(id))
    throw new InvalidArgumentError(
      `${ID_FAULTS[id.failure]} Your peer sees theirs with: earshot id`
    )
  return id.success
}

export const readEndpoint = (text: string): Endpoint => {
  const endpoint = parseEndpoint(text, PORT_NOT_NAMED)
  if (Result.isFailure(endpoint))
    throw new InvalidArgumentError(`It is not HOST:PORT: ${endpoint.failure}.`)
  return endpoint.success
}

export const readProfile = (text: string): string => {
  if (!/^[a-z0-9-]{1,32}$/.test(text))
    throw new InvalidArgumentError('A profile has 1 to 32 small letters, digits or hyphens.')
  return text
}

export const readPath = (text: string): string => {
  if (text === '' || text.includes('\0')) throw new InvalidArgumentError('It is not a path.')
  return text
}

/** A path for a key of the configuration, which means the same from every folder. */
export const readAbsolutePath = (text: string): string => resolve(readPath(text))

/** From 1 on. */
export const readWholeNumber = (text: string): number => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (number < 1) throw new InvalidArgumentError('It is not a whole number from 1 on.')
  return number
}
