/**
 * The calls of the system that downloads need, as promises over plain descriptors: a descriptor costs less than a
 * FileHandle where 10,000 small files come, and nothing but this folder closes it.
 */
import * as fs from 'node:fs'
import { promisify } from 'node:util'

export const open: (path: string, flags: number, mode?: number) => Promise<number> = promisify(
  fs.open
)
export const close: (fd: number) => Promise<void> = promisify(fs.close)
export const fsync: (fd: number) => Promise<void> = promisify(fs.fsync)
export const fdatasync: (fd: number) => Promise<void> = promisify(fs.fdatasync)
export const ftruncate: (fd: number, bytes: number) => Promise<void> = promisify(fs.ftruncate)
export const fchmod: (fd: number, mode: number) => Promise<void> = promisify(fs.fchmod)

/** Views in one call: no system takes more of them. */
const VIEWS_MAX = 1024

const writev = (fd: number, views: readonly Uint8Array[], at: number): Promise<number> =>
  new Promise((resolve, reject) => {
    fs.writev(fd, views, at, (error, written) => {
      if (error === null) resolve(written)
      else reject(error)
    })
  })

/** What is left of the views behind their first `bytes` bytes. Copies nothing. */
const behind = (views: readonly Uint8Array[], bytes: number): readonly Uint8Array[] => {
  let left = bytes
  for (const [index, view] of views.entries()) {
    if (left < view.length) return [view.subarray(left), ...views.slice(index + 1)]
    left -= view.length
  }
  return []
}

/** Writes all of the views behind each other, from byte `at` on. @returns how many bytes that were. */
export const writeAll = async (
  fd: number,
  views: readonly Uint8Array[],
  at: number
): Promise<number> => {
  let left = views
  let end = at
  while (left.length > 0) {
    const written = await writev(fd, left.length > VIEWS_MAX ? left.slice(0, VIEWS_MAX) : left, end)
    end += written
    left = behind(left, written)
  }
  return end - at
}
