/**
 * Writes the pages of docs/ that are made from the sources. `npm run docs`
 *
 * With `--check` nothing is written: it exits with 1 and names what is stale.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as limits from '../src/domain/limits.ts'
import { staleFiles } from './generated-files.ts'
import { limitsOf, limitsPage } from './limits-table.ts'

const root = join(import.meta.dirname, '..')
const docs = join(root, 'docs')

const source = await readFile(join(root, 'src', 'domain', 'limits.ts'), 'utf8')
const wanted = new Map([['LIMITS.md', limitsPage(limitsOf(source, limits))]])
const present = (await readdir(docs)).filter((name) => wanted.has(name))
const stale = await staleFiles(wanted, present, (name) => readFile(join(docs, name), 'utf8'))

if (process.argv.includes('--check')) {
  for (const name of stale) process.stdout.write(`docs/${name} is stale\n`)
  if (stale.length > 0) process.stdout.write('Run: npm run docs\n')
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const name of stale) await writeFile(join(docs, name), wanted.get(name) ?? '')
  process.stdout.write(`docs: ${wanted.size} made from the sources, ${stale.length} changed\n`)
}
