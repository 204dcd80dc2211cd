/** What the peer asks of our transfers to it: lists, bytes, and that it has them. */
import * as Effect from 'effect/Effect'
import type { ProtocolViolation } from '../../domain/failures.ts'
import type { TransferId, TransferOffer } from '../../domain/transfers.ts'
import { listFrames } from '../../protocol/transfer-payloads.ts'
import type { TransferBody } from '../../protocol/transfer-messages.ts'
import { illegal } from './bodies.ts'
import type { TransferDesk } from './desk.ts'
import type { OpenLink } from './open-link.ts'
import { isActive, progressOf, type Transfer } from './registry.ts'

type FetchBody = Extract<TransferBody, { readonly kind: 'fetch' }>

/** No list has more pieces: each file may have one that is not full. */
const piecesMax = ({ bytes, files, pieceBytes }: TransferOffer): number =>
  Math.floor(bytes / pieceBytes) + files

export class RequestReader {
  readonly #desk: TransferDesk

  constructor(desk: TransferDesk) {
    this.#desk = desk
  }

  fetch({ link }: OpenLink, body: FetchBody): ProtocolViolation | undefined {
    const desk = this.#desk
    const { id, stream, piece, credit, digest } = body
    const violation = link.bulk.onFetch(stream, credit)
    if (violation !== undefined) return violation
    const transfer = desk.find(id, 'out')
    if (transfer === undefined || !transfer.isCreated) {
      desk.say({ kind: 'end', id, why: 'unknown' })
      return undefined
    }
    if (!isActive(transfer)) {
      transfer.writer.settled(() => desk.sayOutcome(transfer))
      return undefined
    }
    if (!link.digests.includes(digest)) return illegal('fetch with a digest that we have not')
    if (piece > piecesMax(transfer.offer)) return illegal('fetch beyond the end')
    if (progressOf(transfer).paused || desk.sendTurns.take(id))
      desk.tell(id, { type: 'peer.fetch', stream, piece, credit, digest })
    else desk.say({ kind: 'hold', id, why: 'queued' })
    return undefined
  }

  askList(open: OpenLink, id: TransferId): ProtocolViolation | undefined {
    const desk = this.#desk
    const transfer = desk.find(id, 'out')
    if (transfer === undefined || !transfer.isCreated) {
      desk.say({ kind: 'end', id, why: 'unknown' })
      return undefined
    }
    const violation = open.asked(id)
    if (violation === undefined && isActive(transfer)) this.#sendList(open, transfer)
    return violation
  }

  /** A frame at a time, so that what is said meanwhile waits for no more than one. */
  #sendList({ link }: OpenLink, transfer: Transfer): void {
    const { registry, world } = this.#desk.plane
    const { id } = transfer
    const unreadable = (): void => this.#desk.plane.refuse(transfer, 'source-unreadable')
    const sent = Effect.gen({ self: this }, function* () {
      const list = yield* registry.list(transfer)
      if (list === undefined) return unreadable()
      for (const body of listFrames(id, list)) {
        if (this.#desk.link !== link) return
        link.say(body)
        yield* link.flush
      }
    })
    world.run(Effect.match(sent, { onSuccess: () => undefined, onFailure: unreadable }))
  }

  done(id: TransferId): ProtocolViolation | undefined {
    const desk = this.#desk
    const transfer = desk.find(id, 'out')
    if (transfer === undefined) desk.say({ kind: 'over', id })
    else if (progressOf(transfer).state === 'offered' && transfer.offer.bytes > 0)
      // Of nothing there is nothing to ask for; of anything else it is noted before a byte is sent.
      return illegal('done without a fetch')
    else if (isActive(transfer)) desk.tell(id, { type: 'peer.done' })
    // Said twice, as on each new link: that it is done is being noted, and told and confirmed after that.
    else if (progressOf(transfer).state !== 'done') {
      // It was whole there before our end of it came.
      desk.plane.tellDone(transfer)
      desk.say({ kind: 'over', id })
    }
    return undefined
  }
}
