/**
 * Goal: what a peer says of transfers is judged by what both ends noted, whatever it says, and both ends agree
 * again on every new link. Rows F3 of a hostile peer are here.
 * Method: one end with its machines over plain memory; the peer's frames are made up, ours are read.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  DISK_RETRY_MS,
  OFFERS_WAITING_MAX,
  TRANSFER_FRAMES_PER_SECOND_MAX
} from '../../../../src/domain/limits.ts'
import { notesFailure } from '../../../../src/domain/transfer-failures.ts'
import type { TransferEntry, TransferOffer } from '../../../../src/domain/transfers.ts'
import type { Survey } from '../../../../src/services/file-sources.ts'
import { OTHER, TransferEnd } from '../../../support/transfer-end.ts'

const offer = (name: string, change: Partial<TransferOffer> = {}): TransferOffer => ({
  id: name.padEnd(22, '-'),
  name,
  kind: 'file',
  bytes: 100,
  files: 1,
  entries: 1,
  pieceBytes: 1_048_576,
  executable: false,
  ...change
})

const entry = (path: string): TransferEntry => ({
  path,
  kind: 'file',
  bytes: 50,
  executable: false
})

const FOLDER = offer('folder', { kind: 'folder', files: 2, entries: 2 })
const ONE = offer('one.txt')
const id = ONE.id

const source = (path: string, list: readonly TransferEntry[]): Survey => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  kind: list.length === 1 ? 'file' : 'folder',
  list,
  sources: list.map((one) => ({
    path: `/from/${one.path}`,
    bytes: 50,
    modifiedMs: 1,
    inode: '1:1'
  })),
  skipped: [],
  renamed: []
})

const NAMES = ['a.txt', 'b.txt', 'c.txt', 'd.txt', 'e.txt'] as const

const ours = (): TransferEnd => {
  const end = new TransferEnd()
  for (const name of NAMES)
    end.disk.sources.set(`/from/${name}`, source(`/from/${name}`, [entry(name)]))
  end.disk.sources.set('/from/dir', source('/from/dir', [entry('x'), entry('y')]))
  end.connect()
  end.said()
  return end
}

/** Offers one file and gives its id. */
const sendOne = (end: TransferEnd, path = '/from/a.txt'): string => {
  end.commands.handle({ type: 'send', paths: path })
  end.settle()
  const [said] = end.said()
  if (said?.kind !== 'offer') throw new Error('nothing was offered')
  return said.offer.id
}

const fetchOf = (wanted: string, change: { readonly piece?: number } = {}) =>
  ({
    kind: 'fetch',
    id: wanted,
    stream: 1,
    piece: 0,
    credit: 10,
    digest: 'sha256',
    ...change
  }) as const

const state = (transferId: string) => ({
  _tag: 'FrameIllegal',
  type: 'transfer',
  state: transferId
})

