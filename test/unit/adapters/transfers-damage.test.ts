/**
 * Goal: whatever is found in the place of a note, the others are read, nothing is deleted, and the user can be told
 * where it is now; what a killed process left half made is cleared away.
 * Method: a table of damage to one of two notes; every state of the disk between two steps of making, writing and
 * removing one, built by hand in order.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Cause from 'effect/Cause'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Layer from 'effect/Layer'
import { layer } from '../../../src/adapters/transfers/layer.ts'
import { folderOf } from '../../../src/adapters/transfers/note-folders.ts'
import { readHead, writeHead, writeProgress } from '../../../src/adapters/transfers/note-format.ts'
import { TransferNotes } from '../../../src/services/transfer-notes.ts'
import {
  ACCEPTED,
  idOf,
  incoming,
  LIST,
  OFFERED,
  outgoing
} from '../../compliance/transfer-notes-world.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const open = (directory: string) =>
  Effect.map(Layer.build(layer({ directory })), Context.get(TransferNotes))

const replaceText = (path: string, change: (text: string) => string): void =>
  fs.writeFileSync(path, change(fs.readFileSync(path, 'utf8')))

const field = (name: string, value: unknown) => (folder: string) =>
  replaceText(join(folder, 'note.json'), (text) =>
    JSON.stringify({ ...(JSON.parse(text) as object), [name]: value })
  )

const progressField = (name: string, value: unknown) => (folder: string) =>
  replaceText(join(folder, 'progress.json'), (text) =>
    JSON.stringify({ ...(JSON.parse(text) as object), [name]: value })
  )

const offerField = (name: string, value: unknown) =>
  field('offer', { ...outgoing(1).offer, [name]: value })

const linked = (folder: string): void => {
  const elsewhere = `${folder}-${fs.lstatSync(folder).ino}`
  fs.renameSync(folder, elsewhere)
  fs.symlinkSync(elsewhere, folder)
}

const linkedFile = (folder: string): void => {
  fs.renameSync(join(folder, 'note.json'), join(folder, 'elsewhere'))
  fs.symlinkSync('elsewhere', join(folder, 'note.json'))
}

const DAMAGE: readonly (readonly [string, (folder: string) => void])[] = [
  ['no JSON', (folder) => fs.writeFileSync(join(folder, 'note.json'), '{')],
  ['nothing', (folder) => fs.writeFileSync(join(folder, 'note.json'), '')],
  [
    'bytes that are no text',
    (folder) => fs.writeFileSync(join(folder, 'note.json'), Buffer.of(0x22, 0xff, 0x22))
  ],
  ['a list', (folder) => fs.writeFileSync(join(folder, 'note.json'), '[]')],
  ['half a note', (folder) => replaceText(join(folder, 'note.json'), (text) => text.slice(0, 99))],
  ['no note', (folder) => fs.rmSync(join(folder, 'note.json'))],
  ['no progress', (folder) => fs.rmSync(join(folder, 'progress.json'))],
  ['a note that others may read', (folder) => fs.chmodSync(join(folder, 'note.json'), 0o644)],
  ['a folder that others may enter', (folder) => fs.chmodSync(folder, 0o755)],
  ['a link for a folder', linked],
  ['a link for a file', linkedFile],
  [
    'a folder for a file',
    (folder) => {
      fs.rmSync(join(folder, 'note.json'))
      fs.mkdirSync(join(folder, 'note.json'))
    }
  ],
  [
    'a file for a folder',
    (folder) => {
      fs.rmSync(folder, { recursive: true })
      fs.writeFileSync(folder, 'mine')
    }
  ],
  ['a version to come', field('version', 2)],
  ['another version of the progress', progressField('version', '1')],
  ['another id', offerField('id', idOf(9))],
  ['no peer', field('peer', 'bob')],
  ['no direction', field('direction', 'sideways')],
  ['no time', field('at', 'noon')],
  ['too many bytes', offerField('bytes', 2 ** 53)],
  ['pieces of nothing', offerField('pieceBytes', 0)],
  ['no name', offerField('name', '')],
  [
    'sources that are none',
    field('sources', [{ path: '/a', bytes: 1, modifiedMs: 'now', inode: '1:1' }])
  ],
  [
    'an inode that is none',
    field('sources', [{ path: '/a', bytes: 1, modifiedMs: 1, inode: '1:x' }])
  ],
  ['a state that is none', progressField('state', 'begun')],
  ['an end that is none', progressField('end', 'bored')],
  ['half a piece', progressField('pieces', 0.5)],
  ['a place that is none', progressField('place', { root: '/', part: 'x' })],
  ['no word whether it was told', progressField('told', null)]
]

describe('a damaged note', () => {
  it.effect.each(DAMAGE)('with %s is set aside and named, and the others are read', ([, damage]) =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const notes = yield* open(directory)
      yield* notes.create(outgoing(1), LIST)
      yield* notes.create(incoming(2), LIST)
      const root = join(directory, 'transfers')
      const folder = folderOf(root, idOf(1))
      const aside = `${folder}.damaged-1`
      damage(folder)
      const inode = fs.lstatSync(folder).ino
      const again = yield* open(directory)
      expect(yield* again.all).toEqual({ notes: [incoming(2)], damaged: [aside] })
      expect(fs.lstatSync(aside).ino).toBe(inode)
      expect(yield* again.all).toEqual({ notes: [incoming(2)], damaged: [] })
      yield* again.create(outgoing(1), LIST)
      damage(folder)
      expect((yield* again.all).damaged).toEqual([`${folder}.damaged-2`])
      expect(fs.lstatSync(aside).ino).toBe(inode)
    })
  )

  it.effect('whose list is damaged is asked for again', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const notes = yield* open(directory)
      yield* notes.create(incoming(1), LIST)
      const path = join(folderOf(join(directory, 'transfers'), idOf(1)), 'list.json')
      fs.writeFileSync(path, '{"version":1,"list":[{}]}')
      expect(yield* notes.list(idOf(1))).toBe(undefined)
      expect(fs.existsSync(`${path}.damaged-1`)).toBe(true)
      yield* notes.putList(idOf(1), LIST)
      expect(yield* notes.list(idOf(1))).toEqual(LIST)
      expect((yield* notes.all).notes).toEqual([incoming(1)])
    })
  )

  it.effect('is never made by us: what could not be read again is not written', () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const notes = yield* open(directory)
      const bad = { ...OFFERED, pieces: Number.NaN }
      const exit = yield* Effect.exit(notes.create({ ...incoming(1), progress: bad }, LIST))
      expect(Exit.isFailure(exit) && String(Cause.squash(exit.cause))).toContain('"pieces"')
      expect(fs.readdirSync(join(directory, 'transfers'))).toEqual([])
    })
  )

  it('says what is wrong and repeats nothing of it', () => {
    const text = writeHead(outgoing(1)).replace('"kind":"folder"', '"kind":"\\u001b[2J"')
    expect(readHead(Buffer.from(text))).toMatchObject({ failure: 'its "kind" is wrong' })
  })

  it.effect(
    'what has no name of ours is left alone, a store that others may enter stops the start',
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const root = join(directory, 'transfers')
        yield* open(directory)
        for (const name of ['notes.txt', 'x.new', `${'0'.repeat(44)}.old`])
          fs.mkdirSync(join(root, name))
        fs.symlinkSync('/etc', join(root, `${'0'.repeat(44)}.0123456789ab.old`))
        const before = fs.readdirSync(root)
        expect(yield* (yield* open(directory)).all).toEqual({ notes: [], damaged: [] })
        expect(fs.readdirSync(root)).toEqual(before)
        expect(fs.existsSync('/etc')).toBe(true)
        fs.chmodSync(root, 0o750)
        const { reason } = yield* Effect.flip(open(directory))
        expect(reason).toMatchObject({ _tag: 'SecretUnsafe', path: root })
      })
  )
})

/** Each state of the disk from the first step on, as a process leaves it that is killed behind this step. */
const MAKING: readonly ((folder: string) => void)[] = [
  (folder) => fs.mkdirSync(`${folder}.0123456789ab.new`, { mode: 0o700 }),
  (folder) =>
    fs.writeFileSync(join(`${folder}.0123456789ab.new`, 'note.json'), '', { mode: 0o600 }),
  (folder) =>
    fs.writeFileSync(join(`${folder}.0123456789ab.new`, 'note.json'), writeHead(incoming(1))),
  (folder) =>
    fs.writeFileSync(join(`${folder}.0123456789ab.new`, 'progress.json'), writeProgress(OFFERED), {
      mode: 0o600
    }),
  (folder) => fs.renameSync(`${folder}.0123456789ab.new`, folder)
]

