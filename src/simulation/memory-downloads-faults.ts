/** How a program hears of a call of its disk that failed, while it receives files. */
import * as Effect from 'effect/Effect'
import { isFull, TransferError, type TransferFailure } from '../domain/transfer-failures.ts'
import type { SystemFault } from './memory-files-handle.ts'

const failureOf = ({ code, path }: SystemFault): TransferFailure =>
  isFull(code) ? { _tag: 'DiskFull', path, code } : { _tag: 'NotWritable', path, code }

/** The error of a call that failed, or of a place that is not there any more. */
export const told = <A, R>(
  effect: Effect.Effect<A, SystemFault | TransferError, R>
): Effect.Effect<A, TransferError, R> =>
  Effect.mapError(effect, (fault) =>
    fault._tag === 'SystemFault' ? new TransferError({ reason: failureOf(fault) }) : fault
  )

export const placeLost = (path: string): Effect.Effect<never, TransferError> =>
  Effect.fail(new TransferError({ reason: { _tag: 'PlaceLost', path } }))
