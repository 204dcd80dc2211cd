/**
 * Goal: whatever the users, disks, links and processes of two ends do to one transfer, and whatever crosses
 * on the way, it comes to its end at both as soon as nothing keeps it: nobody waits for the other for ever.
 * Method: both machines beside the least that desks do; random plans of steps, then everything may settle.
 */
import { describe, expect, it } from '@effect/vitest'
import fc from 'fast-check'
import { type Luck, TransferPair } from './transfer-pair.ts'

type Step = (pair: TransferPair) => void

/** A step that a failure prints by its name. */
const step = (weight: number, name: string, run: Step) => ({
  weight,
  arbitrary: fc.constant(Object.assign(run, { toString: () => name }))
})

const worked = (weight: number, luck: Luck) =>
  step(weight, `disk ${luck}`, ({ receiver }) => void receiver.work(luck))

const running = [
  step(6, 'to sender', (pair) => void pair.carry('sender')),
  step(6, 'to receiver', (pair) => void pair.carry('receiver')),
  step(3, 'link', (pair) => pair.link()),
  step(1, 'cut', (pair) => pair.cut()),
  step(1, 'kill sender', (pair) => pair.kill('sender')),
  step(1, 'kill receiver', (pair) => pair.kill('receiver')),
  step(3, 'sender writes', ({ sender }) => void sender.write()),
  step(3, 'receiver writes', ({ receiver }) => void receiver.write()),
  step(4, 'send', ({ sender }) => void sender.work()),
  step(3, 'grant', ({ receiver }) => void receiver.grant()),
  step(2, 'sync', ({ receiver }) => receiver.sync()),
  worked(5, 'well'),
  worked(1, 'full'),
  step(4, 'accept', ({ receiver }) => receiver.play({ type: 'user.accept' })),
  step(1, 'sender pauses', ({ sender }) => sender.play({ type: 'user.pause' })),
  step(2, 'sender resumes', ({ sender }) => sender.play({ type: 'user.resume' })),
  step(1, 'receiver pauses', ({ receiver }) => receiver.play({ type: 'user.pause' })),
  step(2, 'receiver resumes', ({ receiver }) => receiver.play({ type: 'user.resume' }))
]

const endings = [
  worked(1, 'lost'),
  step(1, 'sender cancels', ({ sender }) => sender.play({ type: 'user.cancel' })),
  step(1, 'receiver cancels', ({ receiver }) => receiver.play({ type: 'user.cancel' })),
  step(1, 'declined', ({ receiver }) => receiver.play({ type: 'user.decline' }))
]

const settled = (isFolder: boolean, plan: readonly Step[]): TransferPair => {
  const pair = new TransferPair(isFolder)
  for (const each of plan) each(pair)
  pair.settle()
  const { sender, receiver } = pair
  expect([sender.machine, sender.note, receiver.machine, receiver.note]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined
  ])
  expect(receiver.published).toBeLessThanOrEqual(1)
  return pair
}

const check = (
  possible: readonly fc.WeightedArbitrary<Step>[],
  judge: (pair: TransferPair) => void
): void => {
  const plans = fc.array(fc.oneof(...possible), { maxLength: 120, size: 'max' })
  fc.assert(
    fc.property(fc.boolean(), plans, (isFolder, plan) => judge(settled(isFolder, plan))),
    { numRuns: 1_500 }
  )
}

describe('a transfer between two ends', () => {
  it('is done at both, once, unless somebody ends it', () => {
    check(running, ({ sender, receiver }) => {
      expect([sender.told, receiver.told, receiver.published]).toEqual([['done'], ['done'], 1])
    })
  })

  it('comes to one end at each, and is called done only where the receiver has it', () => {
    check([...running, ...endings], ({ sender, receiver }) => {
      expect(sender.told.length).toBe(1)
      expect(receiver.told.length).toBeLessThanOrEqual(1)
      expect(receiver.told.includes('done')).toBe(receiver.published === 1)
      if (sender.told.includes('done')) expect(receiver.told).toEqual(['done'])
    })
  })
})
