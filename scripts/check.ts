/**
 * Everything that checks the sources without running them. `npm run check`
 *
 * One line for each check with its seconds and the files that it looked at; what it printed only when
 * it failed. A check that looked at no file at all is a failure: a tool that silently stops reading
 * the sources must not look like a clean bill. Exits with 1 when one failed.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { CHECKS, type Check } from './check-list.ts'

const root = join(import.meta.dirname, '..')
/** The tools use more than one thread each, so two at a time fill a small machine. */
const AT_ONCE = 2

interface Outcome {
  readonly check: Check
  readonly ok: boolean
  readonly seconds: number
  readonly files: number
  readonly output: string
}

const run = (check: Check): Promise<Outcome> =>
  new Promise((resolve) => {
    const started = performance.now()
    const [command = '', ...args] = check.command
    const child = spawn(command, args, {
      cwd: root,
      env: {
        ...process.env,
        NO_COLOR: '1',
        PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    const finish = (code: number | null, problem = ''): void => {
      const output = Buffer.concat(chunks).toString('utf8') + problem
      const files = check.files(output)
      const seconds = (performance.now() - started) / 1000
      resolve({ check, ok: code === 0 && files > 0, seconds, files, output })
    }
    child.on('error', (error) => finish(1, error.message))
    child.on('close', (code) => finish(code))
  })

const report = ({ check, ok, seconds, files, output }: Outcome): void => {
  const mark = ok ? 'ok  ' : 'FAIL'
  const line = `${mark} ${check.name.padEnd(18)} ${seconds.toFixed(1).padStart(5)} s  ${files} files\n`
  process.stdout.write(line)
  if (ok) return
  const said = check.shown(output).trim()
  process.stdout.write(`${said === '' ? '(it printed nothing)' : said}\n`)
  if (files === 0) process.stdout.write('It looked at no file.\n')
  process.stdout.write('\n')
}

const waiting = [...CHECKS]
const outcomes: Outcome[] = []

const worker = async (): Promise<void> => {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const outcome = await run(check)
    outcomes.push(outcome)
    report(outcome)
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, worker))
const failed = outcomes.filter((outcome) => !outcome.ok)
process.stdout.write(
  failed.length === 0
    ? `All ${outcomes.length} checks passed.\n`
    : `${failed.length} of ${outcomes.length} checks failed: ${failed.map(({ check }) => check.name).join(', ')}\n`
)
process.exitCode = failed.length === 0 ? 0 : 1
