/** Whether memory grows with the messages that have passed: at both ends, over a long flow. */
import { bundlePeers, memoryOfFlow } from './pairs.ts'
import { growthAtMost, median, type Row } from './samples.ts'
import type { Size } from './sizes.ts'

/**
 * The second half of a flow against its first, after as many messages that warm it up. What is held is
 * counted after a collection at each tenth, in a run of its own; what is resident is what the system sees
 * of a run that is left alone.
 */
export const memoryBench = async (size: Size): Promise<readonly Row[]> => {
  await bundlePeers()
  const { memoryMessages: count } = size
  const flow = { count, warmUp: count, saveHistory: false }
  const held = await memoryOfFlow(flow, ['--expose-gc'])
  const resident = await memoryOfFlow(flow, [])
  const row = (name: string, mib: readonly number[], growthMib: number): Row => ({
    name: `memory ${name}`,
    unit: 'MiB',
    ours: [median(mib.slice(mib.length / 2))],
    yardstick: [median(mib.slice(0, mib.length / 2))],
    against: 'first half',
    goal: growthAtMost(growthMib, 'MiB')
  })
  return [
    row('held: sender', held.sender, 4),
    row('held: receiver', held.receiver, 4),
    row('resident: sender', resident.sender, 16),
    row('resident: receiver', resident.receiver, 16)
  ]
}
