/** Everything that a connection can do; see exploration.ts. */
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import { connectionMachine } from '../../src/machines/connection.machine.ts'
import type { ConnectionContext } from '../../src/machines/connection.types.ts'
import { explore, handledNow } from './exploration.ts'
import * as samples from './samples.ts'

const OUTPUTS: Readonly<Record<string, readonly unknown[]>> = {
  connecting: [samples.DIALLED],
  securing: [samples.SECURED, { ...samples.SECURED, trust: 'tofu' }],
  parting: [undefined]
}
const ERRORS: Readonly<Record<string, readonly unknown[]>> = {
  connecting: [samples.DIAL_ERROR],
  securing: [samples.SECURE_ERROR],
  parting: [new Error('a defect of the farewell')]
}

/** What children and timers of the state may send, with what they give. */
const synthetic = (type: string): readonly AnyEventObject[] => {
  const place = type.split('.').at(-1) ?? ''
  if (type.startsWith('xstate.done.actor.'))
    return (OUTPUTS[place] ?? []).map((output) => ({ type, output }))
  if (type.startsWith('xstate.error.actor.'))
    return (ERRORS[place] ?? []).map((error) => ({ type, error }))
  return type.startsWith('xstate.after.') ? [{ type }] : []
}

const events = (snapshot: AnyMachineSnapshot): readonly AnyEventObject[] => [
  ...Object.values(samples.connectionSamples).flat(),
  ...[...handledNow(snapshot)].flatMap(synthetic)
]

const keyOf = ({ value, context }: AnyMachineSnapshot): string => {
  const { role, peerId, trust, missedHeartbeats, target, reason } = context as ConnectionContext
  const dialling = target === undefined ? '-' : 'to'
  return JSON.stringify([value, role, dialling, peerId, trust, missedHeartbeats, reason?._tag])
}

const dial = { target: samples.ADDRESS, mayListen: false }

/** Both roles, with and without a fallback, where we decide and where the peer does. */
export const connectionInputs = [samples.LOWER, samples.HIGHER].flatMap((ourId) => [
  samples.connectionInput({ ourId }),
  samples.connectionInput({ ourId, ...dial }),
  samples.connectionInput({ ourId, ...dial, mayListen: true })
])

export const exploreConnection = () =>
  explore(connectionMachine, { inputs: connectionInputs, events, keyOf })
