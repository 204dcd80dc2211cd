/** The package as a project of somebody else's gets it: packed, unpacked, and nothing else beside it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtProgram, root, temporaryFolder } from './program.ts'

export interface Project {
  readonly folder: string
  /** Puts a file into it. @returns its path. */
  readonly write: (name: string, text: string) => string
}

/** Node's types are what a project in TypeScript has; the compiler finds them there. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node']
  }
}

/** A project with the packed package in its node_modules, and Node's types. */
export const makeProject = (): Project => {
  // Fails where the library could not be built.
  builtProgram()
  const folder = temporaryFolder()
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@types'), { recursive: true })
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: root,
    stdio: 'pipe'
  })
  execFileSync('tar', ['-xzf', tarball()], { cwd: folder, stdio: 'pipe' })
  renameSync(join(folder, 'package'), join(modules, 'earshot'))
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  write('package.json', JSON.stringify({ name: 'theirs', private: true, type: 'module' }))
  return { folder, write }
}

/** The name of the file that `npm pack` makes. */
const tarball = (): string => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  return `earshot-${version}.tgz`
}

/** What the compiler says of the project's files; '' where nothing is wrong. */
export const compile = (
  { folder, write }: Project,
  options: Readonly<Record<string, unknown>>
): string => {
  const compilerOptions = { ...TSCONFIG.compilerOptions, ...options }
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  try {
    execFileSync(process.execPath, [tsc, '--pretty', 'false'], { cwd: folder, stdio: 'pipe' })
    return ''
  } catch (error) {
    return String((error as { readonly stdout?: unknown }).stdout)
  }
}