describe('an offer', () => {
  it('is noted before the user hears of it, and nothing moves before consent', () => {
    const end = ours()
    expect(end.hear({ kind: 'offer', offer: ONE })).toBeUndefined()
    expect(end.disk.notes.get(id)?.note).toMatchObject({
      direction: 'in',
      progress: { state: 'offered' }
    })
    expect(end.told()).toMatchObject([
      { type: 'transfer.offered', saveAs: 'one.txt', folder: '/downloads', risks: [] }
    ])
    expect(end.said()).toEqual([])
    expect(end.stateOf(id)).toBe('asking')
  })

  it('that comes again changes nothing', () => {
    const end = ours()
    end.hear({ kind: 'offer', offer: ONE })
    end.told()
    expect(end.hear({ kind: 'offer', offer: ONE })).toBeUndefined()
    expect([end.told(), end.said()]).toEqual([[], []])
  })

  it.each([
    ['size', { bytes: 101 }],
    ['name', { name: 'two.txt' }],
    ['pieces', { pieceBytes: 2_097_152 }],
    ['right to be run', { executable: true }]
  ])('with the same id and another %s is a violation', (_, change) => {
    const end = ours()
    end.hear({ kind: 'offer', offer: ONE })
    expect(end.hear({ kind: 'offer', offer: { ...ONE, ...change } })).toEqual(
      state('another offer')
    )
  })

  it('with the id of another peer learns nothing, and changes nothing', () => {
    const end = ours()
    end.hear({ kind: 'offer', offer: ONE })
    end.connect(OTHER)
    end.said()
    expect(end.hear({ kind: 'offer', offer: ONE }, OTHER)).toBeUndefined()
    expect(end.said()).toEqual([{ kind: 'end', id, why: 'unknown' }])
    expect(end.stateOf(id)).toBe('asking')
  })

  it('that is too large or badly named is turned away and not noted', () => {
    const end = new TransferEnd({ fileBytesMax: 99 })
    end.connect()
    end.said()
    end.hear({ kind: 'offer', offer: ONE })
    end.hear({ kind: 'offer', offer: offer('../x', { bytes: 1 }) })
    expect(end.said()).toEqual([
      { kind: 'end', id, why: 'too-large' },
      { kind: 'end', id: offer('../x').id, why: 'unsafe' }
    ])
    expect(end.told()).toMatchObject([
      { type: 'transfer.ended', by: 'us', why: 'too-large' },
      { type: 'transfer.ended', by: 'us', why: 'unsafe', transfer: { name: '__x' } }
    ])
    expect(end.disk.notes.size).toBe(0)
  })

  it('is turned away while many wait, and the screen does not fill', () => {
    const end = ours()
    for (let index = 0; index < 3 * OFFERS_WAITING_MAX; index += 1)
      end.hear({ kind: 'offer', offer: offer(`f${index}`) })
    expect(end.disk.notes.size).toBe(OFFERS_WAITING_MAX)
    expect(end.said()).toHaveLength(2 * OFFERS_WAITING_MAX)
    expect(end.told()).toHaveLength(2 * OFFERS_WAITING_MAX)
  })

  it('after offer is a violation beyond what one second allows', () => {
    const end = ours()
    const told = Array.from({ length: TRANSFER_FRAMES_PER_SECOND_MAX + 1 }, () =>
      end.hear({ kind: 'offer', offer: ONE })
    )
    expect(told.filter((violation) => violation !== undefined)).toEqual([
      state('too many in a second')
    ])
  })

  it('that cannot be noted is ended at once, and told', () => {
    const end = ours()
    end.disk.notesFault = { _tag: 'NotesUnusable', path: '/notes', code: 'EIO' }
    end.hear({ kind: 'offer', offer: ONE })
    expect(end.said()).toEqual([{ kind: 'end', id, why: 'not-writable' }])
    expect(end.told()).toMatchObject([
      { type: 'transfer.ended', why: 'not-writable', failure: { code: 'EIO' } }
    ])
    expect(end.plane.registry.all()).toEqual([])
  })
})

describe('the list of a folder', () => {
  it('is asked for once, and the user hears of it when it is whole', () => {
    const end = ours()
    end.hear({ kind: 'offer', offer: FOLDER })
    expect(end.said()).toEqual([{ kind: 'ask-list', id: FOLDER.id }])
    end.hear({ kind: 'offer', offer: FOLDER })
    expect(end.said()).toEqual([])
    end.hear({ kind: 'list', id: FOLDER.id, at: 0, entries: [entry('a')] })
    expect(end.told()).toEqual([])
    end.hear({ kind: 'list', id: FOLDER.id, at: 1, entries: [entry('b.exe')] })
    expect(end.told()).toMatchObject([
      { type: 'transfer.offered', risks: [{ kind: 'launcher', path: 'b.exe' }] }
    ])
    expect(end.disk.notes.get(FOLDER.id)?.list).toHaveLength(2)
  })

  it('out of order, beyond its offer, or not asked for is a violation', () => {
    const asked = (): TransferEnd => {
      const end = ours()
      end.hear({ kind: 'offer', offer: FOLDER })
      return end
    }
    const list = { kind: 'list', id: FOLDER.id } as const
    expect(asked().hear({ ...list, at: 1, entries: [entry('a')] })).toEqual(
      state('list out of order')
    )
    expect(asked().hear({ ...list, at: 0, entries: [] })).toEqual(state('list beyond its offer'))
    expect(asked().hear({ ...list, at: 0, entries: ['a', 'b', 'c'].map(entry) })).toEqual(
      state('list beyond its offer')
    )
    expect(ours().hear({ ...list, at: 0, entries: [entry('a')] })).toEqual(
      state('list that was not asked for')
    )
  })

  it('with a path that leaves the folder ends it as unsafe', () => {
    const end = ours()
    end.hear({ kind: 'offer', offer: FOLDER })
    end.said()
    end.hear({ kind: 'list', id: FOLDER.id, at: 0, entries: [entry('a'), entry('../b')] })
    expect(end.said()).toEqual([{ kind: 'end', id: FOLDER.id, why: 'unsafe' }])
    expect(end.told()).toMatchObject([{ type: 'transfer.ended', by: 'us', why: 'unsafe' }])
  })

  it('of ours is told once on a link', () => {
    const end = ours()
    const own = sendOne(end, '/from/dir')
    expect(end.hear({ kind: 'ask-list', id: own })).toBeUndefined()
    expect(end.said().map(({ kind }) => kind)).toEqual(['list'])
    expect(end.hear({ kind: 'ask-list', id: own })).toEqual(state('list asked for again'))
  })
})

