/**
 * Names of one folder that would become one at the other end: systems there may compare without case, or in another
 * Unicode form. The second gets " (1)", as a file that is received under a taken name does.
 */
import { foldedName } from '../../domain/file-names.ts'
import { FILE_NAME_BYTES_MAX } from '../../domain/limits.ts'

/** `text` without code points at its end, until it has so many bytes. */
const cutTo = (text: string, bytesMax: number): string => {
  const points = Array.from(text)
  while (Buffer.byteLength(points.join('')) > bytesMax) points.pop()
  return points.join('')
}

const numbered = (name: string, number: number): string => {
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 ? name.slice(dot) : ''
  const mark = ` (${number})`
  const room = FILE_NAME_BYTES_MAX - Buffer.byteLength(mark + ending)
  // An ending that fills the name is none.
  if (room < 1) return cutTo(name, FILE_NAME_BYTES_MAX - mark.length) + mark
  return cutTo(name.slice(0, name.length - ending.length), room) + mark + ending
}

/** The names that were given out in one folder. */
export class TwinNames {
  readonly #taken = new Set<string>()

  /** `name`, or the first of its numbered forms that is free; it is taken now. */
  take(name: string): string {
    let free = name
    for (let number = 1; this.#taken.has(foldedName(free)); number += 1)
      free = numbered(name, number)
    this.#taken.add(foldedName(free))
    return free
  }
}
