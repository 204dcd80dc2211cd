/**
 * Writes man/earshot.1, and the table of docs/CONFIG.md, from the program's own description.
 * `node scripts/man.ts`; with `--check` it writes nothing and fails when one of them is stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configTable } from '../src/cli/config/template.ts'
import { manPage } from '../src/cli/man-page.ts'
import { buildProgram } from '../src/cli/program.ts'
import { VERSION } from '../src/cli/version.ts'

const root = join(import.meta.dirname, '..')
const TABLE = /(<!-- keys -->\n)[\s\S]*?(\n<!-- \/keys -->)/

const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8').catch(() => '')

const settings = await read('docs/CONFIG.md')
if (!TABLE.test(settings)) throw new Error('docs/CONFIG.md has lost the marks around its table')

const wanted: readonly (readonly [file: string, text: string])[] = [
  [
    'man/earshot.1',
    manPage(
      buildProgram(() => {}),
      VERSION
    )
  ],
  ['docs/CONFIG.md', settings.replace(TABLE, (_, start, end) => `${start}${configTable()}${end}`)]
]

const isCheck = process.argv.includes('--check')
for (const [file, text] of wanted) {
  if ((await read(file)) === text) continue
  if (isCheck) {
    process.stderr.write(`${file} is stale: run node scripts/man.ts\n`)
    process.exitCode = 1
  } else {
    await writeFile(join(root, file), text)
    process.stdout.write(`${file} written\n`)
  }
}
