// Goal: whoever is offered something reads who, what, how large, where to and what is risky about it, and
// how to answer, whatever the peer calls it; and a sentence or two say what became of each transfer.
// Method: the lines of every event, hostile names among them.
import { describe, expect, it } from '@effect/vitest'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { TransferDetails, TransferRef } from '../../../src/domain/transfer-events.ts'
import { TRANSFER_ENDS } from '../../../src/domain/transfers.ts'
import { bob, context, linesOf } from './view-fixture.ts'

type Offered = Extract<EarshotEvent, { readonly type: 'transfer.offered' }>

const refOf = (given: Partial<TransferRef> = {}): TransferRef => ({
  id: 'x',
  number: 2,
  peer: bob,
  direction: 'in',
  name: 'photo.jpg',
  kind: 'file',
  bytes: 1_234_000_000,
  files: 1,
  ...given
})
const theirs = refOf()
const ours = refOf({ direction: 'out' })
const offered = (given: Partial<Offered> = {}): Offered => ({
  type: 'transfer.offered',
  transfer: theirs,
  online: true,
  folder: '/home/ann/Downloads',
  saveAs: 'photo.jpg',
  room: 12_300_000_000,
  ...given
})

describe('the question', () => {
  it('says who, what, how large, where to, and how to answer', () => {
    expect(linesOf(offered())).toEqual([
      '* A file of 1.2 GB, offered as t2 by bob: photo.jpg',
      '  It would become /home/ann/Downloads/photo.jpg',
      '  Room on that disk: 12.3 GB',
      '  Take it: /accept t2   Turn it away: /decline t2'
    ])
  })

  it('is none where all of the peer is taken', () => {
    expect(linesOf(offered({ welcome: true }))).toEqual([
      '* A file of 1.2 GB, offered as t2 by bob: photo.jpg',
      '  It would become /home/ann/Downloads/photo.jpg',
      '  Room on that disk: 12.3 GB'
    ])
  })

  it('says what clashes, what is missing, and what is risky', () => {
    const lines = linesOf(
      offered({
        transfer: refOf({ name: 'tools', kind: 'folder', files: 3 }),
        saveAs: 'tools (1)',
        room: 1000,
        entries: [
          { path: 'bin', kind: 'folder', bytes: 0, executable: false },
          { path: 'bin/run.sh', kind: 'file', bytes: 1000, executable: true },
          { path: 'bin/.profile', kind: 'file', bytes: 1, executable: false }
        ],
        risks: [
          { kind: 'executable', path: 'bin/run.sh' },
          { kind: 'hidden', path: 'bin/.profile' },
          { kind: 'launcher', path: 'open me.desktop' }
        ]
      })
    )
    expect(lines).toEqual([
      '* A folder of 3 files, 1.2 GB, offered as t2 by bob: tools',
      '    folder: bin',
      '    1.0 kB: bin/run.sh',
      '    1 byte: bin/.profile',
      '    and 1 more file',
      '  That name is taken there, so it gets another one.',
      '  It would become /home/ann/Downloads/tools (1)',
      '  NOT ENOUGH ROOM on that disk: 1.0 kB free. It would stop until there is more.',
      '  Careful:',
      '    can be run as a program: bin/run.sh',
      '    hidden: bin/.profile',
      '    starts something when it is opened: open me.desktop',
      '  Take it: /accept t2 anyway   Turn it away: /decline t2'
    ])
  })

  it('has few lines however much is offered, and the answer is the last one', () => {
    const entries = Array.from({ length: 10_000 }, (_, n) => ({
      path: `${n}.txt`,
      kind: 'file' as const,
      bytes: n,
      executable: false
    }))
    const risks = entries.map(({ path }) => ({ kind: 'launcher' as const, path }))
    const transfer = refOf({ kind: 'folder', files: 10_000, name: 'x'.repeat(200) })
    const lines = linesOf(offered({ transfer, entries, risks }))
    expect(lines.length).toBeLessThan(24)
    expect(lines).toContain('    and 9992 more files')
    expect(lines).toContain('    and 9995 more')
    expect(lines.at(-1)).toBe('  Take it: /accept t2 anyway   Turn it away: /decline t2')
  })

  it.each([
    ['a question of its own', 'a.txt\n* Accept? /accept t1\r\u2028x'],
    ['escapes', '\u001b[2J\u001b]0;title\u0007a.txt\u009b'],
    ['another direction', 'gpj.\u202etxt.exe'],
    ['isolates', '\u2066a\u2069.txt\u200b\u00ad']
  ])('cannot be forged by a name with %s', (_, name) => {
    for (const event of [
      offered({ transfer: refOf({ name }), saveAs: name }),
      offered({
        transfer: refOf({ kind: 'folder', files: 1 }),
        entries: [{ path: name, kind: 'file', bytes: 1, executable: false }],
        risks: [{ kind: 'hidden', path: name }]
      })
    ]) {
      const lines = linesOf(event)
      // oxlint-disable-next-line no-control-regex -- what must not be there
      for (const line of lines)
        expect(line).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/
        )
      expect(lines.filter((line) => line.startsWith('* '))).toHaveLength(1)
    }
  })

  it('shows how a long name ends, on any screen, and its whole path', () => {
    const name = `photo.jpg${' '.repeat(100)}.exe`
    const event = offered({ transfer: refOf({ name }), saveAs: name })
    for (const columns of [20, 40, 80, 200]) {
      const [first = '', path = ''] = linesOf(event, context({ columns }))
      expect(first).toMatch(/photo.*….*\.exe$/)
      expect(path).toContain(`/home/ann/Downloads/${name}`)
    }
  })

  it('says the ending of a name that screens may turn around', () => {
    const name = 'אבג.exe'
    const lines = linesOf(offered({ transfer: refOf({ name }), saveAs: name }))
    expect(lines[1]).toBe('  Its ending is .exe')
  })

  it('names a path of Windows as such', () => {
    const lines = linesOf(offered({ folder: 'C:\\Users\\ann\\Downloads' }))
    expect(lines[1]).toBe('  It would become C:\\Users\\ann\\Downloads\\photo.jpg')
  })
})

