/**
 * The row that says whose store this is, which process has it, and how the last run left it. A digest
 * tells a damaged row from another owner or key.
 */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../../domain/failures.ts'
import type { PeerId } from '../../domain/peer-id.ts'
import { isAlive, startOf } from '../profile-lock.ts'
import type { StoreKeys } from './cipher.ts'
import type { StoreFile } from './options.ts'
import { damaged } from './store-failure.ts'

export interface Meta {
  /** Of Identity, as JSON. */
  readonly identity: string
  /** The process that has the store, and the file that it took; empty: none. */
  readonly holder: string
  /** false: the last run did not come to its end, or saw damage. */
  readonly isClean: boolean
  /** What was kept in the last run where nothing else was said. */
  readonly savesHistory: boolean
}

interface Identity {
  readonly owner: PeerId
  /** Base64. */
  readonly check: string
}

const digestOf = ({ identity, holder, isClean, savesHistory }: Meta): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([identity, holder, isClean, savesHistory]))
    .digest()

/** Whether nothing was ever written to it but its tables. */
export const isBlank = (database: DatabaseSync): boolean =>
  database.prepare('SELECT 1 FROM meta UNION ALL SELECT 1 FROM conversation').get() === undefined

/** Writes the row. */
export const writeMeta = (database: DatabaseSync, meta: Meta): Meta => {
  const { identity, holder, isClean, savesHistory } = meta
  database
    .prepare('INSERT OR REPLACE INTO meta VALUES (1, ?1, ?2, ?3, ?4, ?5)')
    .run(identity, holder, isClean ? 1 : 0, savesHistory ? 1 : 0, digestOf(meta))
  return meta
}

/** The row of a new store. */
export const newMeta = (keys: StoreKeys, owner: PeerId): Meta => {
  const made: Identity = { owner, check: keys.newCheck(owner).toString('base64') }
  return { identity: JSON.stringify(made), holder: '', isClean: true, savesHistory: false }
}

/**
 * Reads the row. Throws StoreDamaged, StoreForeign (another owner), StoreSealed (another key).
 */
export const readMeta = (database: DatabaseSync, keys: StoreKeys, file: StoreFile): Meta => {
  const { path, keyPath } = file
  const row = database.prepare('SELECT * FROM meta WHERE id = 1').get()
  const meta: Meta = {
    identity: String(row?.['identity']),
    holder: String(row?.['holder']),
    isClean: row?.['is_clean'] === 1,
    savesHistory: row?.['saves_history'] === 1
  }
  const digest = row?.['digest']
  if (!(digest instanceof Uint8Array) || !digestOf(meta).equals(digest))
    throw damaged(path, 'it does not say any more whose it is')
  const { owner, check } = JSON.parse(meta.identity) as Identity
  if (owner !== file.owner) throw new StoreError({ reason: { _tag: 'StoreForeign', path, owner } })
  if (!keys.opens(Buffer.from(check, 'base64'), owner))
    throw new StoreError({ reason: { _tag: 'StoreSealed', path, keyPath } })
  return meta
}

/** A copy of a file is held by nobody, whatever it says, so a holder names the file as well. */
export const ourHold = (path: string): string =>
  `${process.pid} ${startOf(process.pid)} ${fs.statSync(path, { bigint: true }).ino}`

/** What this process holds, so that a hold that could not be noted to be over does not shut it out. */
const held = new Set<string>()

/** From now on this process has a store, until `free`. */
export const hold = ({ holder }: Meta): void => {
  held.add(holder)
}

export const free = ({ holder }: Meta): void => {
  held.delete(holder)
}

/** The living process that has the store; undefined: nobody. */
export const livingHolder = (path: string, { holder }: Meta): number | undefined => {
  const [pid, start, file] = holder.split(' ')
  if (pid === undefined || start === undefined) return undefined
  if (holder === ourHold(path)) return held.has(holder) ? process.pid : undefined
  if (file !== String(fs.statSync(path, { bigint: true }).ino)) return undefined
  return isAlive(Number(pid), start) ? Number(pid) : undefined
}
