/**
 * Goal: what is said of a transfer comes in the order that the machines of both ends count on, though part of
 * it waits for the disk; and what an end says of nothing at all is no violation.
 * Method: one end with its machines over plain memory; commands come at once, as a script gives them.
 */
import { describe, expect, it } from '@effect/vitest'
import { DISK_RETRY_MS } from '../../../../src/domain/limits.ts'
import type { TransferEntry, TransferOffer } from '../../../../src/domain/transfers.ts'
import { TransferEnd } from '../../../support/transfer-end.ts'

const entry = (bytes: number): TransferEntry => ({
  path: 'a.txt',
  kind: 'file',
  bytes,
  executable: false
})

const OFFER: TransferOffer = {
  id: 'a'.repeat(22),
  name: 'a.txt',
  kind: 'file',
  bytes: 100,
  files: 1,
  entries: 1,
  pieceBytes: 1_048_576,
  executable: false
}

const connected = (): TransferEnd => {
  const end = new TransferEnd()
  end.connect()
  end.said()
  return end
}

describe('a transfer that moves towards us', () => {
  it('is asked for behind the HOLD of a pause that was over before the disk took it', () => {
    const end = connected()
    end.hear({ kind: 'offer', offer: OFFER })
    const [waiting] = end.commands.waiting(undefined)
    if (waiting !== undefined) end.commands.answer({ type: 'accept' }, waiting)
    end.settle()
    expect(end.said().map(({ kind }) => kind)).toEqual(['fetch'])
    end.disk.notesFault = { _tag: 'NotesUnusable', path: '/notes', code: 'ENOSPC' }
    end.commands.handle({ type: 'pause', which: 'all' })
    end.commands.handle({ type: 'resume', which: 'all' })
    end.settle()
    expect(end.said()).toEqual([])
    end.disk.notesFault = undefined
    end.clock.advance(DISK_RETRY_MS)
    expect(end.said().map(({ kind }) => kind)).toEqual(['hold', 'fetch'])
    expect([end.stateOf(OFFER.id), end.defects]).toEqual(['moving', []])
  })
})

const withSource = (bytes: number): TransferEnd => {
  const end = connected()
  end.disk.sources.set('/from/a.txt', {
    name: 'a.txt',
    kind: 'file',
    list: [entry(bytes)],
    sources: [{ path: '/from/a.txt', bytes, modifiedMs: 1, inode: '1:1' }],
    skipped: [],
    renamed: []
  })
  end.commands.handle({ type: 'send', paths: '/from/a.txt' })
  end.settle()
  return end
}

describe('a file of ours', () => {
  it('that was cancelled while the disk took nothing is not offered once more', () => {
    const end = withSource(50)
    end.commands.handle({ type: 'pause', which: 'all' })
    end.settle()
    end.disk.notesFault = { _tag: 'NotesUnusable', path: '/notes', code: 'ENOSPC' }
    end.commands.handle({ type: 'resume', which: 'all' })
    end.commands.handle({ type: 'transfer-cancel', which: 'all' })
    end.connect()
    end.disk.notesFault = undefined
    end.clock.advance(DISK_RETRY_MS)
    const said = end.said().map(({ kind }) => kind)
    expect(said).toContain('end')
    expect(said).not.toContain('offer')
  })
})

describe('an empty file of ours', () => {
  it('is done by the word of a peer that had nothing to ask for', () => {
    const end = withSource(0)
    const [said] = end.said()
    const id = said?.kind === 'offer' ? said.offer.id : ''
    expect(end.hear({ kind: 'done', id })).toBeUndefined()
    expect(end.said()).toEqual([{ kind: 'over', id }])
    expect(end.disk.notes.size).toBe(0)
  })
})
