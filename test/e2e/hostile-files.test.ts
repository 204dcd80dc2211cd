/**
 * Goal: no name, list or byte of a peer puts anything on our disk that we did not agree to, or anywhere else than in
 * the download folder, or leaves a part there (pains and attacks P1–P4, P7, T1, T3).
 * Method: a scripted peer offers to the built program; its answers, its events and the home folder are looked at.
 */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TransferId, TransferOffer } from '../../src/domain/transfers.ts'
import type { Message } from '../../src/protocol/messages.ts'
import type { TransferBody } from '../../src/protocol/transfer-messages.ts'
import { HOSTILE_NAMES } from '../support/hostile-names.ts'
import { takenNames } from './support/files.ts'
import { HostilePeer } from './support/hostile-peer.ts'
import { type JsonProgram, startJsonListening } from './support/talk.ts'

const idOf = (number: number): TransferId => String(number).padStart(22, 'f') as TransferId

const about = (body: TransferBody): Message => ({ type: 'transfer', body })

const offering = (number: number, change: Partial<TransferOffer>): Message =>
  about({
    kind: 'offer',
    offer: {
      id: idOf(number),
      name: 'gift.bin',
      kind: 'file',
      bytes: 10,
      files: 1,
      entries: 1,
      pieceBytes: 1024 * 1024,
      executable: false,
      ...change
    }
  })

const bodies = (heard: readonly Message[]): readonly TransferBody[] =>
  heard.flatMap((message) => (message.type === 'transfer' ? [message.body] : []))

/** The program has said so much of this kind about this transfer. */
const told = <K extends TransferBody['kind']>(
  mallory: HostilePeer,
  number: number,
  kind: K,
  count = 1
): Promise<Extract<TransferBody, { readonly kind: K }>> =>
  mallory.until(`${count} ${kind} of ${number}`, (heard) =>
    bodies(heard)
      .filter(
        (body): body is Extract<TransferBody, { kind: K }> =>
          body.kind === kind && 'id' in body && body.id === idOf(number)
      )
      .at(count - 1)
  )

const startAttacked = async (): Promise<{ program: JsonProgram; mallory: HostilePeer }> => {
  const { program, port } = await startJsonListening(['-n', 'ann'])
  const mallory = new HostilePeer(port, { nickname: 'mallory' })
  await mallory.join()
  await program.waitFor('peer.connected')
  mallory.send(about({ kind: 'all' }))
  return { program, mallory }
}

/** Chat goes on, and nobody was asked anything; the home holds what it held. */
const expectUnharmed = async (
  { pipe, events, waitFor }: JsonProgram,
  mallory: HostilePeer,
  asked: number
): Promise<void> => {
  mallory.say('are you there')
  await waitFor('message.received', ({ text }) => text === 'are you there')
  expect(events().filter(({ type }) => type === 'transfer.offered')).toHaveLength(asked)
  expect(takenNames(pipe.home)).toEqual([])
  const names = readdirSync(pipe.home, { recursive: true, encoding: 'utf8' })
  expect(names.filter((name) => /gift|passwd|\.part$/.test(name))).toEqual([])
}

describe('Bad input: what a hostile peer offers', () => {
  it('under a hostile name, alone or in a folder, is refused as a whole', async () => {
    const names = HOSTILE_NAMES.filter(([, name]) => name.isWellFormed())
    const { program, mallory } = await startAttacked()
    for (const [at, [, name]] of names.entries()) {
      mallory.send(offering(at, { name }))
      expect(await told(mallory, at, 'end'), name).toMatchObject({ why: 'unsafe' })
    }
    const inside = names.filter(([why]) => /^P[123]/.test(why))
    for (const [at, [, name]] of inside.entries()) {
      const number = names.length + at
      mallory.send(offering(number, { name: 'gifts', kind: 'folder', bytes: 1, entries: 2 }))
      await told(mallory, number, 'ask-list')
      const folder = { path: 'a', kind: 'folder', bytes: 0, executable: false } as const
      const file = { path: `a/${name}`, kind: 'file', bytes: 1, executable: false } as const
      mallory.send(about({ kind: 'list', id: idOf(number), at: 0, entries: [folder, file] }))
      expect(await told(mallory, number, 'end'), name).toMatchObject({ why: 'unsafe' })
    }
    await expectUnharmed(program, mallory, 0)
  })

  it('and then sends wrongly is asked for once more; what nobody asked for ends the link', async () => {
    const { program, mallory } = await startAttacked()
    mallory.send(offering(1, {}))
    const { transfer } = await program.waitFor('transfer.offered')
    program.ask({ type: 'accept', who: `t${transfer.number}` })
    const streams: number[] = []
    for (const turn of [1, 2]) {
      const { stream, piece } = await told(mallory, 1, 'fetch', turn)
      expect(piece).toBe(0)
      streams.push(stream)
      mallory.send({ type: 'data', stream, bytes: new Uint8Array(10) })
      mallory.send({ type: 'digest', stream, digest: new Uint8Array(32) })
    }
    expect(new Set(streams).size).toBe(2)
    expect(await told(mallory, 1, 'end')).toMatchObject({ why: 'damaged' })
    await program.waitFor('transfer.ended', ({ why }) => why === 'damaged')
    await expectUnharmed(program, mallory, 1)

    mallory.send({ type: 'data', stream: 9, bytes: new Uint8Array(10) })
    const { reason } = await program.waitFor('peer.disconnected')
    expect(reason).toMatchObject({ _tag: 'ProtocolError', by: 'us' })
    await mallory.closed()
    expect(takenNames(program.pipe.home)).toEqual([])
  })
})
