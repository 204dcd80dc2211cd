/**
 * Goal: what the user asks about files is done or refused with the reason, and nothing moves before consent.
 * Method: commands of one end with its machines over plain memory; the peer's frames are made up.
 */
import { describe, expect, it } from '@effect/vitest'
import { DISK_RETRY_MS } from '../../../../src/domain/limits.ts'
import type { Command } from '../../../../src/domain/commands.ts'
import type { TransferOffer } from '../../../../src/domain/transfers.ts'
import { PEER, TransferEnd } from '../../../support/transfer-end.ts'

const offer = (name: string): TransferOffer => ({
  id: name.padEnd(22, '-'),
  name,
  kind: 'file',
  bytes: 100,
  files: 1,
  entries: 1,
  pieceBytes: 1_048_576,
  executable: false
})

const answer = (end: TransferEnd, command: Extract<Command, { type: 'accept' | 'decline' }>) => {
  const [waiting] = end.commands.waiting(command.who)
  if (waiting !== undefined) end.commands.answer(command, waiting)
  end.settle()
}

const source = (path: string) => ({
  name: 'a',
  kind: 'file' as const,
  list: [{ path: 'a', kind: 'file' as const, bytes: 4, executable: false }],
  sources: [{ path, bytes: 4, modifiedMs: 1, inode: '1:1' }],
  skipped: [],
  renamed: []
})
const changed = (path: string) => ({ path, bytes: 4, modifiedMs: 2, inode: '1:1' })

const ask = (end: TransferEnd, command: Parameters<TransferEnd['commands']['handle']>[0]) => {
  end.commands.handle(command)
  end.settle()
  return end.told()
}

const asked = (...names: readonly string[]): TransferEnd => {
  const end = new TransferEnd()
  end.connect()
  end.said()
  for (const name of names) end.hear({ kind: 'offer', offer: offer(name) })
  end.told()
  return end
}

describe('/send', () => {
  it('needs a peer, whole quotes, and something under the path', () => {
    const end = new TransferEnd()
    end.focus = undefined
    expect(ask(end, { type: 'send', paths: 'a' })).toMatchObject([
      { type: 'command.invalid', detail: 'name a peer first: /to NAME' }
    ])
    end.focus = PEER
    expect(ask(end, { type: 'send', paths: '"a' })).toMatchObject([{ type: 'command.invalid' }])
    expect(ask(end, { type: 'send', paths: 'missing' })).toMatchObject([
      { type: 'transfer.refused', path: 'missing', failure: { _tag: 'SourceMissing' } }
    ])
    expect(end.waiting.at(-1)).toBe(0)
  })

  it('again of what goes on already goes on with that, also where it was paused', () => {
    const end = new TransferEnd()
    end.disk.sources.set('/from/a', source('/from/a'))
    end.connect()
    end.said()
    ask(end, { type: 'send', paths: '/from/a' })
    ask(end, { type: 'pause', which: 1 })
    const [first] = end.said()
    expect(ask(end, { type: 'send', paths: '/from/a' })).toMatchObject([
      { type: 'transfer.offered', transfer: { number: 1 } }
    ])
    expect(end.said()).toEqual([first])
    end.disk.sources.set('/from/a', { ...source('/from/a'), sources: [changed('/from/a')] })
    expect(ask(end, { type: 'send', paths: '/from/a' })).toMatchObject([
      { type: 'transfer.offered', transfer: { number: 2 } }
    ])
    expect(end.waiting.at(-1)).toBe(2)
  })
})

