/** Files that are made from the sources and kept in git: which of them are not what they should be. */

/**
 * Names that are missing, differ, or should not be there.
 * @param present names that are there now
 * @param read the content of one that is there
 */
export const staleFiles = async (
  wanted: ReadonlyMap<string, string>,
  present: readonly string[],
  read: (name: string) => Promise<string>
): Promise<readonly string[]> => {
  const stale = present.filter((name) => !wanted.has(name))
  for (const [name, content] of wanted)
    if (!present.includes(name) || (await read(name)) !== content) stale.push(name)
  return stale.toSorted()
}
