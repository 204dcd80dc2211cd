/** What a call of the system that failed means for a download, and calls that run to their end. */
import * as Effect from 'effect/Effect'
import { isFull, TransferError } from '../../domain/transfer-failures.ts'
import { codeOf } from '../private-files.ts'

/** Something else is under the name: a link, a folder, a pipe, nothing. */
const OTHER: ReadonlySet<string> = new Set([
  'ELOOP',
  'EMLINK',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ENXIO'
])

export const placeLost = (path: string): TransferError =>
  new TransferError({ reason: { _tag: 'PlaceLost', path } })

/** The error of a call, about what people know as `path`. */
export const failureOf = (path: string, error: unknown): TransferError => {
  if (error instanceof TransferError) return error
  const code = codeOf(error)
  if (OTHER.has(code)) return placeLost(path)
  return new TransferError({
    reason: isFull(code) ? { _tag: 'DiskFull', path, code } : { _tag: 'NotWritable', path, code }
  })
}

/** Runs to its end once begun, so that nothing half made is left and nothing open is forgotten. */
export const working = <A>(path: string, work: () => Promise<A>): Effect.Effect<A, TransferError> =>
  Effect.uninterruptible(Effect.tryPromise({ try: work, catch: (error) => failureOf(path, error) }))
