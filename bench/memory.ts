/** Whether memory grows with the messages that have passed: at both ends, over a long flow. */
import { bundlePeers, memoryOfFlow } from './pairs.ts'
import { growthAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'

/** Of the ten samples of a flow: the one at a fifth, when everything is warm. */
const WARM = 1

/**
 * What is held is counted after a collection at each tenth, in a run of its own; what is resident is what
 * the system sees of a run that is left alone.
 */
export const memoryBench = async (size: Size): Promise<readonly Row[]> => {
  await bundlePeers()
  const flow = { count: size.memoryMessages, warmUp: 0, saveHistory: false }
  const held = await memoryOfFlow(flow, ['--expose-gc'])
  const resident = await memoryOfFlow(flow, [])
  const row = (name: string, mib: readonly number[], growthMib: number): Row => ({
    name: `memory ${name}`,
    unit: 'MiB',
    ours: [mib.at(-1) ?? Number.NaN],
    yardstick: [mib[WARM] ?? Number.NaN],
    against: 'after a fifth',
    goal: growthAtMost(growthMib, 'MiB')
  })
  return [
    row('held: sender', held.sender, 2),
    row('held: receiver', held.receiver, 2),
    row('resident: sender', resident.sender, 16),
    row('resident: receiver', resident.receiver, 16)
  ]
}
