/**
 * Goal: the simulated transport keeps the same promises as the live one, so that what runs over it
 * runs over TCP.
 * Method: the compliance suite over two hosts of a fresh world, in virtual time, with bytes cut by
 * the dice, over several seeds; a scenario that is not done in an hour of that time hangs.
 */
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { SimulatedClock } from '../../src/simulation/clock.ts'
import { makeDice } from '../../src/simulation/dice.ts'
import { SimulatedNetwork } from '../../src/simulation/network.ts'
import { makeSimulatedTransport } from '../../src/simulation/transport.ts'
import { transportCompliance } from './transport-compliance.ts'

const HOUR_MS = 3_600_000

for (const seed of [1, 2, 3])
  transportCompliance({
    name: `the simulation (seed ${seed})`,
    run: (scenario) => {
      const dice = makeDice(seed)
      const clock = new SimulatedClock({ dice })
      const network = new SimulatedNetwork(clock, dice)
      const end = (name: string, address: string) => {
        const host = network.addHost(name, [address])
        return { transport: makeSimulatedTransport(network, host), peerId: host.peerId }
      }
      const world = {
        a: end('a', '10.0.0.1'),
        b: end('b', '10.0.0.2'),
        host: '10.0.0.2',
        refused: { host: '10.0.0.2', port: 1 }
      }
      const exit = clock.finish(Effect.scoped(scenario(world)), HOUR_MS)
      if (exit === undefined) return Promise.reject(new Error('the scenario hangs'))
      return Exit.isSuccess(exit) ? Promise.resolve() : Promise.reject(Cause.squash(exit.cause))
    }
  })
