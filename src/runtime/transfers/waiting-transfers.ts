/** How many transfers of a peer a run that ends by itself waits for, told when that changes. */
import type { PeerId } from '../../domain/peer-id.ts'
import type { TransferId } from '../../domain/transfers.ts'
import { isActive, progressOf, type Transfer, type TransferRegistry } from './registry.ts'

/** Ours that nobody paused, theirs that the user took, and those whose end is noted before it is told. */
const isAwaited = (transfer: Transfer): boolean => {
  const { state, paused, told } = progressOf(transfer)
  if (!isActive(transfer)) return !told
  if (paused) return false
  return state === 'accepted' || (transfer.direction === 'out' && state === 'offered')
}

export class WaitingTransfers {
  readonly #registry: TransferRegistry
  readonly #preparing: ReadonlyMap<TransferId, { readonly peerId: PeerId }>
  readonly #tell: (peerId: PeerId, waiting: number) => void
  readonly #told = new Map<PeerId, number>()

  /** @param preparing what is not noted yet. */
  constructor(
    registry: TransferRegistry,
    preparing: ReadonlyMap<TransferId, { readonly peerId: PeerId }>,
    tell: (peerId: PeerId, waiting: number) => void
  ) {
    this.#registry = registry
    this.#preparing = preparing
    this.#tell = tell
  }

  /** Something of this peer began or ended. */
  count(peerId: PeerId): void {
    const surveys = [...this.#preparing.values()].filter((one) => one.peerId === peerId)
    const waiting = surveys.length + this.#registry.of(peerId).filter(isAwaited).length
    if ((this.#told.get(peerId) ?? 0) === waiting) return
    this.#told.set(peerId, waiting)
    this.#tell(peerId, waiting)
  }
}
