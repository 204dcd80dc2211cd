/**
 * The Opener port: what a double click would start, by the system's own opener. No shell reads the path, and
 * it is absolute, so that it is never read as an option.
 */
import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { Opener } from '../services/opener.ts'

/** The program and what stands in front of the path. */
const openerOf = (platform: NodeJS.Platform): readonly [string, readonly string[]] => {
  if (platform === 'darwin') return ['open', []]
  // `start` is a word of the shell; this asks the same of the system without one.
  return platform === 'win32' ? ['explorer.exe', []] : ['xdg-open', []]
}

const firstBytes = (path: string, count: number): Effect.Effect<Uint8Array> =>
  Effect.tryPromise(async () => {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(count), 0, count, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }).pipe(Effect.orElseSucceed(() => new Uint8Array(0)))

/** @param program the opener; by default that of the system. */
const openPath = (path: string, [program, args]: readonly [string, readonly string[]]) =>
  Effect.callback<boolean>((resume) => {
    if (!isAbsolute(path)) return resume(Effect.succeed(false))
    const child = spawn(program, [...args, path], {
      detached: true,
      shell: false,
      stdio: 'ignore'
    })
    child.once('error', () => resume(Effect.succeed(false)))
    child.once('spawn', () => {
      // It goes on without us.
      child.unref()
      resume(Effect.succeed(true))
    })
  })

/** @param program the opener and its first arguments; by default that of the system. */
export const layerOpener = (
  program: readonly [string, readonly string[]] = openerOf(process.platform)
): Layer.Layer<Opener> =>
  Layer.succeed(Opener, { firstBytes, open: (path) => openPath(path, program) })
