/** What can be wrong with the files of a transfer, at either end. docs/ERRORS.md has what the user reads. */
import * as Data from 'effect/Data'

/** `path` is of this machine; `code` the system's name, as EACCES. */
export type TransferFailure =
  /** There is nothing under this path. */
  | { readonly _tag: 'SourceMissing'; readonly path: string }
  | { readonly _tag: 'SourceUnreadable'; readonly path: string; readonly code: string }
  /** Neither a file nor a folder, as a device or a pipe. */
  | { readonly _tag: 'SourceSpecial'; readonly path: string }
  /** Not as it was when it was offered. */
  | { readonly _tag: 'SourceChanged'; readonly path: string }
  | {
      readonly _tag: 'SourceTooLarge'
      readonly path: string
      readonly bytes: number
      readonly limit: number
    }
  | { readonly _tag: 'SourceTooMany'; readonly path: string; readonly limit: number }
  | { readonly _tag: 'SourceTooDeep'; readonly path: string; readonly limit: number }
  /** The download folder is missing and cannot be made, or is no folder, or cannot be written. */
  | { readonly _tag: 'FolderUnusable'; readonly path: string; readonly code: string }
  /** Others could put something there: `detail` is a clause. */
  | { readonly _tag: 'FolderUnsafe'; readonly path: string; readonly detail: string }
  | { readonly _tag: 'DiskFull'; readonly path: string; readonly code: string }
  /** The disk failed, or refuses. */
  | { readonly _tag: 'NotWritable'; readonly path: string; readonly code: string }
  /** The unfinished file is gone, or another one. */
  | { readonly _tag: 'PlaceLost'; readonly path: string }
  /** No room for the notes of transfers. What was noted is unharmed. */
  | { readonly _tag: 'NotesFull'; readonly path: string; readonly code: string }
  /** They may not be read or written, as on a disk that is read-only, or are not there. */
  | { readonly _tag: 'NotesUnusable'; readonly path: string; readonly code: string }
  /** The disk fails where they are. */
  | { readonly _tag: 'NotesIo'; readonly path: string; readonly code: string }

export class TransferError extends Data.TaggedError('TransferError')<{
  readonly reason: TransferFailure
}> {}

/** The disk, or the user's share of it, is full. */
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
/** The disk itself says that something is wrong with it. */
const FAILED: ReadonlySet<string> = new Set([
  'EIO',
  'ENXIO',
  'ENODEV',
  'ESTALE',
  'ETIMEDOUT',
  'EBADMSG',
  'EUCLEAN',
  'UNKNOWN'
])

/** Whether a call failed for want of room. @param code of the system. */
export const isFull = (code: string): boolean => FULL.has(code)

/** What a call about the notes of transfers that failed means. @param code of the system. */
export const notesFailure = (path: string, code: string): TransferError => {
  const _tag = isFull(code) ? 'NotesFull' : FAILED.has(code) ? 'NotesIo' : 'NotesUnusable'
  return new TransferError({ reason: { _tag, path, code } })
}
