/**
 * Goal: the rules of the plan that lint cannot express hold in every source file.
 * Method: the texts of the sources are read; each rule is first shown to see a planted fault.
 */
import { basename, dirname } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import { RXJS_ALLOWED } from './fixtures/rxjs-allowed.ts'
import { codeOf, projectFiles, textOf } from './project.ts'

const sources = projectFiles('src').filter((path) => path.endsWith('.ts'))
const tests = projectFiles('test').filter((path) => path.endsWith('.ts'))
const written = projectFiles('src', 'test', 'scripts', 'bench').filter((path) =>
  path.endsWith('.ts')
)

/** Where links join the one pipeline as they come: the one subscribe, and the one Subject. */
const SUBSCRIBE_HOME = 'src/runtime/inbound.ts'
/** Spelled so that this file does not contain what it looks for. */
const SKIPS = new RegExp(
  ['skip', 'only', 'todo', 'skipIf', 'runIf', 'fails']
    .map((word) => `\\b(?:it|test|describe|effect|live|scoped|prop|layer)\\.${word}\\b`)
    .concat('\\b(?:x|f)(?:it|describe|test)\\(', '\\bctx\\.skip\\(')
    .join('|')
)

const rxjsImports = (code: string): readonly string[] =>
  [...code.matchAll(/import\s+(?:type\s+)?([^;'"]*?)\s+from\s+'(rxjs[^']*)'/g)].flatMap(
    ([, names = '', from = '']) =>
      from === 'rxjs' && names.startsWith('{')
        ? names
            .replaceAll(/[{}]/g, '')
            .split(',')
            .map(
              (name) =>
                name
                  .replace(/^\s*type\s/, '')
                  .split(/\sas\s/)[0]
                  ?.trim() ?? ''
            )
            .filter((name) => name !== '')
        : [`${names} from ${from}`]
  )

const subscribesToStream = (code: string): boolean =>
  /from 'rxjs/.test(code) && /\.subscribe\(/.test(code)

/** Imports of values from effect that hide from lint which function runs an effect. */
const disguisedEffects = (code: string): readonly string[] =>
  [...code.matchAll(/import\s+(?!type\b)([^;'"]*?)\s+from\s+'effect\/(\w+)'/g)]
    .filter(
      ([, names = '', module]) =>
        names !== `* as ${module}` &&
        !/^\{(?:\s*type\s+\w+(?:\s+as\s+\w+)?\s*,?)+\}$/.test(names.trim())
    )
    .map(([whole]) => whole)

const dynamicImports = (code: string): boolean => /(?<![.\w])(import|require)\(/.test(code)

describe('the rules see a planted fault', () => {
  it('of rxjs imports', () => {
    expect(rxjsImports("import { type Observable, share as s } from 'rxjs'")).toEqual([
      'Observable',
      'share'
    ])
    expect(rxjsImports("import * as rx from 'rxjs'")).toEqual(['* as rx from rxjs'])
    expect(rxjsImports("import { map } from 'rxjs/operators'")).toHaveLength(1)
  })

  it('of a second subscribe', () => {
    expect(subscribesToStream("import { of } from 'rxjs'\nof(1).subscribe()")).toBe(true)
    expect(subscribesToStream('actor.subscribe({ error })')).toBe(false)
  })

  it('of an effect module under another name', () => {
    expect(disguisedEffects("import * as Effect from 'effect/Effect'")).toEqual([])
    expect(disguisedEffects("import { type Scope } from 'effect/Scope'")).toEqual([])
    expect(disguisedEffects("import * as E from 'effect/Effect'")).toHaveLength(1)
    expect(disguisedEffects("import { runFork } from 'effect/Effect'")).toHaveLength(1)
  })

  it('of an import at run time', () => {
    expect(dynamicImports("await import('node:fs')")).toBe(true)
    expect(dynamicImports("const x: import('node:fs').Stats = y")).toBe(true)
    expect(dynamicImports('import.meta.dirname')).toBe(false)
  })

  it('of a test that does not run', () => {
    for (const word of ['skip', 'only', 'todo', 'skipIf', 'runIf'])
      for (const call of ['it', 'describe', 'it.effect']) expect(`${call}.${word}(`).toMatch(SKIPS)
    expect('it.effect.prop(').not.toMatch(SKIPS)
    expect('list.skip(').not.toMatch(SKIPS)
  })
})

describe('every source file', () => {
  it('is looked at', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(tests.length).toBeGreaterThan(5)
  })

  it('imports from rxjs only what keeps no unbounded queue and multicasts nothing', () => {
    const found = sources.flatMap((path) =>
      rxjsImports(codeOf(path))
        .filter((name) => !RXJS_ALLOWED.has(name))
        .filter((name) => !(name === 'Subject' && path === SUBSCRIBE_HOME))
        .map((name) => `${path}: ${name}`)
    )
    expect(found).toEqual([])
  })

  it('leaves the one subscribe where it is', () => {
    const found = sources.filter(
      (path) => path !== SUBSCRIBE_HOME && subscribesToStream(codeOf(path))
    )
    expect(found).toEqual([])
    expect(codeOf(SUBSCRIBE_HOME).match(/\.subscribe\(/g)).toHaveLength(1)
  })

  it('imports effect by module under the module’s own name', () => {
    expect(sources.flatMap((path) => disguisedEffects(codeOf(path)))).toEqual([])
  })

  it('imports at run time only in cli/, where it keeps the start short', () => {
    const found = sources.filter(
      (path) => !path.startsWith('src/cli/') && dynamicImports(codeOf(path))
    )
    expect(found).toEqual([])
  })

  it('has at most 300 lines', () => {
    const long = sources.filter((path) => textOf(path).split('\n').length > 301)
    expect(long).toEqual([])
  })

  it('has nothing left to do', () => {
    const word = new RegExp(`\\b(${['TO', 'FIX', 'X'].join('|')})(DO|ME|XX)\\b`)
    expect(written.filter((path) => word.test(textOf(path)))).toEqual([])
  })

  it('is named in kebab-case, and no folder is a drawer for everything', () => {
    const odd = written.filter((path) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(basename(path)))
    expect(odd).toEqual([])
    const drawers = written.filter((path) =>
      /(^|\/)(utils?|helpers?|common|misc)(\/|$)/.test(dirname(path))
    )
    expect(drawers).toEqual([])
  })
})

describe('every test', () => {
  it('runs', () => {
    const found = tests
      .filter((path) => !path.startsWith('test/meta/fixtures/'))
      .filter((path) => SKIPS.test(codeOf(path).replaceAll(/(['"`])(?:\\.|(?!\1).)*\1/g, "''")))
    expect(found).toEqual([])
  })

  it('opens with its goal and method', () => {
    const silent = tests.filter(
      (path) =>
        path.endsWith('.test.ts') &&
        !(/^\/\*\*[\s\S]*?\*\//.test(textOf(path)) || /^\/\/ .+\n\/\/ /.test(textOf(path)))
    )
    expect(silent).toEqual([])
  })

  it('that replaces a module says so in its name, by which it gets a worker of its own', () => {
    const replacing = new RegExp(`\\b${'vi'}\\.(?:mock|doMock)\\(`)
    const found = tests.filter((path) => replacing.test(codeOf(path)))
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((path) => !path.endsWith('.mocked.test.ts'))).toEqual([])
  })
})
