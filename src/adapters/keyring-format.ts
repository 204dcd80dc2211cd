/**
 * The text form of `store.key`, read strictly: it has to be, byte for byte, what we would write. The
 * check digits tell a damaged file from a wrong passphrase; they protect nothing.
 */
import { createHash } from 'node:crypto'
import * as Result from 'effect/Result'
import { KDF_LANES_MAX, KDF_MEMORY_KIB_MAX, KDF_PASSES_MAX } from '../domain/limits.ts'

const VERSION = 1
export const MASTER_KEY_BYTES = 32
export const SALT_BYTES = 16
/** Nonce, the master key, and the tag of AES-GCM. */
export const WRAPPED_BYTES = 12 + MASTER_KEY_BYTES + 16
const FILE_BYTES_MAX = 4096
const CHECK_BYTES = 8

/** What a derivation costs whoever tries a passphrase. */
export interface KdfCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** How the wrapping key comes from the passphrase. */
export interface Kdf extends KdfCost {
  readonly name: 'argon2id'
  readonly salt: Uint8Array
}

/** What the file holds: the master key as it is, or wrapped. */
export type KeyFile =
  | { readonly kdf: null; readonly key: Uint8Array }
  | { readonly kdf: Kdf; readonly wrapped: Uint8Array }

type Fields = Readonly<Record<string, unknown>>

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

const kdfFields = (kdf: Kdf): Fields => ({
  name: kdf.name,
  memoryKiB: kdf.memoryKiB,
  passes: kdf.passes,
  lanes: kdf.lanes,
  salt: text(kdf.salt)
})

/** What the wrapped key is bound to: another cost or salt in the file does not open it. */
export const boundTo = (kdf: Kdf): string =>
  JSON.stringify({ version: VERSION, kdf: kdfFields(kdf) })

/** Writes the file, one field a line. */
export const writeKeyFile = (file: KeyFile): string => {
  const fields: Fields =
    file.kdf === null
      ? { version: VERSION, kdf: null, key: text(file.key) }
      : { version: VERSION, kdf: kdfFields(file.kdf), wrapped: text(file.wrapped) }
  const digest = createHash('sha256').update(JSON.stringify(fields)).digest()
  const check = digest.subarray(0, CHECK_BYTES).toString('hex')
  return `${JSON.stringify({ ...fields, check }, undefined, 2)}\n`
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const bytesOf = (value: unknown, length: number): Uint8Array | undefined => {
  if (typeof value !== 'string') return undefined
  const bytes = new Uint8Array(Buffer.from(value, 'base64'))
  return bytes.length === length ? bytes : undefined
}

const isWhole = (value: unknown, min: number, max: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max

/** The parameters, or what is wrong with them. Nothing is allocated for them yet. */
const kdfOf = (value: unknown): Kdf | string => {
  if (!isRecord(value) || value['name'] !== 'argon2id') return 'its kdf is not known'
  const { memoryKiB, passes, lanes } = value
  if (!isWhole(lanes, 1, KDF_LANES_MAX)) return 'its kdf has a number of lanes out of bounds'
  if (!isWhole(passes, 1, KDF_PASSES_MAX)) return 'its kdf has a number of passes out of bounds'
  // RFC 9106 §3.1: at least 8 KiB a lane.
  if (!isWhole(memoryKiB, 8 * lanes, KDF_MEMORY_KIB_MAX))
    return 'its kdf has an amount of memory out of bounds'
  const salt = bytesOf(value['salt'], SALT_BYTES)
  return salt === undefined
    ? 'its salt is wrong'
    : { name: 'argon2id', memoryKiB, passes, lanes, salt }
}

const fileOf = (value: Fields): KeyFile | string => {
  if (value['kdf'] === null) {
    const key = bytesOf(value['key'], MASTER_KEY_BYTES)
    return key === undefined ? 'its key is wrong' : { kdf: null, key }
  }
  const kdf = kdfOf(value['kdf'])
  if (typeof kdf === 'string') return kdf
  const wrapped = bytesOf(value['wrapped'], WRAPPED_BYTES)
  return wrapped === undefined ? 'its wrapped key is wrong' : { kdf, wrapped }
}

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/** Reads the file. The failure says what is wrong, without repeating what the file holds. */
export const readKeyFile = (bytes: Uint8Array): Result.Result<KeyFile, string> => {
  if (bytes.length > FILE_BYTES_MAX) return Result.fail('it is too long')
  const value = parseJson(bytes)
  if (!isRecord(value)) return Result.fail('it is not a JSON object')
  if (value['version'] !== VERSION)
    return Result.fail(`it is not of version ${VERSION}, the only one this Earshot reads`)
  const file = fileOf(value)
  if (typeof file === 'string') return Result.fail(file)
  if (!Buffer.from(writeKeyFile(file)).equals(bytes))
    return Result.fail('its check digits do not fit')
  return Result.succeed(file)
}
