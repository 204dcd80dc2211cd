/** A link between two processes: how long a message takes, there and back or at rest, and how many pass. */
import { flow, bundlePeers, trips } from './pairs.ts'
import { type Goal, median, oursAtLeast, percentile, ratioAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'

interface Rounds {
  readonly ours: readonly number[]
  readonly yardstick: readonly number[]
}

const tripRows = async (
  size: Size,
  role: 'ping' | 'tap',
  count: number,
  warmUp: number,
  named: { readonly name: string; readonly against: string; readonly goal: Goal }
): Promise<readonly Row[]> => {
  await bundlePeers()
  const rounds: Rounds[] = []
  for (let round = 0; round < size.linkRounds; round += 1) {
    const yardstick = await trips('raw', role, count, warmUp)
    rounds.push({ yardstick, ours: await trips('earshot', role, count, warmUp) })
  }
  const row = (what: string, of: (tripsMs: readonly number[]) => number): Row => ({
    ...named,
    name: `${named.name}: ${what}`,
    unit: 'µs',
    ours: rounds.map(({ ours }) => of(ours) * 1000),
    yardstick: rounds.map(({ yardstick }) => of(yardstick) * 1000)
  })
  return [row('p50', median), row('p99', (each) => percentile(each, 0.99))]
}

/** A message, and the other end's answer to it. */
export const roundTripBench = (size: Size): Promise<readonly Row[]> =>
  tripRows(size, 'ping', size.trips, size.warmUpTrips, {
    name: 'round trip',
    against: 'four flushes, TLS',
    goal: ratioAtMost(2)
  })

/** From enter to "delivered", at rest. */
export const deliveredBench = (size: Size): Promise<readonly Row[]> =>
  tripRows(size, 'tap', size.taps, size.warmUpTaps, {
    name: 'enter to delivered',
    against: 'two flushes, TLS',
    goal: ratioAtMost(2)
  })

/** Messages one way, safe at both ends and acknowledged. */
export const throughputBench = async (size: Size): Promise<readonly Row[]> => {
  await bundlePeers()
  const { messages: count, warmUpMessages: warmUp } = size
  const off: number[] = []
  const on: number[] = []
  const yardstick: number[] = []
  for (let round = 0; round < size.linkRounds; round += 1) {
    yardstick.push(await flow('raw', { count, warmUp, saveHistory: false }))
    off.push(await flow('earshot', { count, warmUp, saveHistory: false }))
    on.push(await flow('earshot', { count, warmUp, saveHistory: true }))
  }
  const row = (history: string, ours: readonly number[]): Row => ({
    name: `durable one way, history ${history}`,
    unit: 'messages/s',
    ours,
    yardstick,
    against: 'raw batches, TLS',
    goal: oursAtLeast(50_000, 'messages/s')
  })
  return [row('off', off), row('on', on)]
}