describe('an offer of ours', () => {
  it('says whether it waits, what was left out, and what was renamed', () => {
    const event: Offered = {
      type: 'transfer.offered',
      transfer: refOf({ direction: 'out', kind: 'folder', name: 'photos', files: 2 }),
      online: false,
      skipped: [
        { path: 'a', why: 'link' },
        { path: 'b', why: 'special' },
        ...['c', 'd', 'e', 'f'].map((path) => ({ path, why: 'link' as const }))
      ],
      renamed: [{ path: 'CON', as: '_CON' }]
    }
    expect(linesOf(event)).toEqual([
      '* A folder of 2 files, 1.2 GB, kept as t2 until the peer is here, bob: photos',
      '  Left out, links: 5',
      '    a',
      '    c',
      '    d',
      '    and 2 more',
      '  Left out, neither files nor folders: 1',
      '    b',
      '  Sent under names that are safe everywhere: 1',
      '    _CON'
    ])
    expect(linesOf({ type: 'transfer.offered', transfer: ours, online: true })).toEqual([
      '* A file of 1.2 GB, offered as t2 to bob: photo.jpg'
    ])
  })
})

describe('what becomes of a transfer', () => {
  it.each<[EarshotEvent, readonly string[]]>([
    [{ type: 'transfer.accepted', transfer: ours, by: 'them' }, ['* Taken by bob, t2: photo.jpg']],
    [{ type: 'transfer.accepted', transfer: theirs, by: 'us' }, ['* You take t2: photo.jpg']],
    [
      { type: 'transfer.started', transfer: theirs, fromBytes: 617_000_000 },
      ['* Goes on at 50%, t2: photo.jpg']
    ],
    [{ type: 'transfer.started', transfer: ours, fromBytes: 0 }, ['* Sending t2: photo.jpg']],
    [
      { type: 'transfer.paused', transfer: ours, by: 'us', why: 'paused', doneBytes: 617_000_000 },
      ['* Paused at 50%, t2: photo.jpg', '  /resume t2 lets it go on.']
    ],
    [
      { type: 'transfer.paused', transfer: ours, by: 'them', why: 'paused', doneBytes: 0 },
      ['* Paused at 0% by bob, t2: photo.jpg']
    ],
    [
      { type: 'transfer.paused', transfer: theirs, by: 'us', why: 'disk-full', doneBytes: 0 },
      [
        '! The disk is full, so this waits at 0%, t2: photo.jpg',
        '  It goes on by itself when there is room.'
      ]
    ],
    [
      {
        type: 'transfer.paused',
        transfer: theirs,
        by: 'us',
        why: 'disk-full',
        doneBytes: 0,
        failure: { _tag: 'NotesFull', path: '/notes', code: 'ENOSPC' }
      },
      [
        '! This waits at 0%, t2: photo.jpg',
        '  There is no room for the notes about transfers in /notes (ENOSPC).',
        '  Make room on that disk; what is noted there is unharmed.',
        '  It goes on by itself when that is done.'
      ]
    ],
    [
      {
        type: 'transfers.unusable',
        failure: { _tag: 'NotesUnusable', path: '/notes', code: 'EACCES' }
      },
      [
        '! Files can neither be sent nor taken now:',
        '  The notes about transfers in /notes cannot be used (EACCES).',
        '  Make that folder readable and writable for you.',
        '  Then start again; messages go on meanwhile.'
      ]
    ],
    [
      { type: 'transfer.paused', transfer: ours, by: 'us', why: 'unnoted', doneBytes: 0 },
      ['! This waits until it can be noted, at 0%, t2: photo.jpg']
    ],
    [
      { type: 'transfer.paused', transfer: ours, by: 'us', why: 'lost', doneBytes: 617_000_000 },
      [
        '* Interrupted at 50%, t2: photo.jpg',
        '  It goes on from there by itself, when you and the peer are connected again: bob'
      ]
    ],
    [
      { type: 'transfer.done', transfer: theirs, path: '/d/photo (1).jpg', elapsedMs: 62_000 },
      ['* Received t2, 1.2 GB in 1:02: /d/photo (1).jpg']
    ],
    [
      { type: 'transfer.done', transfer: ours },
      ['* Sent t2, 1.2 GB, checked and stored by bob: photo.jpg']
    ],
    [
      { type: 'transfer.ended', transfer: ours, by: 'them', why: 'declined' },
      ['* The peer declined t2, bob: photo.jpg']
    ],
    [
      { type: 'transfer.ended', transfer: theirs, by: 'us', why: 'cancelled' },
      ['* You cancelled t2, from bob: photo.jpg']
    ],
    [
      {
        type: 'transfer.ended',
        transfer: ours,
        by: 'us',
        why: 'source-changed',
        failure: { _tag: 'SourceChanged', path: '/p/photo.jpg' }
      },
      [
        '! Not transferred, t2, to bob: photo.jpg',
        '  /p/photo.jpg was changed after it was offered.',
        '  Send it again, as it is now: /retry.'
      ]
    ],
    [
      {
        type: 'transfer.refused',
        path: 'x',
        failure: { _tag: 'SourceSpecial', path: '/dev/null' }
      },
      [
        '! Not sent: /dev/null is neither a file nor a folder.',
        '  Only files and folders can be sent.'
      ]
    ],
    [
      { type: 'accept-all.changed', peer: bob, on: true },
      ['* Taken until you leave: all from bob but what is risky', '  /accept-all off ends that.']
    ],
    [
      { type: 'accept-all.changed', peer: bob, on: false },
      ['* You are asked again what to take from bob']
    ],
    [{ type: 'autoopen.changed', on: false }, ['* Nothing that you receive is opened by itself.']]
  ])('%j', (event, expected) => {
    expect(linesOf(event)).toEqual(expected)
  })

  it('has a cause wherever it fails', () => {
    for (const transfer of [ours, theirs])
      for (const why of TRANSFER_ENDS)
        for (const by of ['us', 'them'] as const) {
          const lines = linesOf({ type: 'transfer.ended', transfer, by, why })
          const isChoice = why === 'declined' || why === 'cancelled'
          expect(lines.length > 1).toBe(!isChoice)
          expect(lines[0]?.startsWith(isChoice ? '* ' : '! ')).toBe(true)
        }
  })
})