describe('a request', () => {
  it('for an unknown transfer, or one of another peer, is answered by its end', () => {
    const end = ours()
    const own = sendOne(end)
    end.connect(OTHER)
    end.said()
    for (const wanted of ['nothing'.padEnd(22, '-'), own])
      expect(end.hear(fetchOf(wanted), OTHER)).toBeUndefined()
    end.hear({ kind: 'ask-list', id: own }, OTHER)
    expect(end.said().map((body) => body.kind === 'end' && body.why)).toEqual([
      'unknown',
      'unknown',
      'unknown'
    ])
    expect(end.stateOf(own)).toBe('offered')
  })

  it('beyond the end is a violation', () => {
    const end = ours()
    const own = sendOne(end)
    expect(end.hear(fetchOf(own, { piece: 2 }))).toEqual(state('fetch beyond the end'))
  })

  it('is the peer that agrees: noted, then told', () => {
    const end = ours()
    const own = sendOne(end)
    end.told()
    end.hear(fetchOf(own))
    expect(end.disk.notes.get(own)?.note.progress.state).toBe('accepted')
    expect(end.told()).toMatchObject([{ type: 'transfer.accepted', by: 'them' }])
    expect(end.stateOf(own)).toBe('moving')
  })

  it('while our user paused it is answered by HOLD', () => {
    const end = ours()
    const own = sendOne(end)
    end.commands.handle({ type: 'pause', which: 'all' })
    end.settle()
    expect(end.said()).toEqual([{ kind: 'hold', id: own, why: 'paused' }])
    end.hear(fetchOf(own))
    expect(end.said()).toEqual([{ kind: 'hold', id: own, why: 'paused' }])
    expect(end.stateOf(own)).toBe('paused')
  })

  it('for more than move at once waits for its turn', () => {
    const end = ours()
    const all = NAMES.map((name) => sendOne(end, `/from/${name}`))
    for (const own of all) end.hear(fetchOf(own))
    const [, , , , last = ''] = all
    expect(end.said()).toEqual([{ kind: 'hold', id: last, why: 'queued' }])
    expect(end.stateOf(last)).toBe('offered')
    end.hear({ kind: 'hold', id: all[0] ?? '', why: 'paused' })
    expect(end.said()).toMatchObject([{ kind: 'offer', offer: { id: last } }])
  })
})

describe('that it is done', () => {
  it('cannot be said of what was never asked for', () => {
    const end = ours()
    expect(end.hear({ kind: 'done', id: sendOne(end) })).toEqual(state('done without a fetch'))
  })

  it('is noted, told, confirmed, and forgotten', () => {
    const end = ours()
    const own = sendOne(end)
    end.hear(fetchOf(own))
    end.told()
    expect(end.hear({ kind: 'done', id: own })).toBeUndefined()
    expect(end.told()).toMatchObject([{ type: 'transfer.done', transfer: { id: own } }])
    expect(end.said()).toEqual([{ kind: 'over', id: own }])
    expect([end.disk.notes.size, end.waiting.at(-1)]).toEqual([0, 0])
  })

  it('is told once, though the peer says it again while the disk takes the note', () => {
    const end = ours()
    const own = sendOne(end)
    end.hear(fetchOf(own))
    end.told()
    end.disk.notesFault = { _tag: 'NotesUnusable', path: '/notes', code: 'ENOSPC' }
    end.hear({ kind: 'done', id: own })
    end.hear({ kind: 'done', id: own })
    end.told()
    expect(end.said()).toEqual([])
    end.disk.notesFault = undefined
    end.clock.advance(DISK_RETRY_MS)
    expect(end.told()).toMatchObject([{ type: 'transfer.done', transfer: { id: own } }])
    expect(end.said()).toEqual([{ kind: 'over', id: own }])
  })

  it('of an unknown one is confirmed, so that the peer forgets it', () => {
    const end = ours()
    end.hear({ kind: 'done', id })
    end.hear({ kind: 'end', id, why: 'cancelled' })
    expect(end.said()).toEqual([
      { kind: 'over', id },
      { kind: 'over', id }
    ])
  })

  it('may cross our cancelling: both are confirmed, and the user hears that it arrived', () => {
    const end = ours()
    const own = sendOne(end)
    end.hear(fetchOf(own))
    end.commands.handle({ type: 'transfer-cancel', which: 1 })
    end.settle()
    expect(end.said()).toEqual([{ kind: 'end', id: own, why: 'cancelled' }])
    end.told()
    end.hear({ kind: 'done', id: own })
    expect(end.said()).toEqual([{ kind: 'over', id: own }])
    expect(end.told()).toMatchObject([{ type: 'transfer.done' }])
    end.hear({ kind: 'over', id: own })
    expect(end.disk.notes.size).toBe(0)
  })
})

