/**
 * Goal: nothing that is put in the way of a download leads out of its folder, is written over, or is removed
 * (pains and attacks, P5–P7; rows 75–79 and 86 of the threat table).
 * Method: real files; each thing in each place, the folder held by descriptors and watched without them.
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type { Scope } from 'effect/Scope'
import { layer } from '../../../src/adapters/downloads/layer.ts'
import { Downloads } from '../../../src/services/downloads.ts'
import {
  entry,
  FILE,
  FOLDER,
  inner,
  type OpenDownloads,
  receive,
  receiveAll,
  sample,
  tagOf,
  UNREAD
} from '../../compliance/downloads-world.ts'
import { temporaryDirectory } from './temporary-directory.ts'

interface World {
  readonly folder: string
  /** What must stay as it is: a folder beside, with a file of ours. */
  readonly outside: string
  readonly downloads: OpenDownloads
}

const outsideOf = (outside: string) => ({
  names: fs.readdirSync(outside),
  text: fs.readFileSync(join(outside, 'secret'), 'utf8'),
  modes: fs.statSync(join(outside, 'secret')).mode
})

const inWorld = (
  isHeld: boolean,
  scenario: (world: World) => Effect.Effect<void, unknown, Scope>
): Promise<void> =>
  Effect.gen(function* () {
    const home = fs.realpathSync(yield* temporaryDirectory)
    const [folder, outside] = [join(home, 'downloads'), join(home, 'outside')]
    for (const path of [folder, outside]) fs.mkdirSync(path, { mode: 0o700 })
    fs.writeFileSync(join(outside, 'secret'), 'secret')
    const before = outsideOf(outside)
    const built = yield* Layer.build(layer({ folder, ...(isHeld ? {} : { isHeld }) }))
    const downloads = Context.get(built, Downloads)
    yield* Effect.scoped(Effect.orDie(scenario({ folder, outside, downloads })))
    expect(outsideOf(outside)).toEqual(before)
  }).pipe(Effect.scoped, Effect.runPromise)

/** Everything that can be where something of ours should be. */
const THINGS: Readonly<Record<string, (path: string, outside: string) => void>> = {
  'a link to a file': (path, outside) => fs.symlinkSync(join(outside, 'secret'), path),
  'a link to a folder': (path, outside) => fs.symlinkSync(outside, path),
  'a link to nothing': (path, outside) => fs.symlinkSync(join(outside, 'new'), path),
  'a second name of a file': (path, outside) => fs.linkSync(join(outside, 'secret'), path),
  'a named pipe': (path) => void execFileSync('mkfifo', [path]),
  'a link to a device': (path) => fs.symlinkSync('/dev/full', path),
  'a folder': (path) => {
    fs.mkdirSync(path)
    fs.writeFileSync(join(path, 'mine'), 'mine')
  },
  'another file': (path) => fs.writeFileSync(path, 'mine')
}

const WAYS = [true, false].flatMap((isHeld) =>
  Object.keys(THINGS).map((thing) => [isHeld ? 'held' : 'watched', thing, isHeld] as const)
)

