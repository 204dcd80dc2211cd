/**
 * Bundles the program into dist/main.cjs, which bin/earshot starts, and the library into dist/earshot.js
 * with its types. `node build.ts`
 *
 * One CommonJS file starts in about a fifth of the time that the sources take (docs/BENCH.md). RxJS is
 * aliased to its ES modules, since esbuild would take the CommonJS build, of which nothing can be
 * left out. `import()` stays lazy inside the one file: a command runs only what it needs.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { libraryTypes } from './build-types.ts'

const root = import.meta.dirname

/** One entry as one file. The benches bundle their peers the same way, to measure what is shipped. */
export const bundle = (entry: string, outfile: string, format: 'cjs' | 'esm' = 'cjs') =>
  build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(root, outfile),
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    // Names stay: stack traces in the log are read by people, and esbuild's `keepNames` for shortened
    // ones costs a tenth of the start.
    minifyIdentifiers: false,
    platform: 'node',
    format,
    target: 'node24',
    // Native, and not there on every system: looked for at run time (src/cli/open-files.ts).
    external: ['@napi-rs/blake-hash'],
    alias: { rxjs: './node_modules/rxjs/dist/esm/index.js' },
    legalComments: 'none',
    metafile: true
  })

type Metafile = Awaited<ReturnType<typeof bundle>>['metafile']

/** The packages of which something is in a bundle. */
const packagesIn = (metafile: Metafile): readonly string[] => {
  const packages = new Set<string>()
  for (const output of Object.values(metafile.outputs))
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
      if (name !== undefined && bytesInOutput > 0) packages.add(name)
    }
  return [...packages]
}

/** Their licences ask that their text goes with the copy. */
const noticesOf = async (packages: readonly string[]): Promise<string> => {
  const notices: string[] = []
  for (const name of packages) {
    const folder = join(root, 'node_modules', name)
    const license = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file))
    if (license === undefined) throw new Error(`${name} has no licence file: its notice is missing`)
    notices.push(`${name}\n\n${(await readFile(join(folder, license), 'utf8')).trim()}\n`)
  }
  return notices.join(`\n${'-'.repeat(72)}\n\n`)
}

const sentence = (file: string, { inputs, outputs }: Metafile): string => {
  const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0)
  return `${file}: ${Math.round(bytes / 1024)} KiB from ${Object.keys(inputs).length} files\n`
}

/** Makes dist/, and says in a line each what is in it. */
const buildAll = async (): Promise<string> => {
  const dist = (file: string): string => join('dist', file)
  await mkdir(join(root, 'dist'), { recursive: true })
  const [program, library] = await Promise.all([
    bundle('src/cli/main.ts', dist('main.cjs')),
    bundle('src/library/earshot.ts', dist('earshot.js'), 'esm')
  ])
  await writeFile(join(root, dist('earshot.d.ts')), libraryTypes())
  const metafiles = [program.metafile, library.metafile]
  const packages = [...new Set(metafiles.flatMap(packagesIn))].toSorted()
  await writeFile(join(root, dist('THIRD-PARTY.txt')), await noticesOf(packages))
  return [
    sentence('dist/main.cjs', program.metafile),
    sentence('dist/earshot.js', library.metafile),
    `with ${packages.join(', ')}\n`
  ].join('')
}

if (import.meta.main) process.stdout.write(await buildAll())