describe('/accept', () => {
  it('takes what the user was asked about: noted, placed, and asked for', () => {
    const end = asked('one')
    answer(end, { type: 'accept' })
    expect(end.told()).toMatchObject([
      { type: 'transfer.accepted', by: 'us' },
      { type: 'transfer.started', fromBytes: 0 }
    ])
    expect(end.said()).toMatchObject([{ kind: 'fetch', piece: 0, stream: 1, digest: 'sha256' }])
    expect([...end.disk.parts]).toEqual(['1.part'])
  })

  it('takes what is risky only when that is said', () => {
    const end = asked('one.exe')
    answer(end, { type: 'accept', who: 't1' })
    expect(end.told()).toMatchObject([{ type: 'command.invalid', suggestion: '/accept t1 anyway' }])
    expect(end.said()).toEqual([])
    answer(end, { type: 'accept', who: 't1', anyway: true })
    expect(end.said()).toMatchObject([{ kind: 'fetch' }])
  })

  it('finds offers by their numbers and by their peers', () => {
    const end = asked('one', 'two')
    const numbers = (who?: string) => end.commands.waiting(who).map(({ number }) => number)
    expect([numbers(), numbers('t2'), numbers('ann'), numbers('ben'), numbers('t9')]).toEqual([
      [1, 2],
      [2],
      [1, 2],
      [],
      []
    ])
  })

  it('waits where the disk is full, and goes on when there is room', () => {
    const end = asked('one')
    end.disk.room = 99
    answer(end, { type: 'accept' })
    expect(end.said()).toEqual([{ kind: 'hold', id: offer('one').id, why: 'disk-full' }])
    expect(end.told().at(-1)).toMatchObject({ type: 'transfer.paused', why: 'disk-full' })
    end.clock.advance(DISK_RETRY_MS)
    expect(end.said()).toEqual([])
    end.disk.room = 100
    end.clock.advance(DISK_RETRY_MS)
    expect(end.said()).toMatchObject([{ kind: 'fetch' }])
  })
})

describe('/decline', () => {
  it('ends it, at both ends', () => {
    const end = asked('one')
    answer(end, { type: 'decline' })
    expect(end.said()).toEqual([{ kind: 'end', id: offer('one').id, why: 'declined' }])
    expect(end.told()).toMatchObject([{ type: 'transfer.ended', by: 'us', why: 'declined' }])
  })
})

describe('/accept-all', () => {
  it('takes what waits and what comes of this peer, but nothing risky', () => {
    const end = asked('one', 'two.exe')
    const on = ask(end, { type: 'accept-all', on: true })
    expect(on[0]).toMatchObject({ type: 'accept-all.changed', on: true })
    end.hear({ kind: 'offer', offer: offer('three') })
    end.hear({ kind: 'offer', offer: offer('four.exe') })
    const states = ['one', 'two.exe', 'three', 'four.exe'].map((name) =>
      end.stateOf(offer(name).id)
    )
    expect(states).toEqual(['moving', 'asking', 'moving', 'asking'])
    const off = ask(end, { type: 'accept-all', on: false })
    expect(off).toContainEqual(expect.objectContaining({ type: 'accept-all.changed', on: false }))
    end.hear({ kind: 'offer', offer: offer('five') })
    expect(end.stateOf(offer('five').id)).toBe('asking')
  })
})

