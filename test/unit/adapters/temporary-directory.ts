/** A directory of its own for a test, gone with the scope. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'

export const temporaryDirectory: Effect.Effect<string, never, Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), 'earshot-test-'))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
