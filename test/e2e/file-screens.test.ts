/**
 * Goal: who is asked for a file sees what comes and where it goes, and takes it by typing (features.md S11, E2).
 * Method: two built programs in terminals.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { downloadsOf, putFile, quoted } from './support/files.ts'
import { temporaryFolder } from './support/program.ts'
import { startTalk } from './support/talk.ts'

it('S11: an offer names the file and its free name, and /accept takes it', async () => {
  const { ann, bob } = await startTalk()
  const path = putFile(join(temporaryFolder(), 'photo of us.txt'), 'hello')
  const there = putFile(join(downloadsOf(bob.home), 'photo of us.txt'), 'mine')
  ann.enter(`/send ${quoted(path)}`)
  await bob.waitForHistory(/photo of us \(1\)\.txt/)
  const taken = join(downloadsOf(bob.home), 'photo of us (1).txt')
  expect(existsSync(taken)).toBe(false)
  bob.enter('/accept t1')
  await ann.waitForHistory(/Sent t1, 5 bytes .*, checked and stored by bob: photo of us\.txt/)
  expect(readFileSync(taken, 'utf8')).toBe('hello')
  expect(readFileSync(there, 'utf8')).toBe('mine')
})
