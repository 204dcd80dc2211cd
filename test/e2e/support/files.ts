/** Files for the tests of transfers: made, offered, taken and compared. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TransferRef } from '../../../src/domain/transfer-events.ts'
import type { PipeOptions } from './pipe.ts'
import { temporaryFolder } from './program.ts'
import { type JsonProgram, startJsonTalk, type Told } from './talk.ts'

const BLOCK_BYTES = 64 * 1024

/** Bytes that look random and are the same every time; no two blocks of them are alike. */
export const bytesOf = (count: number): Buffer => {
  const lines = Array.from({ length: BLOCK_BYTES / 32 }, (_, at) =>
    createHash('sha256').update(`${at}`).digest()
  )
  const block = Buffer.concat(lines)
  const bytes = Buffer.alloc(count)
  for (let at = 0; at < count; at += BLOCK_BYTES) {
    block.writeUInt32BE(at / BLOCK_BYTES, 0)
    block.copy(bytes, at)
  }
  return bytes
}

/** Writes a file with the folders above it. @returns its path. */
export const putFile = (path: string, content: string | Uint8Array, mode = 0o644): string => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content, { mode })
  return path
}

/** Everything below a folder: the path of each folder with a slash, of each file with its content. */
export const treeOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .map((entry): readonly [string, string] => {
        const path = join(entry.parentPath, entry.name)
        const name = path.slice(folder.length + 1)
        return entry.isDirectory() ? [`${name}/`, ''] : [name, readFileSync(path, 'latin1')]
      })
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
  )

export const isExecutable = (path: string): boolean => (statSync(path).mode & 0o111) !== 0

/** Where a program of this home puts what it takes. */
export const downloadsOf = (home: string): string => join(home, 'Downloads')

/** The names of what was taken; none without a folder. */
export const takenNames = (home: string): readonly string[] =>
  existsSync(downloadsOf(home)) ? readdirSync(downloadsOf(home)).toSorted() : []

export interface FileTalk {
  /** Sends. */
  readonly ann: JsonProgram
  /** Takes. */
  readonly bob: JsonProgram
  readonly port: number
  /** A folder for what is sent. */
  readonly source: string
  readonly homes: { readonly ann: string; readonly bob: string }
}

/** Two connected programs with homes that outlive them. */
export const startFileTalk = async (
  options: { readonly ann?: PipeOptions; readonly bob?: PipeOptions } = {}
): Promise<FileTalk> => {
  const homes = { ann: temporaryFolder(), bob: temporaryFolder() }
  const talk = await startJsonTalk({
    ann: { home: homes.ann, ...options.ann },
    bob: { home: homes.bob, ...options.bob }
  })
  return { ...talk, source: temporaryFolder(), homes }
}

/** As a user would type it behind /send. */
export const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`

/** Ann offers a path, and bob is asked. @returns what he is asked. */
export const offer = async (
  { ann, bob }: Pick<FileTalk, 'ann' | 'bob'>,
  path: string
): Promise<Told<'transfer.offered'>> => {
  const before = bob.events().filter(({ type }) => type === 'transfer.offered').length
  ann.ask({ type: 'send', paths: quoted(path) })
  return bob.pipe.until('another offer', () => {
    const offers = bob.events().filter((event) => event.type === 'transfer.offered')
    return offers.length > before ? (offers.at(-1) as Told<'transfer.offered'>) : undefined
  })
}

/** What `/accept` calls a transfer. */
export const nameOf = ({ number }: TransferRef): string => `t${number}`

/** Bob takes it, and both are told that it is done. @returns where it is. */
export const take = async (
  { ann, bob }: Pick<FileTalk, 'ann' | 'bob'>,
  { transfer }: Told<'transfer.offered'>,
  anyway = false
): Promise<string> => {
  bob.ask({ type: 'accept', who: nameOf(transfer), ...(anyway ? { anyway } : {}) })
  const isIt = (event: { readonly transfer: TransferRef }): boolean =>
    event.transfer.id === transfer.id
  const [done] = await Promise.all([
    bob.waitFor('transfer.done', isIt),
    ann.waitFor('transfer.done', isIt)
  ])
  return done.path ?? ''
}
