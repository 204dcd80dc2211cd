/** What a user's words mean as a path of this machine, and what is wrong with what is there. */
import { isAbsolute, join, resolve } from 'node:path'
import { TransferError } from '../../domain/transfer-failures.ts'
import { codeOf } from '../private-files.ts'

/** On Windows a backslash separates folders, and there are no modes. */
export const IS_WINDOWS = process.platform === 'win32'

/** Where paths begin. */
export interface LocalRoots {
  /** The folder of the program: relative paths begin here. Absolute. */
  readonly folder: string
  /** For `~`; undefined where the system knows none. */
  readonly userHome: string | undefined
}

const HOME = IS_WINDOWS ? /^~(?=$|[\\/])/ : /^~(?=$|\/)/

/** The absolute path of what was typed, without its quotes. `~name` is a name like any other. */
export const localPath = (typed: string, { folder, userHome }: LocalRoots): string => {
  if (userHome !== undefined && HOME.test(typed)) return join(userHome, typed.slice(1))
  return isAbsolute(typed) ? resolve(typed) : resolve(folder, typed)
}

/** The error that stands for an error of the system. */
export const sourceError = (path: string, error: unknown): TransferError => {
  const code = codeOf(error)
  // No file can have a NUL in its name, which Node says in its own way.
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ERR_INVALID_ARG_VALUE'
  return new TransferError({
    reason: isMissing ? { _tag: 'SourceMissing', path } : { _tag: 'SourceUnreadable', path, code }
  })
}
