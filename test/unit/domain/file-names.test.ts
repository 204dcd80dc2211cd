/**
 * Goal: no name of a peer leaves its folder, means another file on another system, or shows something else
 * than it is; whoever sends makes its names so; a list that is wrong anywhere is refused as a whole
 * (pains and attacks P1–P4, P7, T3).
 * Method: a table of hostile names with what the receiver says and what a sender makes of them, and random
 * names.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import {
  listFault,
  risksOf,
  safeEntryNameFor,
  safeFileName,
  safeNameFor,
  safePath
} from '../../../src/domain/file-names.ts'
import { FILE_NAME_BYTES_MAX, TRANSFER_DEPTH_MAX } from '../../../src/domain/limits.ts'
import type { TransferEntry, TransferOffer } from '../../../src/domain/transfers.ts'
import { HOSTILE_NAMES } from '../../support/hostile-names.ts'

const ORDINARY = [
  'photo.jpg',
  'report (1).pdf',
  "it's R&D $5 100%.txt",
  'Foo$Bar.class',
  'отчёт 2026.odt',
  '報告。.txt',
  'مرحبا.txt',
  'Screenshot at 3.14.15\u202fPM.png',
  '📄 notes.md',
  'x.tar.gz',
  'no ending',
  'a'.repeat(FILE_NAME_BYTES_MAX)
]

describe('a name that is offered', () => {
  it.each(HOSTILE_NAMES)('%s: %j is refused, and sent as %j', (_, name, sentAs) => {
    expect(safeFileName(name)).toBeUndefined()
    expect(safeNameFor(name)).toBe(sentAs)
    expect(safeFileName(sentAs)).toBe(sentAs)
  })

  it.each(ORDINARY)('%j is taken as it is', (name) => {
    expect(safeFileName(name)).toBe(name)
    expect(safeNameFor(name)).toBe(name)
  })

  it('is refused one byte beyond its limit, and sent shorter with its ending', () => {
    const name = 'a'.repeat(FILE_NAME_BYTES_MAX + 1)
    expect(safeFileName(name)).toBeUndefined()
    expect(safeNameFor(name)).toBe('a'.repeat(FILE_NAME_BYTES_MAX))
    expect(safeNameFor(`${'b'.repeat(5000)}.pdf`)).toBe('b'.repeat(FILE_NAME_BYTES_MAX))
    expect(safeNameFor(`${'é'.repeat(300)}.pdf`)).toMatch(/^é{98}\.pdf$/u)
    expect(safeNameFor('📄'.repeat(80))).toBe('📄'.repeat(50))
  })

  it('is safe, and the same again, whatever it was', () => {
    const hard = fc.constantFrom(
      '.',
      '/',
      '\\',
      '-',
      '~',
      ' ',
      '\u0301',
      '\u202e',
      'CON',
      '%2e',
      '\u0000'
    )
    const name = fc.array(fc.oneof(hard, fc.string({ unit: 'binary', maxLength: 3 })), {
      maxLength: 90
    })
    fc.assert(
      fc.property(name, (parts) => {
        const sent = safeNameFor(parts.join(''))
        expect(safeFileName(sent)).toBe(sent)
        expect(safeNameFor(sent)).toBe(sent)
        expect(sent).not.toMatch(/[/\\\p{Cc}\p{Cf}]|^\.|^$/u)
        expect(new TextEncoder().encode(sent).length).toBeLessThanOrEqual(FILE_NAME_BYTES_MAX)
        const inside = safeEntryNameFor(parts.join(''))
        expect(safePath(inside)).toBe(inside)
      }),
      { numRuns: 2000 }
    )
  })
})

describe('a path inside a folder', () => {
  it('may be hidden, and is as safe in each of its names', () => {
    expect(safePath('.git/hooks/x')).toBe('.git/hooks/x')
    expect(safeEntryNameFor('.gitignore')).toBe('.gitignore')
    for (const path of ['a/../b', '/a', 'a/', 'a//b', 'a/./b', 'a/CON/b', 'a\\b', ''])
      expect(safePath(path), path).toBeUndefined()
  })

  it('is not deeper than the limit', () => {
    const deep = (names: number): string => Array.from({ length: names }, () => 'd').join('/')
    expect(safePath(deep(TRANSFER_DEPTH_MAX))).toBeDefined()
    expect(safePath(deep(TRANSFER_DEPTH_MAX + 1))).toBeUndefined()
  })
})

const file = (path: string, bytes = 1, executable = false): TransferEntry => ({
  path,
  kind: 'file',
  bytes,
  executable
})
const folder = (path: string): TransferEntry => ({
  path,
  kind: 'folder',
  bytes: 0,
  executable: false
})

const offerOf = (
  list: readonly TransferEntry[],
  changes: Partial<TransferOffer> = {}
): TransferOffer => ({
  id: 'i'.repeat(22),
  name: 'top',
  kind: 'folder',
  bytes: list.reduce((sum, { bytes }) => sum + bytes, 0),
  files: list.filter(({ kind }) => kind === 'file').length,
  entries: list.length,
  pieceBytes: 1024 * 1024,
  executable: false,
  ...changes
})

const faultOf = (list: readonly TransferEntry[], changes: Partial<TransferOffer> = {}) =>
  listFault(offerOf(list, changes), list)

describe('a list', () => {
  it('is right with what holds each entry in front of it', () => {
    expect(faultOf([folder('a'), folder('a/b'), file('a/b/c'), file('d')])).toBeUndefined()
    expect(faultOf([folder('a'), file('a/README'), folder('b'), file('b/readme')])).toBeUndefined()
    expect(faultOf([file('top')], { kind: 'file' })).toBeUndefined()
  })

  it.each([
    ['a step up', [file('../x')], 'unsafe-path'],
    ['a link of Windows to another place', [file('a\\b')], 'unsafe-path'],
    ['a parent that is not there', [file('a/b')], 'no-parent'],
    ['a parent that comes later', [file('a/b'), folder('a')], 'no-parent'],
    ['a file under a file', [file('a'), file('a/b')], 'below-a-file'],
    ['the same path twice', [file('a'), file('a')], 'twice'],
    ['a file and a folder of one name', [file('a'), folder('a')], 'twice'],
    ['what differs by case only', [file('Read.me'), file('READ.ME')], 'twice'],
    ['a folder and a file that do', [folder('Docs'), file('docs')], 'twice'],
    ['folders above that do', [folder('a'), file('a/x'), folder('A'), file('A/y')], 'twice'],
    ['what only a language without ß tells apart', [file('Maß'), file('MASS')], 'twice'],
    ['a parent in another case', [folder('a'), file('A/x')], 'no-parent'],
    ['the same after composition', [file('é'), file('e\u0301')], 'unsafe-path'],
    ['a folder that can be run', [{ ...folder('a'), executable: true }], 'executable-folder']
  ] as const)('with %s is refused', (_, list, fault) => {
    expect(faultOf(list)).toBe(fault)
  })

  it.each([
    ['bytes', { bytes: 2 }],
    ['files', { files: 2 }],
    ['entries', { entries: 2 }],
    ['another name', { kind: 'file', name: 'other' }]
  ] as const)('that does not add up is refused: %s', (_, changes) => {
    expect(faultOf([file('top')], changes)).toBe('wrong-count')
  })
})

describe('what is risky', () => {
  it.each(
    (
      'desktop lnk url bat cmd com exe scr msi ps1 vbs jse wsf hta jar app command workflow ' +
      'docm xlsm pif reg inf scf'
    ).split(' ')
  )('is a file that ends in .%s, alone or anywhere in a folder, however it is spelt', (ending) => {
    const alone = [file(`photo.jpg.${ending}`)]
    expect(risksOf(offerOf(alone, { kind: 'file', name: `photo.jpg.${ending}` }), alone)).toEqual([
      { kind: 'launcher', path: `photo.jpg.${ending}` }
    ])
    const inside = [folder('a'), file(`a/X.${ending.toUpperCase()}`, 1, true)]
    expect(risksOf(offerOf(inside), inside)).toEqual([
      { kind: 'launcher', path: `a/X.${ending.toUpperCase()}` }
    ])
  })

  it.each(['html', 'js', 'svg', 'xhtml'])(
    'is a file that ends in .%s alone, but not among the sources of a folder',
    (ending) => {
      const name = `x.${ending}`
      const alone = [file(name)]
      expect(risksOf(offerOf(alone, { kind: 'file', name }), alone)).toHaveLength(1)
      expect(risksOf(offerOf(alone), alone)).toEqual([])
    }
  )

  it('is no ordinary file, whatever it holds', () => {
    const list = ['a.jpg', 'a.pdf', 'a.txt', 'exe', 'a.exe.txt', 'desktop'].map((path) =>
      file(path)
    )
    expect(risksOf(offerOf(list), list)).toEqual([])
  })

  it('is told by what it is, and a hidden folder once', () => {
    const list = [
      folder('.git'),
      folder('.git/hooks'),
      file('.git/hooks/post-commit', 1, true),
      file('photo.jpg.exe'),
      file('x.DESKTOP'),
      file('run', 1, true),
      file('page.html'),
      file('photo.jpg')
    ]
    expect(risksOf(offerOf(list), list)).toEqual([
      { kind: 'hidden', path: '.git' },
      { kind: 'executable', path: '.git/hooks/post-commit' },
      { kind: 'launcher', path: 'photo.jpg.exe' },
      { kind: 'launcher', path: 'x.DESKTOP' },
      { kind: 'executable', path: 'run' }
    ])
    expect(risksOf(offerOf([], { name: 'Good.app' }), [])).toEqual([
      { kind: 'launcher', path: 'Good.app' }
    ])
  })
})
