/** A relay in a process of its own, for a host that the bench is not on. It tells its port in a line, and runs until it is ended. */
import { type Relay, slowLine } from './slow-line.ts'

const { port } = await slowLine(JSON.parse(process.argv[2] ?? '') as Relay)
process.stdout.write(`${JSON.stringify({ port })}\n`)
