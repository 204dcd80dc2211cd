/**
 * Writes state-diagrams/ from the machines. `npm run diagrams`
 *
 * With `--check` nothing is written: it exits with 1 and names what is stale.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diagramFiles } from './diagrams/diagram-files.ts'
import { readActors } from './diagrams/machine-files.ts'
import { staleFiles } from './generated-files.ts'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'state-diagrams')

const wanted = await diagramFiles(await readActors(join(root, 'src', 'machines')))
const present = await readdir(folder).catch(() => [])
const stale = await staleFiles(wanted, present, (name) => readFile(join(folder, name), 'utf8'))

if (process.argv.includes('--check')) {
  for (const name of stale) process.stdout.write(`state-diagrams/${name} is stale\n`)
  if (stale.length > 0) process.stdout.write('Run: npm run diagrams\n')
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  await mkdir(folder, { recursive: true })
  for (const name of stale) {
    const content = wanted.get(name)
    if (content === undefined) await rm(join(folder, name))
    else await writeFile(join(folder, name), content)
  }
  process.stdout.write(`state-diagrams: ${wanted.size} files, ${stale.length} changed\n`)
}
