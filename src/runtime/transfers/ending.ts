/** How a transfer ends that is not done. */
import type { TransferFailure } from '../../domain/transfer-failures.ts'
import type { TransferEnd } from '../../domain/transfers.ts'

export interface Ending {
  readonly by: 'us' | 'them'
  readonly why: TransferEnd
}

/** Why we end one, noted before its machine is told to. */
export interface Verdict {
  readonly why: TransferEnd
  readonly failure: TransferFailure | undefined
}
