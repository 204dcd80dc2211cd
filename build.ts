/**
 * Bundles the program into dist/main.cjs, which bin/earshot starts. `node build.ts`
 *
 * One minified CommonJS file starts in about a fifth of the time that the sources take (BENCH.md).
 * RxJS is aliased to its ES modules, since esbuild would take the CommonJS build, of which nothing
 * can be left out. `import()` stays lazy inside the one file: what `--version` does not need is
 * neither compiled nor run for it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = import.meta.dirname
const outfile = join(root, 'dist', 'main.cjs')

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile,
  bundle: true,
  minify: true,
  // Names of classes and functions are read from stack traces in the log.
  keepNames: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  alias: { rxjs: './node_modules/rxjs/dist/esm/index.js' },
  legalComments: 'none',
  metafile: true
})

/** The packages of which something is in the bundle. */
const packages = new Set<string>()
for (const output of Object.values(metafile.outputs))
  for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
    if (name !== undefined && bytesInOutput > 0) packages.add(name)
  }

/** Their licences ask that their text goes with the copy. */
const notices: string[] = []
for (const name of [...packages].toSorted()) {
  const folder = join(root, 'node_modules', name)
  const license = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file))
  if (license === undefined) throw new Error(`${name} has no licence file: its notice is missing`)
  notices.push(`${name}\n\n${(await readFile(join(folder, license), 'utf8')).trim()}\n`)
}
await mkdir(join(root, 'dist'), { recursive: true })
await writeFile(join(root, 'dist', 'THIRD-PARTY.txt'), notices.join(`\n${'-'.repeat(72)}\n\n`))

const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0)
const files = Object.keys(metafile.inputs).length
process.stdout.write(
  `dist/main.cjs: ${Math.round(bytes / 1024)} KiB from ${files} files (${[...packages].toSorted().join(', ')})\n`
)
