/**
 * Text at rest: AES-256-GCM, one seal per batch of messages. Each conversation has data keys of its own,
 * which are stored wrapped under a key that comes from the profile's master key; what is not text
 * is only authenticated, so that damage is noticed.
 *
 * A sealed value is `nonce (12 random bytes) ‖ ciphertext ‖ tag (16 bytes)`. What it is bound to
 * goes into the tag, so that a value in another's place does not open.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual
} from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MAC_BYTES = 16

/**
 * Seals under one data key. Nonces are random: after 2^24 of them two are the same with a chance of
 * 2^-49 (NIST SP 800-38D allows 2^-32).
 */
export const SEALS_PER_KEY_MAX = 2 ** 24

/** Bytes that sealing adds. */
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES

export const seal = (key: KeyObject, plain: Uint8Array, boundTo: string): Buffer => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce)
  cipher.setAAD(Buffer.from(boundTo))
  const sealed = cipher.update(plain)
  cipher.final()
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()])
}

/** undefined: damaged, in another's place, or of another key. */
export const unseal = (key: KeyObject, sealed: Uint8Array, boundTo: string): Buffer | undefined => {
  if (sealed.length < SEAL_BYTES) return undefined
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES
  })
  decipher.setAAD(Buffer.from(boundTo))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

const derived = (masterKey: Uint8Array, purpose: string): KeyObject =>
  createSecretKey(
    Buffer.from(hkdfSync('sha256', masterKey, '', `earshot store 1 ${purpose}`, KEY_BYTES))
  )

/** The keys of one store, all from its master key. */
export class StoreKeys {
  readonly #wrapping: KeyObject
  readonly #state: KeyObject
  readonly #check: KeyObject

  constructor(masterKey: Uint8Array) {
    this.#wrapping = derived(masterKey, 'data keys')
    this.#state = derived(masterKey, 'state')
    this.#check = derived(masterKey, 'check')
  }

  /** A value that only this master key opens. */
  newCheck(owner: string): Buffer {
    return seal(this.#check, Buffer.alloc(0), owner)
  }

  opens(check: Uint8Array, owner: string): boolean {
    return unseal(this.#check, check, owner) !== undefined
  }

  newDataKey(place: string): { readonly key: KeyObject; readonly wrapped: Buffer } {
    const bytes = randomBytes(KEY_BYTES)
    return { key: createSecretKey(bytes), wrapped: seal(this.#wrapping, bytes, place) }
  }

  /** undefined: it was not wrapped for this place, or is damaged. */
  dataKey(wrapped: Uint8Array, place: string): KeyObject | undefined {
    const bytes = unseal(this.#wrapping, wrapped, place)
    return bytes === undefined ? undefined : createSecretKey(bytes)
  }

  /** What shows that a state is as it was written. */
  mac(state: string, place: string): Buffer {
    const whole = createHmac('sha256', this.#state).update(`${place}\n`).update(state).digest()
    return whole.subarray(0, MAC_BYTES)
  }

  isMac(mac: Uint8Array, state: string, place: string): boolean {
    return mac.length === MAC_BYTES && timingSafeEqual(mac, this.mac(state, place))
  }
}