const WRITING: readonly ((folder: string) => void)[] = [
  (folder) => fs.writeFileSync(join(folder, 'progress.json.0123456789ab.tmp'), '', { mode: 0o600 }),
  (folder) =>
    fs.writeFileSync(join(folder, 'progress.json.0123456789ab.tmp'), writeProgress(ACCEPTED)),
  (folder) =>
    fs.renameSync(join(folder, 'progress.json.0123456789ab.tmp'), join(folder, 'progress.json'))
]

const REMOVING: readonly ((folder: string) => void)[] = [
  (folder) => fs.renameSync(folder, `${folder}.0123456789ab.old`),
  (folder) => fs.rmSync(join(`${folder}.0123456789ab.old`, 'note.json')),
  (folder) => fs.rmSync(`${folder}.0123456789ab.old`, { recursive: true })
]

describe('a process that is killed behind any step', () => {
  const steps = [...MAKING, ...WRITING, ...REMOVING]
  it.effect.each(steps.map((_, at) => at + 1))(
    'leaves a note that loads, or none: step %i',
    (count) =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        yield* open(directory)
        const root = join(directory, 'transfers')
        for (const step of steps.slice(0, count)) step(folderOf(root, idOf(1)))
        const isThere = count >= MAKING.length && count <= MAKING.length + WRITING.length
        const isWritten = count === MAKING.length + WRITING.length
        const { notes, damaged } = yield* (yield* open(directory)).all
        expect(damaged).toEqual([])
        expect(notes).toEqual(
          isThere ? [{ ...incoming(1), progress: isWritten ? ACCEPTED : OFFERED }] : []
        )
        const files = fs.readdirSync(root, { recursive: true })
        expect(files).toHaveLength(isThere ? 3 : 0)
      })
  )
})
