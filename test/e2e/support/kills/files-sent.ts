/** What is sent while ends are killed: files and folders no two of which are alike. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bytesOf, putFile, treeOf } from '../files.ts'
import type { Name } from './lines.ts'

/** one: a file. many: small files at once. folder: with files of all sizes. list: a folder of many names. */
export type Shape = 'one' | 'many' | 'folder' | 'list'

/** How a transfer was told to be over. */
export interface Outcome {
  readonly run: number
  readonly how: string
}

/** One transfer, and what became of it. */
export interface Item {
  readonly name: string
  readonly kind: 'file' | 'folder'
  readonly source: string
  readonly bytes: number
  /** Run of the sender in which it was asked to send it. */
  run: number
  isOffered: boolean
  /** Our test cancelled it: it may end so. */
  mayEnd: boolean
  readonly over: Readonly<Record<Name, Outcome[]>>
  /** Where the receiver says that it is. */
  path?: string
  /** Bytes that the receiver had on its disk when it died, or lost its link. */
  had?: { readonly bytes: number; readonly isAll: boolean }
  /** An offer that was not answered: run of the receiver, and the number there. */
  asked?: { readonly run: number; readonly number: number }
  /** What was found under `path`, once it was told as done. */
  isEqual?: boolean
}

const MANY = 12
const MANY_BYTES = 2 ** 20 + 1
const NAMES = 2000
const SIZES = [0, 1, 70_000, 2 ** 20, 3 * 2 ** 20 + 7]
/** Of all content, which is this block again and again, marked. */
const BLOCK = bytesOf(64 * 1024)

/** No two numbers give the same, nor two blocks of one. */
const contentOf = (number: number, bytes: number): Buffer => {
  const content = Buffer.alloc(bytes, BLOCK)
  for (let at = 0; at + 8 <= bytes; at += BLOCK.length) {
    content.writeUInt32BE(at / BLOCK.length, at)
    content.writeUInt32BE(number, at + 4)
  }
  return content
}

const itemOf = (kind: Item['kind'], folder: string, name: string, bytes: number): Item => ({
  name,
  kind,
  source: join(folder, name),
  bytes,
  run: 0,
  isOffered: false,
  mayEnd: false,
  over: { alice: [], bob: [] }
})

const makeFile = (folder: string, number: number, bytes: number): Item => {
  const item = itemOf('file', folder, `f${number}.bin`, bytes)
  putFile(item.source, contentOf(number, bytes))
  return item
}

const makeFolder = (folder: string, number: number, sizes: readonly number[]): Item => {
  const item = itemOf(
    'folder',
    folder,
    `d${number}`,
    sizes.reduce((sum, size) => sum + size, 0)
  )
  for (const [at, size] of sizes.entries())
    putFile(join(item.source, `part ${at % 7}`, `${at}.bin`), contentOf(number + at, size))
  return item
}

/** @param number of the first of them; @param bytes of one file. */
export const makeItems = (
  shape: Shape,
  folder: string,
  number: number,
  bytes: number
): readonly [Item, ...Item[]] => {
  if (shape === 'folder')
    return [makeFolder(folder, number, [...SIZES, ...SIZES, ...SIZES, ...SIZES])]
  if (shape === 'list')
    return [
      makeFolder(
        folder,
        number,
        Array.from({ length: NAMES }, () => 0)
      )
    ]
  if (shape === 'one') return [makeFile(folder, number, bytes)]
  const more = Array.from({ length: MANY - 1 }, (_, at) =>
    makeFile(folder, number + 1 + at, MANY_BYTES)
  )
  return [makeFile(folder, number, MANY_BYTES), ...more]
}

const isSameTree = (one: string, other: string): boolean => {
  const [here, there] = [treeOf(one), treeOf(other)]
  return here.size === there.size && [...here].every(([path, text]) => there.get(path) === text)
}

/** Compares what came with what was sent, to the last byte, and removes both. */
export const compare = (item: Item): void => {
  const { kind, source, path } = item
  if (path !== undefined) {
    const isSame = (): boolean =>
      kind === 'folder' ? isSameTree(source, path) : readFileSync(source).equals(readFileSync(path))
    item.isEqual = existsSync(path) && isSame()
    rmSync(path, { recursive: true, force: true })
  }
  rmSync(source, { recursive: true })
}
