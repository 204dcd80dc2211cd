/** What is on the disks of both ends while files move between them, and waiting for it. */
import { existsSync, lstatSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { downloadsOf } from '../files.ts'
import { Waiting } from '../waiting.ts'
import type { End } from './end.ts'

/** The notes of transfers of an end. */
export const notesOf = ({ home }: Pick<End, 'home'>): string =>
  join(home, '.local', 'share', 'earshot', 'transfers')

/** Waits until `find` finds something in a folder, looking whenever something happens in it. */
export const untilSeen = async <A>(
  folder: string,
  what: string,
  find: () => A | undefined
): Promise<A> => {
  const waiting = new Waiting(() => readdirSync(folder).join('\n'))
  const watcher = watch(folder, () => waiting.arrived())
  try {
    return await waiting.until(what, find)
  } finally {
    watcher.close()
  }
}

/** Bytes of a file, or of all files below a folder; what vanishes meanwhile has none. */
const bytesAt = (path: string): number => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats?.isDirectory() !== true) return stats?.size ?? 0
  return readdirSync(path).reduce((sum, name) => sum + bytesAt(join(path, name)), 0)
}

/** Bytes of what is not finished under this name; undefined: there is no such. */
export const partBytes = (end: End, name: string): number | undefined => {
  const folder = downloadsOf(end.home)
  const part = readdirSync(folder).find(
    (each) => each.startsWith(`${name}.`) && each.endsWith('.part')
  )
  return part === undefined ? undefined : bytesAt(join(folder, part))
}

interface Note {
  readonly state: string
  readonly place?: { readonly partInode?: string }
}

const NOTE = /^[0-9a-f]{44}$/

const noteOf = (end: End, name: string): Note | undefined => {
  for (const folder of readdirSync(notesOf(end))) {
    const path = join(notesOf(end), folder)
    // One that was being made, or removed, is none.
    if (!NOTE.test(folder)) continue
    const { offer } = JSON.parse(readFileSync(join(path, 'note.json'), 'utf8')) as {
      readonly offer: { readonly name: string }
    }
    if (offer.name === name)
      return JSON.parse(readFileSync(join(path, 'progress.json'), 'utf8')) as Note
  }
  return undefined
}

/** In which moment of a transfer its receiver died, as its disk tells. */
export const stageOf = (end: End, name: string, bytes: number): string => {
  const note = noteOf(end, name)
  const isNamed = existsSync(join(downloadsOf(end.home), name))
  const part = partBytes(end, name)
  if (note === undefined) return isNamed ? 'over' : 'unknown'
  if (note.state !== 'accepted') return note.state
  if (isNamed) return part === undefined ? 'named' : 'named twice'
  if (part === undefined) return 'accepted'
  if (note.place?.partInode === undefined) return 'placed'
  return part === bytes ? 'whole' : 'moving'
}
