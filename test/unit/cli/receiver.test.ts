/**
 * Goal: `earshot receive` takes what its flags allow, counts how all of it ended, and leaves when it is over
 * and not before. Method: the pure script, on events as the runtime tells them.
 */
import { describe, expect, it } from '@effect/vitest'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import type { TransferRef } from '../../../src/domain/transfer-events.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'
import { makeReceiver } from '../../../src/cli/files/receiver.ts'
import { makeTally } from '../../../src/cli/files/tally.ts'

const peer = { id: peerIdFromPublicKey(new Uint8Array(32).fill(7)) }

const transfer = (number: number, kind: TransferRef['kind'] = 'file'): TransferRef => ({
  id: `transfer-${number}`,
  number,
  peer,
  direction: 'in',
  name: 'x',
  kind,
  bytes: 10,
  files: 1
})

const offered = (
  ref: TransferRef,
  risks: readonly { readonly kind: 'hidden'; readonly path: string }[] = []
): EarshotEvent => ({ type: 'transfer.offered', transfer: ref, online: true, risks })
const done = (ref: TransferRef): EarshotEvent => ({ type: 'transfer.done', transfer: ref })
const ended = (ref: TransferRef): EarshotEvent => ({
  type: 'transfer.ended',
  transfer: ref,
  by: 'them',
  why: 'cancelled'
})
const left: EarshotEvent = {
  type: 'peer.disconnected',
  peer,
  reason: { _tag: 'Bye', by: 'them', why: 'quit' }
}

const rules = { anyway: false, single: false, stays: false }
const QUIT = [{ type: 'quit' }]

describe('the receiver', () => {
  it('takes what is offered, and leaves once its peer has left and all is here', () => {
    const { react, tally } = makeReceiver(rules)
    expect(react(offered(transfer(1)))).toEqual([{ type: 'accept', who: 't1' }])
    expect(react(left)).toEqual([])
    expect(react(done(transfer(1)))).toEqual([])
    expect(react(left)).toEqual(QUIT)
    expect(tally()).toEqual({ done: 1, failed: 0, open: 0 })
  })

  it('stays for a peer that has sent nothing yet', () => {
    expect(makeReceiver(rules).react(left)).toEqual([])
  })

  it('turns away what is risky, but takes it with --anyway', () => {
    const risky = offered(transfer(1), [{ kind: 'hidden', path: '.bashrc' }])
    expect(makeReceiver(rules).react(risky)).toEqual([{ type: 'decline', who: 't1' }])
    const bold = makeReceiver({ ...rules, anyway: true })
    expect(bold.react(risky)).toEqual([{ type: 'accept', who: 't1', anyway: true }])
  })

  it('takes one file and no folder where it goes to a pipe, and leaves when it has it', () => {
    const { react } = makeReceiver({ ...rules, single: true })
    expect(react(offered(transfer(1, 'folder')))).toEqual([{ type: 'decline', who: 't1' }])
    expect(react(ended(transfer(1, 'folder')))).toEqual([])
    expect(react(offered(transfer(2)))).toEqual([{ type: 'accept', who: 't2' }])
    expect(react(offered(transfer(3)))).toEqual([{ type: 'decline', who: 't3' }])
    expect(react(ended(transfer(3)))).toEqual([])
    expect(react(done(transfer(2)))).toEqual(QUIT)
  })

  it('goes on from peer to peer with --stay', () => {
    const { react } = makeReceiver({ ...rules, stays: true })
    react(offered(transfer(1)))
    react(done(transfer(1)))
    expect(react(left)).toEqual([])
  })

  it('waits for what an earlier run began', () => {
    const { react } = makeReceiver(rules)
    expect(react({ type: 'transfer.started', transfer: transfer(1), fromBytes: 4 })).toEqual([])
    react(offered(transfer(2)))
    react(done(transfer(2)))
    expect(react(left)).toEqual([])
    react(done(transfer(1)))
    expect(react(left)).toEqual(QUIT)
  })
})

describe('the tally', () => {
  it('counts its own direction only, and what was never offered as failed', () => {
    const { note, now } = makeTally('out')
    note(offered(transfer(1)))
    note({
      type: 'transfer.refused',
      path: 'gone',
      failure: { _tag: 'SourceMissing', path: 'gone' }
    })
    expect(now()).toEqual({ done: 0, failed: 1, open: 0 })
    const ours = { ...transfer(2), direction: 'out' } as const
    note({ type: 'transfer.offered', transfer: ours, online: true })
    expect(now()).toEqual({ done: 0, failed: 1, open: 1 })
    note(ended(ours))
    expect(now()).toEqual({ done: 0, failed: 2, open: 0 })
  })
})
