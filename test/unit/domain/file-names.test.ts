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

/** What a hostile peer offers, and what an honest one with such a file sends instead. */
const HOSTILE: readonly (readonly [why: string, name: string, sentAs: string])[] = [
  ['P1 a step up', '../x', '__x'],
  ['P1 a step up in the middle', 'a/../../b', 'a_.._.._b'],
  ['P1 a step up, Windows', '..\\x', '__x'],
  ['P1 two of them', '..\\..\\x', '__.._x'],
  ['P1 absolute', '/etc/passwd', '_etc_passwd'],
  ['P1 a drive', 'C:\\x', 'C__x'],
  ['P1 relative to a drive', 'C:x', 'C_x'],
  ['P1 a share', '\\\\srv\\s\\x', '__srv_s_x'],
  ['P1 a device path', '\\\\?\\C:\\x', '____C__x'],
  ['P1 two slashes', '//x', '__x'],
  ['P1 a home', '~/.x', '__.x'],
  ['P1 nothing', '', '_'],
  ['P1 this folder', '.', '_'],
  ['P1 the folder above', '..', '_'],
  ['P1 three dots', '...', '_'],
  ['P1 a NUL inside', 'a\u0000b.txt', 'a_b.txt'],
  ['P1 a line break', 'a\nAccept? y', 'a_Accept_ y'],
  ['P1 a lone surrogate', 'a\ud800b', 'a\ufffdb'],
  ['P2 four dots', '....//x', '___x'],
  ['P2 encoded dots', '%2e%2e%2fx', '_2e_2e_2fx'],
  ['P2 a wide slash', 'a\uff0fb', 'a_b'],
  ['P2 wide dots', '\uff0e\uff0e', '__'],
  ['P2 a division slash', 'a\u2215b', 'a_b'],
  ['P3 a device', 'CON', '_CON'],
  ['P3 a device with an ending', 'con.txt', '_con.txt'],
  ['P3 with a space', 'COM1 .log', '_COM1 .log'],
  ['P3 a superscript', 'COM¹', '_COM¹'],
  ['P3 another', 'LPT².txt', '_LPT².txt'],
  ['P3 the input', 'CONIN$', '_CONIN$'],
  ['P3 a stream', 'f.txt:ads', 'f.txt_ads'],
  ['P3 a dot at the end', 'x.', 'x'],
  ['P3 a space at the end', 'x ', 'x'],
  ['P3 nothing at all', 'NUL', '_NUL'],
  ['P3 a stream of Windows', 'a.txt::$DATA', 'a.txt__$DATA'],
  ['P3 a device and a space', 'nul .txt', '_nul .txt'],
  ['P3 a superscript with an ending', 'COM¹.log', '_COM¹.log'],
  ['P2 dot leaders', '\u2024\u2024', '__'],
  ['P2 dots with nothing between', '..\u200b', '_'],
  ['P2 five dots', '..././x', '__._x'],
  ['P4 not composed', 'cafe\u0301', 'caf\u00e9'],
  ['P7 hidden', '.bashrc', '_bashrc'],
  ['P7 hidden twice', '..bashrc', '_bashrc'],
  ['T3 an option', '-rf', '_rf'],
  ['T3 a home of somebody', '~root', '_root'],
  ['T3 written backwards, ends in exe', 'a\u202etxt.exe', 'atxt.exe'],
  ['T3 written backwards', 'gpj\u202eexe.txt', 'gpjexe.txt'],
  ['T1 a direction mark', 'a\u200fb', 'ab'],
  ['T1 nothing to see', 'a\u200bb', 'ab'],
  ['T1 a filler', '\u3164', '_'],
  ['T1 an escape', '\u001b[2J', '_[2J'],
  ['T1 a control of the upper half', 'a\u009bb', 'a_b'],
  ['T1 marks in piles', `e${'\u0301'.repeat(40)}`, `\u00e9${'\u0301'.repeat(6)}`]
]

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
  it.each(HOSTILE)('%s: %j is refused, and sent as %j', (_, name, sentAs) => {
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
