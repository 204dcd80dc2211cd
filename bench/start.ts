/** How long a start takes, against a Node that does nothing. */
import { inFolder, PROGRAM, run, timed } from './children.ts'
import { earshot, tells } from './program.ts'
import { ratioAtMost, type Row } from './samples.ts'
import type { Size } from './sizes.ts'

const NOTHING = ['-e', '0']

/** Milliseconds from the start of the process to its word that the port is open. */
const readyToChat = async (home: string): Promise<number> => {
  const from = performance.now()
  const child = earshot(home, 'one')
  await child.line(tells('listen.opened'))
  const took = performance.now() - from
  await child.stop()
  return took
}

/** `--version` and "ready to chat" of a person who has started Earshot before. */
export const startBench = (size: Size): Promise<readonly Row[]> =>
  inFolder(async (home) => {
    const nothing: number[] = []
    const version: number[] = []
    const ready: number[] = []
    // The first starts make the key, and fill the caches of V8 and of the system.
    for (let round = 0; round < 2; round += 1) {
      await run(home, NOTHING)
      await run(home, [PROGRAM, '--version'])
      await readyToChat(home)
    }
    for (let round = 0; round < size.startRounds; round += 1) {
      nothing.push(await timed(() => run(home, NOTHING)))
      version.push(await timed(() => run(home, [PROGRAM, '--version'])))
      ready.push(await readyToChat(home))
    }
    const yardstick = { unit: 'ms', yardstick: nothing, against: 'node -e 0' }
    return [
      { name: 'start: --version', ours: version, goal: ratioAtMost(1.7), ...yardstick },
      { name: 'start: ready to chat', ours: ready, goal: ratioAtMost(3), ...yardstick }
    ]
  })
