/**
 * Goal: a program that takes nothing makes its peers wait, within bounds of memory, and loses nothing.
 * Method: one peer says far more than the other's reader takes; what was read by then is counted; then the
 * reader goes on.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  EVENTS_WAITING_BYTES_MAX,
  READ_AHEAD_BYTES_MAX,
  WINDOW_ITEMS_MAX
} from '../../../src/domain/limits.ts'
import { makePair } from './making.ts'

const MESSAGES = 20_000
const CHARS = 1024
/** As the library weighs them (room.ts). */
const WAITING_MAX = Math.ceil(EVENTS_WAITING_BYTES_MAX / (CHARS * 2 + 256))
/** What was under way when there was no more room. */
const UNDER_WAY_MAX = WINDOW_ITEMS_MAX + Math.ceil(READ_AHEAD_BYTES_MAX / CHARS)

describe('a reader that takes nothing', () => {
  it('keeps its peer waiting, and gets everything in order when it goes on', async () => {
    const { ann, bob } = await makePair()
    const events = ann.events('message.received')
    const text = (n: number): string => `${n} `.padEnd(CHARS, '.')
    const messages = await Promise.all(
      Array.from({ length: MESSAGES }, (_, n) => bob.send(ann, text(n)))
    )
    const taken = async (): Promise<number> => (await ann.peers())[0]?.messagesIn ?? 0
    while ((await taken()) < WAITING_MAX);
    for (let turn = 0; turn < 200; turn++)
      expect(await taken()).toBeLessThanOrEqual(WAITING_MAX + UNDER_WAY_MAX)
    let next = 0
    for await (const event of events) {
      if (event.text !== text(next)) expect.fail(`${event.text.trim()} came as number ${next}`)
      next += 1
      if (next === MESSAGES) break
    }
    await Promise.all(messages.map(({ delivered }) => delivered))
    expect(await bob.waiting()).toEqual([])
  })
})
