/**
 * Completion of the path that is typed behind `/send`, as shells do it: the last word goes on in the user's own
 * quotes, folders end with a separator, and names with a dot in front are shown to who typed one.
 */
import { type Dirent, opendirSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { openWord, quoteWord } from '../../domain/quoted-words.ts'
import { safeLine } from '../../domain/safe-text.ts'
import { IS_WINDOWS, localPath, type LocalRoots } from './local-path.ts'

/** Completions that are given: more are no help. */
const COMPLETIONS_MAX = 200
/** Names that are looked through; in a folder with more, the rest is not completed. */
const NAMES_MAX = 10_000

const LAST_SEPARATOR = IS_WINDOWS ? /[\\/](?=[^\\/]*$)/ : /\/(?=[^/]*$)/

/** What is in a folder, at most NAMES_MAX of it; nothing where it cannot be read. */
const entriesOf = (path: string): readonly Dirent[] => {
  const entries: Dirent[] = []
  try {
    const folder = opendirSync(path)
    try {
      let entry = folder.readSync()
      while (entry !== null && entries.length < NAMES_MAX) {
        entries.push(entry)
        entry = folder.readSync()
      }
    } finally {
      folder.closeSync()
    }
  } catch {
    // There is nothing to complete.
  }
  return entries
}

/** Also where a link leads to one. */
const isFolder = (folder: string, entry: Dirent): boolean => {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  try {
    return statSync(join(folder, entry.name)).isDirectory()
  } catch {
    return false
  }
}

/** Names that would do something to a terminal, or are no text, are to be typed. */
const isShowable = (name: string): boolean => !name.includes('\uFFFD') && safeLine(name) === name

const byName = (one: Dirent, other: Dirent): number => (one.name < other.name ? -1 : 1)

/** All that `typed` may go on as, whole: what stands before the last word, and the word. */
export const complete = (typed: string, roots: LocalRoots): readonly string[] => {
  const { before, text, quote } = openWord(typed, IS_WINDOWS)
  if (text === '~' && roots.userHome !== undefined) return [`${before}~${sep}`]
  const at = text.search(LAST_SEPARATOR) + 1
  const folderText = text.slice(0, at)
  const begun = text.slice(at)
  const folder = localPath(folderText === '' ? '.' : folderText, roots)
  return entriesOf(folder)
    .filter(({ name }) => name.startsWith(begun) && name.startsWith('.') === begun.startsWith('.'))
    .filter(({ name }) => isShowable(name))
    .toSorted(byName)
    .slice(0, COMPLETIONS_MAX)
    .map((entry) => {
      const end = isFolder(folder, entry) ? sep : ''
      return before + quoteWord(folderText + entry.name + end, IS_WINDOWS, quote)
    })
}
