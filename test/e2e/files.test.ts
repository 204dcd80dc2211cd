/**
 * Goal: files and folders go from one user to another as both wish: nothing before consent, everything as it
 * was, never over what is there, and an end that both are told (features.md S11, E2).
 * Method: two built programs that speak JSON, and their disks.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  downloadsOf,
  isExecutable,
  nameOf,
  offer,
  putFile,
  quoted,
  startFileTalk,
  take,
  takenNames,
  treeOf
} from './support/files.ts'
import { temporaryFolder } from './support/program.ts'
import { startJson } from './support/talk.ts'

describe('S11: a file', () => {
  it('is offered, taken, checked, and the same; only then both say done', async () => {
    const talk = await startFileTalk()
    const content = bytesOf(3_000_000)
    const path = putFile(join(talk.source, 'photo of us.jpg'), content)
    const asked = await offer(talk, path)
    expect(asked).toMatchObject({
      transfer: { direction: 'in', name: 'photo of us.jpg', kind: 'file', bytes: 3_000_000 },
      saveAs: 'photo of us.jpg'
    })
    expect(takenNames(talk.homes.bob)).toEqual([])
    const taken = await take(talk, asked)
    expect(taken).toBe(join(downloadsOf(talk.homes.bob), 'photo of us.jpg'))
    expect(readFileSync(taken).equals(content)).toBe(true)
    expect(statSync(taken).mode & 0o777).toBe(0o600)
    expect(takenNames(talk.homes.bob)).toEqual(['photo of us.jpg'])
  })

  it.each([
    ['an empty one', 'empty.txt', 0],
    ['one of a single byte', 'one', 1],
    ['one of exactly a piece', 'piece.bin', 1_048_576],
    ['one of a piece and a byte', 'piece and one.bin', 1_048_577],
    ['a name in other scripts', 'отчёт – 報告 📄.pdf', 10],
    ['a name with quotes and spaces', `it's "quoted" \\ $(x).txt`, 10]
  ])('%s arrives as it was', async (_, name, bytes) => {
    const talk = await startFileTalk()
    const content = bytesOf(bytes)
    const taken = await take(talk, await offer(talk, putFile(join(talk.source, name), content)))
    expect(readFileSync(taken).equals(content)).toBe(true)
  })

  it('never replaces what is there', async () => {
    const talk = await startFileTalk()
    const there = putFile(join(downloadsOf(talk.homes.bob), 'a.txt'), 'mine')
    for (const [content, name] of [
      ['one', 'a (1).txt'],
      ['two', 'a (2).txt']
    ] as const) {
      const asked = await offer(talk, putFile(join(talk.source, 'a.txt'), content))
      expect(asked.saveAs).toBe(name)
      const taken = await take(talk, asked)
      expect(basename(taken)).toBe(name)
      expect(readFileSync(taken, 'utf8')).toBe(content)
    }
    expect(readFileSync(there, 'utf8')).toBe('mine')
  })

  it('that is turned away leaves nothing, and both know', async () => {
    const talk = await startFileTalk()
    const asked = await offer(talk, putFile(join(talk.source, 'no.txt'), 'no'))
    talk.bob.ask({ type: 'decline', who: nameOf(asked.transfer) })
    expect(await talk.ann.waitFor('transfer.ended')).toMatchObject({ by: 'them', why: 'declined' })
    expect(takenNames(talk.homes.bob)).toEqual([])
  })

  it('larger than a limit is refused by the end whose limit it is', async () => {
    const small = { env: { EARSHOT_MAX_FILE_SIZE_MB: '1' } }
    const { ann, source } = await startFileTalk({ ann: small })
    const path = putFile(join(source, 'large.bin'), bytesOf(1_000_001))
    ann.ask({ type: 'send', paths: quoted(path) })
    expect(await ann.waitFor('transfer.refused')).toMatchObject({
      failure: { _tag: 'SourceTooLarge', limit: 1_000_000, bytes: 1_000_001 }
    })
    const other = await startFileTalk({ bob: small })
    other.ann.ask({ type: 'send', paths: quoted(path) })
    expect(await other.ann.waitFor('transfer.ended')).toMatchObject({
      by: 'them',
      why: 'too-large'
    })
  })

  it('that is not there, or is no file, is refused by name', async () => {
    const { ann, source } = await startFileTalk()
    ann.ask({ type: 'send', paths: `${quoted(join(source, 'nothing'))} /dev/null` })
    const tags = async (tag: string): Promise<unknown> =>
      ann.waitFor('transfer.refused', ({ failure }) => failure._tag === tag)
    await tags('SourceMissing')
    await tags('SourceSpecial')
  })
})

describe('E2: a folder', () => {
  it('keeps its structure, empty folders and programs, and leaves links out', async () => {
    const talk = await startFileTalk()
    const folder = join(talk.source, 'project')
    putFile(join(folder, 'readme.md'), '# hello')
    putFile(join(folder, 'src', 'deep', 'er', 'x.txt'), bytesOf(2_500_000))
    putFile(join(folder, 'empty.txt'), '')
    mkdirSync(join(folder, 'nothing in it', 'nor here'), { recursive: true })
    const before = treeOf(folder)
    symlinkSync('/etc/passwd', join(folder, 'link'))
    putFile(join(folder, 'run.sh'), '#!/bin/sh\n', 0o755)
    const asked = await offer(talk, folder)
    expect(asked.transfer).toMatchObject({ kind: 'folder', name: 'project', files: 4 })
    expect(asked.risks).toEqual([{ kind: 'executable', path: 'run.sh' }])
    expect((await talk.ann.waitFor('transfer.offered')).skipped).toEqual([
      { path: 'link', why: 'link' }
    ])
    talk.bob.ask({ type: 'accept', who: nameOf(asked.transfer) })
    await talk.bob.waitFor('command.invalid', ({ detail }) => detail.includes('anyway'))
    const taken = await take(talk, asked, true)
    expect(taken).toBe(join(downloadsOf(talk.homes.bob), 'project'))
    expect(treeOf(taken)).toEqual(
      new Map([...before, ['run.sh', '#!/bin/sh\n']].toSorted() as never)
    )
    expect(isExecutable(join(taken, 'run.sh'))).toBe(true)
    expect(isExecutable(join(taken, 'readme.md'))).toBe(false)
  })

  it('of a thousand files is there whole, or not at all', async () => {
    const talk = await startFileTalk()
    const folder = join(talk.source, 'many')
    for (let at = 0; at < 1000; at += 1)
      putFile(join(folder, `${at % 10}`, `${at}.txt`), `content ${at}`)
    const asked = await offer(talk, folder)
    expect(asked.entries?.length).toBeLessThan(50)
    const taken = await take(talk, asked)
    expect(treeOf(taken)).toEqual(treeOf(folder))
    expect(takenNames(talk.homes.bob)).toEqual(['many'])
  })
})

describe('E2: several at once', () => {
  it('are offered one by one, shown in a list, and taken in any order', async () => {
    const talk = await startFileTalk()
    const paths = ['a', 'b', 'c'].map((name) => putFile(join(talk.source, name), name))
    talk.ann.ask({ type: 'send', paths: paths.map(quoted).join(' ') })
    await talk.bob.pipe.until('three offers', () =>
      talk.bob.events().filter(({ type }) => type === 'transfer.offered').length === 3
        ? true
        : undefined
    )
    talk.bob.ask({ type: 'transfers' })
    const { transfers } = await talk.bob.waitFor('transfers.shown')
    expect(transfers.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual([
      'a asking',
      'b asking',
      'c asking'
    ])
    for (const ref of transfers.toReversed()) talk.bob.ask({ type: 'accept', who: nameOf(ref) })
    for (const ref of transfers)
      await talk.ann.waitFor('transfer.done', ({ transfer }) => transfer.id === ref.id)
    expect(takenNames(talk.homes.bob)).toEqual(['a', 'b', 'c'])
  })

  it('are taken without asking from a peer of whom all is taken', async () => {
    const talk = await startFileTalk()
    talk.bob.ask({ type: 'accept-all', on: true })
    talk.ann.ask({ type: 'send', paths: quoted(putFile(join(talk.source, 'x.txt'), 'x')) })
    await talk.ann.waitFor('transfer.done')
    expect(takenNames(talk.homes.bob)).toEqual(['x.txt'])
  })
})

describe('E2: pause, resume, cancel', () => {
  const large = (source: string): string => putFile(join(source, 'large.bin'), bytesOf(60_000_000))

  it.each(['ann', 'bob'] as const)('%s holds it, and it goes on where it was', async (who) => {
    const talk = await startFileTalk()
    const path = large(talk.source)
    const asked = await offer(talk, path)
    const end = talk[who]
    const other = who === 'ann' ? talk.bob : talk.ann
    const ours = who === 'bob' ? asked : await talk.ann.waitFor('transfer.offered')
    talk.bob.ask({ type: 'accept', who: nameOf(asked.transfer) })
    end.ask({ type: 'pause', which: ours.transfer.number })
    await other.waitFor('transfer.paused', ({ by }) => by === 'them')
    end.ask({ type: 'resume', which: ours.transfer.number })
    const done = await talk.bob.waitFor('transfer.done')
    expect(readFileSync(done.path ?? '').equals(readFileSync(path))).toBe(true)
  })

  it.each(['ann', 'bob'] as const)('%s ends it, and nothing is left of it', async (who) => {
    const talk = await startFileTalk()
    const asked = await offer(talk, large(talk.source))
    const end = talk[who]
    const other = who === 'ann' ? talk.bob : talk.ann
    const ours = who === 'bob' ? asked : await talk.ann.waitFor('transfer.offered')
    talk.bob.ask({ type: 'accept', who: nameOf(asked.transfer) })
    await talk.bob.waitFor('transfer.started')
    end.ask({ type: 'transfer-cancel', which: ours.transfer.number })
    expect(await other.waitFor('transfer.ended')).toMatchObject({ by: 'them', why: 'cancelled' })
    expect(await end.waitFor('transfer.ended')).toMatchObject({ by: 'us', why: 'cancelled' })
    await talk.bob.pipe.until('an empty folder', () =>
      takenNames(talk.homes.bob).length === 0 ? true : undefined
    )
  })
})

describe('E2: a file whose source', () => {
  it('changed after it was offered is named, and never half of each', async () => {
    const talk = await startFileTalk()
    const path = putFile(join(talk.source, 'log.txt'), 'before')
    const asked = await offer(talk, path)
    writeFileSync(path, 'and after')
    talk.bob.ask({ type: 'accept', who: nameOf(asked.transfer) })
    expect(await talk.ann.waitFor('transfer.ended')).toMatchObject({
      by: 'us',
      why: 'source-changed',
      failure: { _tag: 'SourceChanged', path }
    })
    expect(await talk.bob.waitFor('transfer.ended')).toMatchObject({ why: 'source-changed' })
    expect(takenNames(talk.homes.bob)).toEqual([])
  })
})

describe('E2: a peer that is away', () => {
  it('is offered what was sent when it comes, also after a restart of the sender', async () => {
    const talk = await startFileTalk()
    const path = putFile(join(talk.source, 'later.txt'), 'for later')
    talk.bob.ask({ type: 'quit' })
    await talk.bob.pipe.exit
    await talk.ann.waitFor('peer.disconnected')
    talk.ann.ask({ type: 'send', paths: quoted(path) })
    expect((await talk.ann.waitFor('transfer.offered')).online).toBe(false)
    talk.ann.ask({ type: 'quit' })
    await talk.ann.pipe.exit
    const bob = startJson(['--port', '0', '-n', 'bob'], { home: talk.homes.bob })
    const { address } = await bob.waitFor('listen.opened')
    const ann = startJson(['--port', '0', '-n', 'ann', '-c', `127.0.0.1:${address.port}`], {
      home: talk.homes.ann
    })
    const asked = await bob.waitFor('transfer.offered')
    expect(readFileSync(await take({ ann, bob }, asked), 'utf8')).toBe('for later')
  })
})

describe('S11: the folder for what is received', () => {
  it('is the one of the settings, and refused where others can write', async () => {
    const folder = temporaryFolder()
    const talk = await startFileTalk({ bob: { env: { EARSHOT_DOWNLOAD_DIR: join(folder, 'in') } } })
    const path = putFile(join(talk.source, 'x.txt'), 'x')
    expect(await take(talk, await offer(talk, path))).toBe(join(folder, 'in', 'x.txt'))
  })
})

describe('S12: received media', () => {
  const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

  it('are opened by the system once they are taken, where that is wanted, and nothing else is', async () => {
    const folder = temporaryFolder()
    // What it is given is read from a pipe, which waits for it.
    const opened = join(folder, 'opened')
    execFileSync('mkfifo', [opened])
    putFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$*" > '${opened}'\n`, 0o755)
    const PATH = `${folder}:${process.env['PATH']}`
    const talk = await startFileTalk({ bob: { env: { PATH, EARSHOT_AUTO_OPEN_MEDIA: 'true' } } })
    const picture = putFile(join(talk.source, '-a b.png'), PNG)
    const taken = await take(talk, await offer(talk, picture))
    expect(await readFile(opened, 'utf8')).toBe(taken)
    expect(taken.startsWith('/')).toBe(true)
    const script = putFile(join(talk.source, 'c.png'), '#!/bin/sh')
    await take(talk, await offer(talk, script))
    expect(await talk.bob.waitFor('transfer.not-opened')).toMatchObject({ why: 'not-media' })
    talk.bob.ask({ type: 'autoopen' })
    expect((await talk.bob.waitFor('autoopen.changed')).on).toBe(false)
    await take(talk, await offer(talk, putFile(join(talk.source, 'd.png'), PNG)))
    talk.bob.ask({ type: 'info' })
    await talk.bob.waitFor('info.shown')
    expect(talk.bob.events().filter(({ type }) => type === 'transfer.opened')).toHaveLength(1)
  })
})
