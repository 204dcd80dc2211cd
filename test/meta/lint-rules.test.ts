/**
 * Goal: each rule of the plan that lint is to hold (docs/ARCHITECTURE.md) is really held.
 * Method: one fault for each rule, and what must stay allowed, are planted in an empty copy of the
 * house; one run of oxlint with the project's own configuration must name each fault and nothing legal.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@effect/vitest'
import { type Fault, faults, legals } from './fixtures/lint-faults.ts'
import { root } from './project.ts'

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

let house = ''
let found: ReadonlyMap<string, readonly string[]> = new Map()

/** A fault planted at a folder gets a file of its own; one planted at a file, a house of its own. */
const fileOf = (kind: string, fault: Fault, index: number): string =>
  fault.at.endsWith('.ts')
    ? `${kind}-${index}/${fault.at}`
    : `folders/${fault.at}/${kind}-${index}.ts`

const plant = async (file: string, source: string): Promise<void> => {
  await mkdir(dirname(join(house, file)), { recursive: true })
  await writeFile(join(house, file), source)
}

const lint = async (folder: string): Promise<readonly Diagnostic[]> => {
  const bin = join(root, 'node_modules', '.bin', 'oxlint')
  const run = promisify(execFile)(process.execPath, [bin, '--format', 'json'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024
  })
  // It exits with 1 when it finds something, which is what is wanted here.
  const { stdout } = await run.catch((error: { readonly stdout: string }) => error)
  return (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics
}

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'earshot-lint-'))
  await symlink(join(root, 'node_modules'), join(house, 'node_modules'))
  const houses = new Set<string>()
  for (const [kind, set] of [['fault', faults] as const, ['legal', legals] as const])
    for (const [index, fault] of set.entries()) {
      const file = fileOf(kind, fault, index)
      houses.add(file.slice(0, file.indexOf('/')))
      await plant(file, fault.source)
    }
  const codes = new Map<string, string[]>()
  for (const name of houses) {
    for (const file of ['.oxlintrc.json', 'tsconfig.json'])
      await cp(join(root, file), join(house, name, file))
    for (const { code, filename } of await lint(join(house, name))) {
      const file = `${name}/${filename}`
      codes.set(file, [...(codes.get(file) ?? []), code])
    }
  }
  found = codes
})

afterAll(() => rm(house, { recursive: true, force: true }))

describe('lint', () => {
  it.each(faults.map((fault, index) => ({ fault, index })))(
    'sees that $fault.why',
    ({ fault, index }) => {
      expect(found.get(fileOf('fault', fault, index)) ?? []).toContain(fault.rule)
    }
  )

  it.each(legals.map((legal, index) => ({ legal, index })))(
    'lets pass that $legal.why ($index)',
    ({ legal, index }) => {
      expect(found.get(fileOf('legal', legal, index)) ?? []).toEqual([])
    }
  )
})
