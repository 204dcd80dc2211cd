/** Where on this machine an outgoing transfer came from, as its note tells. */
import type { Transfer } from './registry.ts'

/** The path without its last name; undefined: there is nothing above it. */
const parentOf = (path: string): string | undefined => {
  const cut = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return cut <= 0 ? undefined : path.slice(0, cut)
}

/** What could be named again to offer the same; undefined: the note does not tell, as of an empty folder. */
export const sourceOf = ({ offer, sources }: Transfer): string | undefined => {
  const [first] = sources
  if (first === undefined) return undefined
  // The first entry of a folder lies in it directly: what holds an entry stands before it.
  return offer.kind === 'file' ? first.path : parentOf(first.path)
}
