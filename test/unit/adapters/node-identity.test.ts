/**
 * Goal: a profile has one identity for ever: made once, found again, never replaced by accident.
 * Method: the layer on real files, first run, second run, two at once, and each damage.
 */
import {
  X509Certificate,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync
} from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { TlsCredentials, layer, layerInMemory } from '../../../src/adapters/node-identity.ts'
import { publicKeyOf } from '../../../src/domain/peer-id.ts'
import { Identity } from '../../../src/services/identity.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const identityIn = (directory: string) =>
  Effect.map(Layer.build(layer({ directory, profile: 'second' })), (services) => ({
    ...Context.get(services, Identity),
    credentials: Context.get(services, TlsCredentials)
  }))

const certificateIn = (directory: string): X509Certificate =>
  new X509Certificate(fs.readFileSync(join(directory, 'identity.crt')))

describe('an identity in memory', () => {
  it.effect('is another one each time, with a certificate of its own', () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([
        Layer.build(layerInMemory('one')),
        Layer.build(layerInMemory('other'))
      ])
      const ids = [one, other].map((services) => Context.get(services, Identity))
      expect(ids[0]?.peerId).not.toBe(ids[1]?.peerId)
      expect(ids.map(({ profile }) => profile)).toEqual(['one', 'other'])
      expect(ids[0]?.randomBytes(16)).toHaveLength(16)
      for (const services of [one, other]) {
        const { peerId, secureContext } = Context.get(services, TlsCredentials)
        expect(peerId).toBe(Context.get(services, Identity).peerId)
        expect(secureContext()).toBe(secureContext())
      }
    })
  )
})

describe('an identity', () => {
  it.effect('is made on the first run and found on the next', () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, 'home')
      const first = yield* identityIn(directory)
      const before = fs.readFileSync(join(directory, 'identity.crt'))
      const second = yield* identityIn(directory)
      expect(second.peerId).toBe(first.peerId)
      expect(second.profile).toBe('second')
      expect(fs.readFileSync(join(directory, 'identity.crt')).equals(before)).toBe(true)
      for (const name of ['identity.key', 'identity.crt'])
        expect(fs.statSync(join(directory, name)).mode & 0o777).toBe(0o600)
    })
  )

  it.effect('is the public key of the key file', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const { peerId } = yield* identityIn(directory)
      const key = createPrivateKey(fs.readFileSync(join(directory, 'identity.key')))
      const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
      expect(key.asymmetricKeyType).toBe('ed25519')
      expect(Buffer.from(publicKeyOf(peerId)).equals(spki.subarray(-32))).toBe(true)
    })
  )

  it.effect('has a certificate that says nothing but its key', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* identityIn(directory)
      const certificate = certificateIn(directory)
      expect(certificate.subject).toBe('CN=earshot')
      expect(certificate.issuer).toBe('CN=earshot')
      expect(certificate.ca).toBe(false)
      expect(certificate.verify(certificate.publicKey)).toBe(true)
      expect(certificate.validFrom).toBe('Jan  1 00:00:00 2020 GMT')
      expect(certificate.validTo).toBe('Dec 31 23:59:59 9999 GMT')
      expect(certificate.serialNumber.length).toBe(32)
    })
  )

  it.effect('is one, also when two first runs meet', () =>
    Effect.gen(function* () {
      const directory = join(yield* temporaryDirectory, 'home')
      const all = yield* Effect.all(
        Array.from({ length: 6 }, () => identityIn(directory)),
        { concurrency: 'unbounded' }
      )
      expect(new Set(all.map(({ peerId }) => peerId)).size).toBe(1)
      expect(fs.readdirSync(directory).sort()).toEqual(['identity.crt', 'identity.key'])
      const key = createPrivateKey(fs.readFileSync(join(directory, 'identity.key')))
      expect(certificateIn(directory).checkPrivateKey(key)).toBe(true)
    })
  )

  it.effect('keeps its key when the certificate is lost, cut, or of another key', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'identity.crt')
      const { peerId } = yield* identityIn(directory)
      const key = createPrivateKey(fs.readFileSync(join(directory, 'identity.key')))
      const whole = fs.readFileSync(path, 'latin1')
      yield* identityIn(join(directory, 'other'))
      const others = fs.readFileSync(join(directory, 'other', 'identity.crt'), 'latin1')
      for (const content of [undefined, '', 'nonsense', whole.slice(0, 200), others]) {
        if (content === undefined) fs.rmSync(path)
        else fs.writeFileSync(path, content)
        const again = yield* identityIn(directory)
        expect(again.peerId).toBe(peerId)
        expect(certificateIn(directory).checkPrivateKey(key)).toBe(true)
        expect(again.credentials.secureContext()).toBe(again.credentials.secureContext())
      }
    })
  )

  it.effect('can speak TLS although a byte in the middle of the certificate was changed', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'identity.crt')
      yield* identityIn(directory)
      const [head = '', first = '', ...rest] = fs.readFileSync(path, 'latin1').split('\n')
      // The version field inside the signed part becomes nonsense; length and key are untouched.
      const changed = Buffer.from(first, 'base64').fill(0xff, 8, 13).toString('base64')
      fs.writeFileSync(path, [head, changed, ...rest].join('\n'))
      const { credentials } = yield* identityIn(directory)
      expect(() => credentials.secureContext()).not.toThrow()
    })
  )

  it.effect('stops at a damaged key and leaves it where it is', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const path = join(directory, 'identity.key')
      const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      const pem = String(other.export({ type: 'pkcs8', format: 'pem' }))
      for (const content of ['', 'nonsense', pem]) {
        fs.writeFileSync(path, content, { mode: 0o600 })
        const error = yield* Effect.flip(identityIn(directory))
        expect(error.reason).toMatchObject({ _tag: 'SecretDamaged', path })
        expect(fs.readFileSync(path, 'latin1')).toBe(content)
      }
    })
  )

  it.effect('is refused when others may read it', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      yield* identityIn(directory)
      fs.chmodSync(join(directory, 'identity.key'), 0o644)
      expect((yield* Effect.flip(identityIn(directory))).reason._tag).toBe('SecretUnsafe')
    })
  )

  it.effect('gives fresh bytes of the length asked for', () =>
    Effect.gen(function* () {
      const { randomBytes } = yield* identityIn(yield* temporaryDirectory)
      expect(randomBytes(32).length).toBe(32)
      expect(Buffer.from(randomBytes(32)).equals(randomBytes(32))).toBe(false)
    })
  )
})