describe('a new link', () => {
  it('hears our side of every note, and then that this was all', () => {
    const end = ours()
    const own = sendOne(end)
    const cancelled = sendOne(end, '/from/b.txt')
    end.commands.handle({ type: 'pause', which: 1 })
    end.commands.handle({ type: 'transfer-cancel', which: 2 })
    end.hear({ kind: 'offer', offer: ONE })
    end.hear({ kind: 'offer', offer: offer('two') })
    end.commands.handle({ type: 'transfer-cancel', which: 4 })
    end.lose()
    end.connect()
    expect(end.said()).toMatchObject([
      { kind: 'offer', offer: { id: own } },
      { kind: 'hold', id: own, why: 'paused' },
      { kind: 'end', id: cancelled, why: 'cancelled' },
      { kind: 'end', id: offer('two').id, why: 'declined' },
      { kind: 'all' }
    ])
  })

  it('on which what we wait for is not offered ends it: the peer has lost its notes', () => {
    const end = ours()
    end.hear({ kind: 'offer', offer: ONE })
    end.hear({ kind: 'offer', offer: offer('two') })
    end.lose()
    end.connect()
    end.told()
    end.said()
    end.hear({ kind: 'offer', offer: offer('two') })
    expect(end.hear({ kind: 'all' })).toBeUndefined()
    expect(end.told()).toMatchObject([
      { type: 'transfer.ended', by: 'them', why: 'unknown', transfer: { id } }
    ])
    expect(end.hear({ kind: 'all' })).toEqual(state('all offers again'))
  })

  it('hears END until it is confirmed', () => {
    const end = ours()
    end.hear({ kind: 'offer', offer: ONE })
    end.commands.handle({ type: 'transfer-cancel', which: 'all' })
    end.settle()
    end.hear({ kind: 'offer', offer: ONE })
    const told = { kind: 'end', id, why: 'declined' }
    expect(end.said()).toEqual([told, told])
    end.hear({ kind: 'over', id })
    end.connect()
    expect(end.said()).toEqual([{ kind: 'all' }])
    expect(end.disk.notes.size).toBe(0)
  })
})