describe('/transfers', () => {
  const details = (given: Partial<TransferDetails>): TransferDetails => ({
    ...theirs,
    state: 'moving',
    doneBytes: 617_000_000,
    online: true,
    ...given
  })

  it('says of each how it stands, and what can be done', () => {
    const transfers = [
      details({ bytesPerSecond: 11_400_000, leftMs: 54_000 }),
      details({ stalled: 'our-disk' }),
      details({ state: 'asking', doneBytes: 0 }),
      details({ direction: 'out', state: 'offered', doneBytes: 0, online: false }),
      details({ direction: 'out', state: 'failed' }),
      details({ state: 'done', path: '/d/photo.jpg' })
    ]
    expect(linesOf({ type: 'transfers.shown', transfers })).toEqual([
      '* Transfers: 6',
      '  ↓ t2  photo.jpg',
      '    moving, 50% of 1.2 GB, from bob, 11.4 MB/s, 0:54 left',
      '  ↓ t2  photo.jpg',
      '    waits for our disk, 50% of 1.2 GB, from bob',
      '  ↓ t2  photo.jpg',
      '    your turn: /accept t2 or /decline t2, 1.2 GB, from bob',
      '  ↑ t2  photo.jpg',
      '    offered when the peer is here, 1.2 GB, to bob',
      '  ↑ t2  photo.jpg',
      '    failed: /retry t2, 1.2 GB, to bob',
      '  ↓ t2  photo.jpg',
      '    done, 1.2 GB, from bob',
      '    /d/photo.jpg'
    ])
  })

  it('is short where there is nothing, and where there is much', () => {
    expect(linesOf({ type: 'transfers.shown', transfers: [] })).toHaveLength(1)
    const transfers = Array.from({ length: 300 }, () => details({}))
    const lines = linesOf({ type: 'transfers.shown', transfers })
    expect(lines.at(-1)).toBe('  and 250 more')
  })
})
