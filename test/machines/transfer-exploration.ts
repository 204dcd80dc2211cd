/** Everything that the two machines of a transfer can do; see exploration.ts. */
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import { incomingTransferMachine } from '../../src/machines/incoming-transfer.machine.ts'
import type { IncomingContext } from '../../src/machines/incoming-transfer.types.ts'
import { outgoingTransferMachine } from '../../src/machines/outgoing-transfer.machine.ts'
import { explore, handledNow } from './exploration.ts'
import * as samples from './samples.ts'

/** How the actors of a state can end, by the names of their events in the chart. */
const outcomes = (
  snapshot: AnyMachineSnapshot,
  errors: readonly unknown[]
): readonly AnyEventObject[] =>
  [...handledNow(snapshot)].flatMap((type): readonly AnyEventObject[] => {
    if (type.startsWith('xstate.done.actor.')) return [{ type, output: undefined }]
    return type.startsWith('xstate.error.actor.') ? errors.map((error) => ({ type, error })) : []
  })

const SOURCE_ERRORS = [
  samples.failedWith(samples.SOURCE_CHANGED),
  samples.failedWith({ _tag: 'SourceUnreadable', path: '/home/ada/photo.jpg', code: 'EIO' }),
  new Error('a defect')
]

const DISK_ERRORS = [
  samples.failedWith(samples.DISK_FULL),
  samples.failedWith(samples.PLACE_LOST),
  samples.failedWith(samples.DISK_BROKEN),
  { _tag: 'Damaged', piece: 3 },
  new Error('a defect')
]

/** Everything counts that a context holds, but for the stream; at the end, only the end. */
const keyOf = ({ value, context, status }: AnyMachineSnapshot): string =>
  JSON.stringify([value, status === 'active' ? { ...context, fetch: undefined } : context.end])

/** A new one, and each that an earlier run may have left. */
export const exploreOutgoing = () =>
  explore(outgoingTransferMachine, {
    inputs: [
      samples.outgoingInput(),
      ...[false, true].flatMap((paused) =>
        [false, true].map((accepted) =>
          samples.outgoingInput({ path: undefined, paused, accepted })
        )
      )
    ],
    events: (snapshot) => [
      ...Object.values(samples.outgoingSamples).flat(),
      ...outcomes(snapshot, SOURCE_ERRORS)
    ],
    keyOf
  })

/** The desk tells of a list once; in none but the first state of it. */
const isPossible = ({ isListed }: IncomingContext, event: AnyEventObject): boolean =>
  event.type !== 'list.whole' || !isListed

/** New ones, and each that an earlier run may have left. */
export const exploreIncoming = () =>
  explore(incomingTransferMachine, {
    inputs: [
      ...[false, true].flatMap((isListed) =>
        [false, true].map((isOffered) => samples.incomingInput({ isListed, isOffered }))
      ),
      samples.incomingInput({ isWelcome: true }),
      ...[false, true].flatMap((paused) =>
        [{}, { isPlaced: true }, { isPlaced: true, isWhole: true }].map((change) =>
          samples.incomingInput({ state: 'accepted', isOffered: false, paused, ...change })
        )
      )
    ],
    events: (snapshot) => [
      ...Object.values(samples.incomingSamples)
        .flat()
        .filter((event) => isPossible(snapshot.context as IncomingContext, event)),
      ...outcomes(snapshot, DISK_ERRORS)
    ],
    keyOf
  })
