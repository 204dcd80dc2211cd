/** The project as the meta tests read it: its root, its files, their texts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = dirname(dirname(import.meta.dirname))

/** Made, fetched or hidden: not the project's own text. */
const FOREIGN = new Set(['node_modules', 'dist', '.git', '.bench', 'coverage'])

const filesIn = (path: string): readonly string[] =>
  readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => !FOREIGN.has(entry.name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)]
    )

/** Paths of all files below `folders`, relative to the root, sorted; no argument: of the project. */
export const projectFiles = (...folders: readonly string[]): readonly string[] =>
  (folders.length === 0 ? ['.'] : folders)
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap(filesIn)
    .toSorted()

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The text without comments, so that a rule's name in a sentence is not taken for its use. */
export const codeOf = (path: string): string =>
  textOf(path)
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1')