describe.each(WAYS)('in a folder that is %s, %s', (_way, thing, isHeld) => {
  const put = THINGS[thing] as (path: string, outside: string) => void

  it('keeps the name that it has', () =>
    inWorld(isHeld, ({ folder, outside, downloads }) =>
      Effect.gen(function* () {
        for (const each of [FILE, FOLDER]) {
          const path = join(folder, each.offer.name)
          put(path, outside)
          const { ino } = fs.lstatSync(path)
          expect(yield* downloads.nameFor(each.offer)).toMatch(/ \(1\)/u)
          expect(yield* receiveAll(downloads, each)).toMatch(/ \(1\)/u)
          expect(fs.lstatSync(path).ino).toBe(ino)
        }
      })
    ))

  it('in place of the part is neither written, published nor removed', () =>
    inWorld(isHeld, ({ folder, outside, downloads }) =>
      Effect.gen(function* () {
        for (const { offer, list } of [FILE, FOLDER]) {
          const place = yield* downloads.begin(offer, UNREAD)
          const part = join(folder, place.part)
          fs.renameSync(part, join(outside, '..', `moved-${offer.kind}`))
          put(part, outside)
          const { ino } = fs.lstatSync(part)
          expect(yield* tagOf(Effect.scoped(downloads.open(place, offer, list, 0)))).toBe(
            'PlaceLost'
          )
          yield* downloads.discard(place)
          expect(fs.lstatSync(part).ino).toBe(ino)
        }
      })
    ))

  it('in place of the part while it is written gets no name', () =>
    inWorld(isHeld, ({ folder, outside, downloads }) =>
      Effect.gen(function* () {
        for (const each of [FILE, FOLDER]) {
          const { offer, list } = each
          const place = yield* downloads.begin(offer, UNREAD)
          const part = join(folder, place.part)
          const open = yield* downloads.open(place, offer, list, 0)
          yield* receive(open, each, 0, 5)
          fs.renameSync(part, join(outside, '..', `moved-${offer.kind}`))
          put(part, outside)
          // What is open goes on being written, where it is now, or is given up.
          yield* Effect.ignore(receive(open, each, 5))
          expect(yield* tagOf(open.publish)).toBe('PlaceLost')
          expect(fs.readdirSync(folder)).not.toContain(offer.name)
        }
      })
    ))

  it('in place of a file or a folder of a folder is not gone through', () =>
    inWorld(isHeld, ({ folder, outside, downloads }) =>
      Effect.gen(function* () {
        for (const name of ['deep', 'deep/er', 'deep/er/one', 'deep/empty', 'run', 'last']) {
          const place = yield* downloads.begin(FOLDER.offer, UNREAD)
          const part = join(folder, place.part)
          const names = name.split('/')
          for (let depth = 1; depth < names.length; depth += 1)
            fs.mkdirSync(join(part, ...names.slice(0, depth)))
          put(join(part, name), outside)
          const opened = downloads.open(place, FOLDER.offer, FOLDER.list, 0)
          const outcome = yield* Effect.result(
            Effect.scoped(
              Effect.flatMap(opened, (open) => Effect.andThen(receive(open, FOLDER), open.publish))
            )
          )
          const isUsable = thing === 'another file' || thing === 'a folder'
          if (!isUsable) expect(outcome._tag).toBe('Failure')
          yield* downloads.discard(place)
          expect(fs.existsSync(part)).toBe(false)
        }
      })
    ))
})

describe.each([
  ['held', true],
  ['watched', false]
] as const)('a download folder that is %s', (_way, isHeld) => {
  it('and becomes a link while a file comes leads nowhere', () =>
    inWorld(isHeld, ({ folder, outside, downloads }) =>
      Effect.gen(function* () {
        for (const each of [FILE, FOLDER]) {
          const { offer, list } = each
          const place = yield* downloads.begin(offer, UNREAD)
          const open = yield* downloads.open(place, offer, list, 0)
          yield* receive(open, each, 0, 5)
          fs.renameSync(folder, `${folder}.moved`)
          fs.symlinkSync(outside, folder)
          yield* Effect.ignore(receive(open, each, 5))
          yield* Effect.ignore(open.publish)
          expect(yield* tagOf(downloads.begin(offer, UNREAD))).toBe('FolderUnsafe')
          expect(yield* tagOf(downloads.nameFor(offer))).toBe('FolderUnsafe')
          expect(yield* tagOf(Effect.scoped(downloads.open(place, offer, list, 0)))).toBe(
            'PlaceLost'
          )
          yield* downloads.discard(place)
          fs.unlinkSync(folder)
          fs.renameSync(`${folder}.moved`, folder)
        }
      })
    ))

  it('is refused where others may write, but for one that is sticky', () =>
    inWorld(isHeld, ({ folder, downloads }) =>
      Effect.gen(function* () {
        const { uid, gid } = fs.statSync(folder)
        // The group that is only its user's is nobody else.
        for (const mode of [0o702, 0o777, ...(gid === uid ? [] : [0o770])]) {
          fs.chmodSync(folder, mode)
          expect(yield* tagOf(downloads.begin(FILE.offer, UNREAD))).toBe('FolderUnsafe')
        }
        for (const mode of [0o1777, 0o755, 0o700, ...(gid === uid ? [0o770] : [])]) {
          fs.chmodSync(folder, mode)
          yield* downloads.discard(yield* downloads.begin(FILE.offer, UNREAD))
          expect(fs.statSync(folder).mode & 0o7777).toBe(mode)
        }
      })
    ))

  it('that is a file, or below one, cannot be used; one that is missing is made', () =>
    inWorld(isHeld, ({ folder, downloads }) =>
      Effect.gen(function* () {
        fs.rmdirSync(folder)
        fs.writeFileSync(folder, '')
        expect(yield* tagOf(downloads.begin(FILE.offer, UNREAD))).toBe('FolderUnusable')
        fs.rmSync(folder)
        yield* downloads.begin(FILE.offer, UNREAD)
        expect(fs.statSync(folder).mode & 0o777).toBe(0o700)
      })
    ))

  it('takes no name that is not safe, whoever lets it through', () =>
    inWorld(isHeld, ({ folder, outside, downloads }) =>
      Effect.gen(function* () {
        for (const name of ['../x', 'a/b', '..', '', '.', '/etc/x', '.bashrc', 'a\0b', 'con.txt']) {
          const unsafe = sample('file', name, [entry(name, 10)])
          expect(yield* tagOf(downloads.begin(unsafe.offer, UNREAD))).toBe('NotWritable')
          const place = yield* downloads.begin(FOLDER.offer, UNREAD)
          const list = [inner('deep'), entry(name === '' ? 'deep/' : `deep/${name}/../..`, 10)]
          const { offer } = sample('folder', 'f', list)
          const opened = Effect.scoped(downloads.open(place, offer, list, 0))
          expect(yield* tagOf(opened)).toBe('NotWritable')
          for (const part of [name, `../${outside}`, '../outside']) {
            const strange = { ...place, part, partInode: inodeAt(join(folder, part)) }
            const reopened = Effect.scoped(downloads.open(strange, FILE.offer, FILE.list, 0))
            expect(yield* tagOf(reopened)).toBe('PlaceLost')
            yield* downloads.discard(strange)
          }
          yield* downloads.discard(place)
        }
        expect(fs.readdirSync(folder)).toEqual([])
      })
    ))

  it('gives its owner alone what comes, and the right to run what was so offered', () =>
    inWorld(isHeld, ({ folder, downloads }) =>
      Effect.gen(function* () {
        const umask = process.umask(0)
        yield* Effect.addFinalizer(() => Effect.sync(() => process.umask(umask)))
        yield* receiveAll(downloads, FILE)
        yield* receiveAll(downloads, FOLDER)
        yield* receiveAll(downloads, sample('file', 'tool', [entry('tool', 3, true)]))
        const modeOf = (name: string) => fs.statSync(join(folder, name)).mode & 0o7777
        for (const name of ['a.txt', 'f.d/deep/er/one', 'f.d/last'])
          expect(modeOf(name)).toBe(0o600)
        for (const name of ['tool', 'f.d/run', 'f.d', 'f.d/deep']) expect(modeOf(name)).toBe(0o700)
      })
    ))
})

