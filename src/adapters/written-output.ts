/** What was written to a stream, and when it has left the process: Node keeps what a full pipe does not take. */
import type { Writable } from 'node:stream'

/** Calls back once the system has all that was written so far; never where a write of it failed. */
export const afterWrites = (output: Writable, work: () => void): void => {
  if (output.writableLength === 0) return work()
  output.write('', (error) => {
    if (error === null || error === undefined) work()
  })
}
