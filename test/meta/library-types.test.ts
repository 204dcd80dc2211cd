/**
 * Goal: the one file of types holds what the library's face leads to, needs no other package, and a face
 * that would need one is refused when it is built.
 * Method: small sets of emitted declarations, with a fault planted in each.
 */
import { describe, expect, it } from '@effect/vitest'
import { bundleTypes } from '../../build-types.ts'

const ENTRY = 'library/earshot.d.ts'

const bundled = (files: Readonly<Record<string, string>>): string =>
  bundleTypes(new Map(Object.entries(files)), ENTRY)

describe('the bundle of types', () => {
  it('takes what is led to, with its comments, and leaves the rest', () => {
    const text = bundled({
      [ENTRY]: [
        "import type { Peer } from './api.ts';",
        "export type { Peer, Options as PeerOptions } from './api.ts';",
        '/** Makes one. */',
        'export declare const createPeer: () => Promise<Peer>;'
      ]
        .join('\n')
        .replace('Options as PeerOptions', 'Options'),
      'library/api.d.ts': [
        "import type { Failure, PeerId as Id } from '../domain/failures.ts';",
        '/** A peer; } is no end of it. */',
        'export interface Peer {',
        '    /** Who it is. */',
        '    readonly id: Id;',
        '    fail(): Failure;',
        '}',
        "export type Options = { readonly mark: '};' } | {",
        '    readonly other: string;',
        '};',
        'export interface Unused {}'
      ].join('\n'),
      'domain/failures.d.ts': [
        "import * as Data from 'effect/Data';",
        'declare const Failed_base: new <A extends Record<string, any> = {}>(a: A) => Data.Error;',
        'export declare class Failed extends Failed_base<{',
        '    readonly reason: Failure;',
        '}> {',
        '}',
        '/** Why. */',
        'export type Failure =',
        '/** One. */',
        '{ readonly one: 1; }',
        '/** Two. */',
        ' | { readonly two: 2; };',
        "export type PeerId = string & Data.Brand<'PeerId'>;"
      ].join('\n')
    })
    expect(text).not.toMatch(/effect|Unused|Failed|import/)
    expect(text).toContain(
      '/** A peer; } is no end of it. */\ninterface Peer {\n    /** Who it is. */'
    )
    expect(text).toContain('| { readonly two: 2; };')
    expect(text).toContain('type PeerId = string;')
    expect(text).toContain("type Options = { readonly mark: '};' } | {")
    expect(text).toContain('/** Makes one. */\ndeclare const createPeer')
    expect(text).toMatch(/export \{ createPeer \};\nexport type \{ Peer, Options \};\n$/)
  })

  it('refuses a face that leads to another package', () => {
    const leak = (line: string): string =>
      bundled({
        [ENTRY]: "export type { Peer } from './api.ts';",
        'library/api.d.ts': `${line}\nexport interface Peer { readonly run: Effect.Effect<number>; }`
      })
    expect(() => leak("import * as Effect from 'effect/Effect';")).toThrow(
      'library/api.d.ts: Peer needs Effect of another package'
    )
    expect(() => leak("import { Effect } from 'effect';")).toThrow('needs Effect')
  })

  it('refuses two types of one name, and one that there is not', () => {
    const entry = "export type { A } from './a.ts';\nexport type { B } from './b.ts';"
    const two = {
      [ENTRY]: entry,
      'library/a.d.ts': 'interface Same {}\nexport interface A { same: Same; }',
      'library/b.d.ts': 'interface Same {}\nexport interface B { same: Same; }'
    }
    expect(() => bundled(two)).toThrow('two types are called Same')
    expect(() => bundled({ ...two, 'library/b.d.ts': 'export interface C {}' })).toThrow(
      'library/b.d.ts declares no B'
    )
    expect(() => bundled({ [ENTRY]: entry })).toThrow('library/a.d.ts was not emitted')
  })

  it('refuses what it does not understand', () => {
    expect(() => bundled({ [ENTRY]: 'global { }\nexport interface A {}' })).toThrow(
      'not understood'
    )
  })
})