describe('/transfers, /pause, /resume, /cancel, /retry', () => {
  it('shows where everything is, also what is over', () => {
    const end = asked('one', 'two')
    answer(end, { type: 'decline', who: 't2' })
    end.told()
    expect(ask(end, { type: 'transfers' })).toMatchObject([
      {
        transfers: [
          { number: 1, state: 'asking', online: true, direction: 'in' },
          { number: 2, state: 'declined' }
        ]
      }
    ])
  })

  it('stops and goes on, noted before the peer hears of it', () => {
    const end = asked('one')
    answer(end, { type: 'accept' })
    end.said()
    end.told()
    expect(ask(end, { type: 'pause', which: 1 })).toMatchObject([
      { type: 'transfer.paused', by: 'us', why: 'paused' }
    ])
    expect(end.disk.notes.get(offer('one').id)?.note.progress.paused).toBe(true)
    expect(end.said()).toEqual([{ kind: 'hold', id: offer('one').id, why: 'paused' }])
    ask(end, { type: 'resume', which: 'all' })
    expect(end.said()).toMatchObject([{ kind: 'fetch', stream: 2 }])
  })

  it('cancels what moves, and leaves nothing of it', () => {
    const end = asked('one')
    answer(end, { type: 'accept' })
    end.said()
    end.told()
    expect(ask(end, { type: 'transfer-cancel', which: 1 })).toMatchObject([
      { type: 'transfer.ended', by: 'us', why: 'cancelled' }
    ])
    expect(end.said()).toEqual([{ kind: 'end', id: offer('one').id, why: 'cancelled' }])
    expect(end.disk.parts.size).toBe(0)
  })

  it('says why it cannot', () => {
    const end = asked('one')
    const detail = (command: Parameters<typeof ask>[1]) => {
      const [event] = ask(end, command)
      return event?.type === 'command.invalid' ? event.detail : event?.type
    }
    expect(detail({ type: 'pause', which: 1 })).toBe('it waits for your answer: /accept')
    expect(detail({ type: 'pause', which: 7 })).toMatch('there is no such transfer')
    answer(end, { type: 'decline' })
    end.told()
    expect(detail({ type: 'pause', which: 1 })).toBe('that transfer is over')
    expect(detail({ type: 'resume', which: 'all' })).toBe('nothing is under way')
    expect(detail({ type: 'retry', which: 1 })).toMatch('only who sends it')
    expect(detail({ type: 'retry', which: 'all' })).toBe('nothing of yours failed')
  })

  it('offers anew what the peer did not want', () => {
    const end = new TransferEnd()
    const one = { path: 'a', kind: 'file', bytes: 5, executable: false } as const
    const from = { path: '/from/a', bytes: 5, modifiedMs: 1, inode: '1:1' }
    const survey = { name: 'a', kind: 'file', list: [one], sources: [from] } as const
    end.disk.sources.set('/from/a', { ...survey, skipped: [], renamed: [] })
    end.connect()
    end.said()
    ask(end, { type: 'send', paths: '/from/a' })
    const [first] = end.said()
    if (first?.kind !== 'offer') throw new Error('nothing was offered')
    end.hear({ kind: 'end', id: first.offer.id, why: 'declined' })
    expect(end.said()).toEqual([{ kind: 'over', id: first.offer.id }])
    end.told()
    ask(end, { type: 'retry', which: 1 })
    const [second] = end.said()
    expect(second).toMatchObject({ kind: 'offer', offer: { name: 'a' } })
    expect(second?.kind === 'offer' && second.offer.id).not.toBe(first.offer.id)
  })

  it('/autoopen turns', () => {
    const end = new TransferEnd()
    expect(ask(end, { type: 'autoopen' })).toEqual([{ type: 'autoopen.changed', on: true }])
    expect(ask(end, { type: 'autoopen' })).toEqual([{ type: 'autoopen.changed', on: false }])
  })
})

describe('opening what came', () => {
  const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  const received = (
    firstBytes: Uint8Array<ArrayBuffer>,
    autoOpenMedia = true,
    name = 'a.png'
  ): TransferEnd => {
    const end = new TransferEnd({ autoOpenMedia })
    end.disk.firstBytes = firstBytes
    end.connect()
    end.hear({ kind: 'offer', offer: { ...offer(name), bytes: 0 } })
    answer(end, { type: 'accept' })
    return end
  }

  it('opens media that the user took, by what they are', () => {
    const end = received(PNG)
    expect(end.disk.opened).toEqual(['/downloads/a.png'])
    expect(end.told().at(-1)).toMatchObject({ type: 'transfer.opened', path: '/downloads/a.png' })
  })

  it('opens nothing else, whatever its name, and nothing where it is off', () => {
    const end = received(new TextEncoder().encode('#!/bin/sh'))
    expect(end.disk.opened).toEqual([])
    expect(end.told().at(-1)).toMatchObject({ type: 'transfer.not-opened', why: 'not-media' })
    // Its ending is what the system's opener goes by, and the user has a say in which.
    for (const name of ['a.sh', 'a.jpg', 'a.gif']) {
      const end = received(PNG, true, name)
      expect(end.disk.opened, name).toEqual([])
    }
    const quiet = received(PNG, false)
    expect(quiet.disk.opened).toEqual([])
    expect(quiet.told().at(-1)).toMatchObject({ type: 'transfer.done' })
  })
})

describe('commands that come before the notes of earlier runs are read', () => {
  it('are about what is in them', () => {
    const first = new TransferEnd()
    const { disk } = first
    disk.sources.set('/a', source('/a'))
    ask(first, { type: 'send', paths: '/a' })
    ask(first, { type: 'pause', which: 'all' })
    const second = new TransferEnd({ disk })
    // Ids are as random as numbers that are counted: the first one is that of the first run.
    second.plane.world.randomBytes(16)
    second.commands.handle({ type: 'transfers' })
    second.commands.handle({ type: 'send', paths: '/a' })
    second.settle()
    expect(second.told()).toEqual([])
    second.restore()
    expect(second.told()).toMatchObject([
      { type: 'transfers.shown', transfers: [{ state: 'paused' }] },
      { type: 'transfer.offered', transfer: { number: 1 } }
    ])
    expect([disk.notes.size, second.defects]).toEqual([1, []])
  })
})
