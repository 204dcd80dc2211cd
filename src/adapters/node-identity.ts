/**
 * Who we are: an Ed25519 key in `identity.key` (PKCS#8, PEM) and its certificate in `identity.crt`,
 * both made on the first run. The key is the identity; the certificate only carries it through TLS
 * and is made again whenever it is missing or does not fit.
 */
import {
  type KeyObject,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes
} from 'node:crypto'
import { join } from 'node:path'
import type { SecureContext } from 'node:tls'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { StartError } from '../domain/failures.ts'
import { type PeerId, PUBLIC_KEY_BYTES, peerIdFromPublicKey } from '../domain/peer-id.ts'
import { Identity } from '../services/identity.ts'
import {
  createPrivate,
  ensurePrivateDirectory,
  readPrivate,
  replacePrivate
} from './private-files.ts'
import {
  certificateToPem,
  looksLikeCertificateOf,
  selfSignedCertificate
} from './self-signed-certificate.ts'
import { createEarshotContext } from './tls-profile.ts'

/** What the TLS adapter needs of our identity. The private key leaves this file only inside it. */
export class TlsCredentials extends Context.Service<
  TlsCredentials,
  {
    readonly peerId: PeerId
    /** Key and certificate as OpenSSL holds them; built at the first call, then shared. */
    readonly secureContext: () => SecureContext
  }
>()('earshot/adapters/TlsCredentials') {}

/** The directory of a profile, as profile-lock.ts finds it, and its name. */
export interface IdentityFiles {
  readonly directory: string
  readonly profile: string
}

interface OwnKey {
  readonly pem: string
  readonly key: KeyObject
  /** SubjectPublicKeyInfo, DER, 44 bytes: a fixed head of 12, then the public key (RFC 8410 §4). */
  readonly spki: Buffer
}

const SPKI_BYTES = 12 + PUBLIC_KEY_BYTES

const newKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const damaged = (path: string): StartError =>
  new StartError({
    reason: { _tag: 'SecretDamaged', path, detail: 'it holds no Ed25519 private key' }
  })

const parseKey = (path: string, pem: string): Effect.Effect<OwnKey, StartError> =>
  Effect.try({
    try: () => {
      const key = createPrivateKey(pem)
      const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
      if (key.asymmetricKeyType !== 'ed25519' || spki.length !== SPKI_BYTES)
        throw new TypeError('another kind of key')
      return { pem, key, spki }
    },
    catch: () => damaged(path)
  })

/** The key that is there, or a new one. Two first starts at once agree on whichever was first. */
const ownKey = Effect.fnUntraced(function* (path: string) {
  const found = yield* readPrivate(path)
  if (found !== undefined) return yield* parseKey(path, found.toString('latin1'))
  yield* createPrivate(path, newKey())
  const kept = yield* readPrivate(path)
  return yield* parseKey(path, kept?.toString('latin1') ?? '')
})

const newCertificate = (own: OwnKey): string =>
  certificateToPem(selfSignedCertificate(own.key, randomBytes(16)))

const ownCertificate = Effect.fnUntraced(function* (path: string, own: OwnKey) {
  const found = (yield* readPrivate(path))?.toString('latin1')
  if (found !== undefined && looksLikeCertificateOf(found, own.spki)) return found
  const made = newCertificate(own)
  yield* replacePrivate(path, made)
  return made
})

/** Builds the context when it is first needed: it costs 3 ms that the start can do without. */
const lazyContext = (own: OwnKey, certificate: string): (() => SecureContext) => {
  let built: SecureContext | undefined
  return () => {
    if (built !== undefined) return built
    try {
      built = createEarshotContext(own.pem, certificate)
    } catch {
      // The file was changed in a way that its outside does not show. The key is what counts.
      built = createEarshotContext(own.pem, newCertificate(own))
    }
    return built
  }
}

/** The services of a key. */
const servicesOf = (
  own: OwnKey,
  certificate: string,
  profile: string
): Context.Context<Identity | TlsCredentials> => {
  const peerId = peerIdFromPublicKey(own.spki.subarray(-PUBLIC_KEY_BYTES))
  const identity = {
    peerId,
    profile,
    randomBytes: (count: number): Uint8Array => randomBytes(count)
  }
  return Context.empty().pipe(
    Context.add(Identity, identity),
    Context.add(TlsCredentials, { peerId, secureContext: lazyContext(own, certificate) })
  )
}

/**
 * Reads or makes the identity of a profile. Fails with SecretUnsafe (modes, owner, links),
 * SecretDamaged (no key in the file) or HomeUnwritable.
 */
export const layer = (files: IdentityFiles): Layer.Layer<Identity | TlsCredentials, StartError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      yield* ensurePrivateDirectory(files.directory)
      const own = yield* ownKey(join(files.directory, 'identity.key'))
      const certificate = yield* ownCertificate(join(files.directory, 'identity.crt'), own)
      return servicesOf(own, certificate, files.profile)
    })
  )

/** A new identity that is gone with the process. */
export const layerInMemory = (profile: string): Layer.Layer<Identity | TlsCredentials> =>
  Layer.effectContext(
    Effect.map(Effect.orDie(parseKey('a key in memory', newKey())), (own) =>
      servicesOf(own, newCertificate(own), profile)
    )
  )
