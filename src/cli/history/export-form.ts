/** In which form a history is written into a file: as the end of its name says. */

export type ExportForm = 'text' | 'markdown' | 'json' | 'json-lines'

const ENDINGS: ReadonlyMap<string, ExportForm> = new Map([
  ['.txt', 'text'],
  ['.md', 'markdown'],
  ['.json', 'json'],
  ['.jsonl', 'json-lines']
])

export const EXPORT_ENDINGS: readonly string[] = [...ENDINGS.keys()]

/** undefined: the name asks for no form. */
export const exportFormOf = (path: string): ExportForm | undefined =>
  ENDINGS.get(/\.[a-z]+$/.exec(path.toLowerCase())?.[0] ?? '')