describe('another run', () => {
  it('goes on with everything, tells what was not told, and removes what nobody needs', () => {
    const first = new TransferEnd()
    const { disk } = first
    disk.sources.set('/from/a.txt', source('/from/a.txt', [entry('a.txt')]))
    first.connect()
    const own = (() => {
      first.said()
      return sendOne(first)
    })()
    first.hear({ kind: 'offer', offer: ONE })
    first.hear({ kind: 'offer', offer: offer('done') })
    const kept = disk.notes.get(offer('done').id)
    if (kept !== undefined)
      kept.note = {
        ...kept.note,
        progress: { ...kept.note.progress, state: 'done', path: '/downloads/done' }
      }
    const second = new TransferEnd({ disk })
    second.restore()
    expect(second.told()).toMatchObject([
      { type: 'transfer.offered', transfer: { id } },
      { type: 'transfer.done', path: '/downloads/done' }
    ])
    expect([second.stateOf(own), second.stateOf(id)]).toEqual(['offered', 'asking'])
    second.connect()
    expect(second.said()).toMatchObject([
      { kind: 'offer', offer: { id: own } },
      { kind: 'done', id: offer('done').id },
      { kind: 'all' }
    ])
  })

  it.each([
    ['us', 'damaged'],
    ['them', 'cancelled'],
    ['us', 'cancelled'],
    ['them', 'source-changed'],
    // The other end says so too, and it may be either.
    ['them', 'not-writable'],
    ['us', 'unknown']
  ] as const)('says that an end was by %s, as it was noted: %s', (by, end) => {
    const first = new TransferEnd()
    const { disk } = first
    first.connect()
    first.hear({ kind: 'offer', offer: ONE })
    const kept = disk.notes.get(id)
    if (kept !== undefined)
      kept.note = {
        ...kept.note,
        progress: { ...kept.note.progress, state: 'ended', end, endedBy: by }
      }
    const second = new TransferEnd({ disk })
    second.restore()
    expect(second.told()).toMatchObject([{ type: 'transfer.ended', by, why: end }])
  })

  it.each([
    [{ type: 'transfer-cancel', which: 'all' }, 'us'],
    [undefined, 'them']
  ] as const)('finds who ended it in the note: %o, %s', (command, by) => {
    const end = ours()
    const own = sendOne(end)
    const noted: (string | undefined)[] = []
    const { notes } = end.disk
    const keep = notes.delete.bind(notes)
    notes.delete = (each) => {
      noted.push(notes.get(each)?.note.progress.endedBy)
      return keep(each)
    }
    if (command === undefined) end.hear({ kind: 'end', id: own, why: 'declined' })
    else {
      end.commands.handle(command)
      end.settle()
      end.hear({ kind: 'over', id: own })
    }
    expect(noted).toEqual([by])
  })
})

describe('notes that cannot be written', () => {
  it.each([
    ['ENOSPC', 'NotesFull', 'disk-full'],
    ['EDQUOT', 'NotesFull', 'disk-full'],
    ['EROFS', 'NotesUnusable', 'unnoted'],
    ['EACCES', 'NotesUnusable', 'unnoted'],
    ['EIO', 'NotesIo', 'unnoted']
  ])('are told once, as what they are: %s', (code, tag, why) => {
    const end = ours()
    const own = sendOne(end)
    end.hear(fetchOf(own))
    end.told()
    end.disk.notesFault = notesFailure('/notes', code).reason
    end.commands.handle({ type: 'pause', which: 'all' })
    end.settle()
    end.clock.advance(3 * DISK_RETRY_MS)
    expect(end.told()).toMatchObject([
      {
        type: 'transfer.paused',
        by: 'us',
        why,
        failure: { _tag: tag, path: '/notes', code }
      }
    ])
    end.disk.notesFault = undefined
    end.clock.advance(DISK_RETRY_MS)
    expect(end.told()).toMatchObject([{ type: 'transfer.paused', why: 'paused' }])
  })
})

describe('notes of earlier runs that cannot be read', () => {
  const unusable = () => {
    const { disk } = new TransferEnd()
    disk.sources.set('/from/a.txt', source('/from/a.txt', [entry('a.txt')]))
    disk.readFault = notesFailure('/notes', 'EACCES').reason
    const end = new TransferEnd({ disk })
    end.restore()
    return end
  }

  it('are told at the start, and by each /send', () => {
    const end = unusable()
    const failure = { _tag: 'NotesUnusable', path: '/notes', code: 'EACCES' }
    expect(end.told()).toEqual([{ type: 'transfers.unusable', failure }])
    end.connect()
    end.commands.handle({ type: 'send', paths: '/from/a.txt' })
    end.settle()
    expect(end.told()).toMatchObject([{ type: 'transfer.refused', path: '/from/a.txt', failure }])
    expect([end.said(), end.disk.notes.size]).toEqual([[], 0])
  })

  it('keep a peer from losing its own: it hears only that its offers are not taken, and why', () => {
    const end = unusable()
    end.told()
    end.connect()
    expect(end.said()).toEqual([])
    expect(end.hear({ kind: 'offer', offer: ONE })).toBeUndefined()
    expect(end.said()).toEqual([{ kind: 'end', id, why: 'not-writable' }])
    expect(end.told()).toMatchObject([
      { type: 'transfer.ended', why: 'not-writable', failure: { _tag: 'NotesUnusable' } }
    ])
    for (const body of [
      { kind: 'over', id },
      { kind: 'done', id: offer('two').id },
      { kind: 'end', id: offer('two').id, why: 'cancelled' },
      { kind: 'all' }
    ] as const)
      expect(end.hear(body)).toBeUndefined()
    expect([end.said(), end.told(), end.disk.notes.size]).toEqual([[], [], 0])
  })
})