const inodeAt = (path: string): string => {
  try {
    const { dev, ino } = fs.statSync(path.replaceAll('\0', ''), { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return '1:1'
  }
}

it('a link that the user chose is resolved; closed scopes leave nothing open', () =>
  inWorld(true, ({ folder, outside }) =>
    Effect.gen(function* () {
      const chosen = `${folder}.chosen`
      fs.symlinkSync(folder, chosen)
      const downloads = Context.get(yield* Layer.build(layer({ folder: chosen })), Downloads)
      const open = () => fs.readdirSync('/proc/self/fd').length
      yield* receiveAll(downloads, FOLDER)
      const before = open()
      for (const each of [FILE, FOLDER]) {
        expect(yield* receiveAll(downloads, each)).toMatch(`${folder}/`)
        const place = yield* downloads.begin(each.offer, UNREAD)
        yield* Effect.scoped(
          Effect.flatMap(downloads.open(place, each.offer, each.list, 0), (opened) =>
            receive(opened, each, 0, 7)
          )
        )
        yield* tagOf(Effect.scoped(downloads.open(place, each.offer, each.list, 10)))
        yield* downloads.discard(place)
      }
      fs.unlinkSync(chosen)
      fs.symlinkSync(outside, chosen)
      expect(yield* receiveAll(downloads, FILE)).toBe(join(folder, 'a (1).txt'))
      expect(open()).toBe(before)
    })
  ))

it('a folder that is swapped again and again while files come lets nothing out', () =>
  inWorld(true, ({ folder, outside, downloads }) =>
    Effect.gen(function* () {
      yield* downloads.nameFor(FILE.offer)
      let isOver = false
      // Each turn is one of the event loop: between any two calls of the download something may change.
      const swap = async (): Promise<void> => {
        while (!isOver) {
          fs.renameSync(folder, `${folder}.moved`)
          fs.symlinkSync(outside, folder)
          await fs.promises.stat(outside)
          fs.unlinkSync(folder)
          fs.renameSync(`${folder}.moved`, folder)
          await fs.promises.stat(outside)
        }
      }
      const swapping = swap()
      for (let round = 0; round < 20; round += 1)
        yield* Effect.ignore(receiveAll(downloads, round % 2 === 0 ? FILE : FOLDER))
      isOver = true
      yield* Effect.promise(() => swapping)
    })
  ))
