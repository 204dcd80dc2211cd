/**
 * Goal: what a process was told to be noted is there after kill -9, whatever it was doing, and every note loads.
 * Method: a child that makes, writes and removes notes without an end and says what is noted; it is killed at a
 * moment that chance decides, and the next one goes on in the same folder, twelve times over.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@effect/vitest'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { layer } from '../../../src/adapters/transfers/layer.ts'
import { TransferNotes } from '../../../src/services/transfer-notes.ts'
import { makeDice } from '../../../src/simulation/dice.ts'
import { LIST } from '../../compliance/transfer-notes-world.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const CHILD = fileURLToPath(new URL('./transfers-child.ts', import.meta.url))

interface Line {
  readonly id: string
  readonly pieces: number
}

/** What a child said until it was killed behind so many bytes of it. */
const killed = (directory: string, first: number, afterBytes: number) =>
  Effect.callback<readonly Line[]>((resume) => {
    const child = spawn(process.execPath, [CHILD, directory, String(first)], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      if (text.length >= afterBytes) child.kill('SIGKILL')
    })
    child.on('close', () => {
      const whole = text.slice(0, text.lastIndexOf('\n')).split('\n')
      resume(Effect.succeed(whole.map((line) => JSON.parse(line) as Line)))
    })
  })

describe('a process that is killed', () => {
  it.effect(
    'leaves everything that it knew to be noted',
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryDirectory
        const dice = makeDice('kill')
        const told = new Map<string, number>()
        for (let round = 0; round < 12; round++) {
          const lines = yield* killed(directory, round * 1_000_000, dice.integer(60, 4_000))
          for (const { id, pieces } of lines) told.set(id, pieces)
          const built = yield* Layer.build(layer({ directory }))
          const store = Context.get(built, TransferNotes)
          const { notes, damaged } = yield* store.all
          expect(damaged).toEqual([])
          const last = lines.at(-1)?.id
          const found = new Map(notes.map((note) => [note.offer.id, note.progress.pieces]))
          for (const [id, pieces] of told) {
            // The one that was at work may be a step further.
            if (id === last) expect([pieces, pieces + 1, undefined]).toContain(found.get(id))
            else expect(found.get(id)).toBe(pieces === -1 ? undefined : pieces)
            if (found.has(id)) told.set(id, found.get(id) ?? 0)
            else told.set(id, -1)
          }
          // At most the note that was being made as well.
          for (const [id, pieces] of found) {
            if (!told.has(id)) expect(pieces).toBe(0)
            if (pieces > 0) expect(yield* store.list(id)).toEqual(LIST)
            told.set(id, pieces)
          }
          // What was half made is gone.
          const names = readdirSync(join(directory, 'transfers'))
          expect(names).toHaveLength(found.size)
        }
        expect(told.size).toBeGreaterThan(24)
      }),
    120_000
  )
})
