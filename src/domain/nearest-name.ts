/** Which name was meant: the nearest by typing mistakes. */

/** Longest word that is compared: longer ones are no typing mistake of ours. */
const WORD_CHARS_MAX = 40

/**
 * Typing mistakes between two words: insertions, deletions, substitutions and swaps of neighbours
 * (optimal string alignment). O(a × b) for words of at most WORD_CHARS_MAX.
 */
export const typingDistance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(i - 1, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(i - 2, j - 2) + 1)
      row.push(best)
    }
  }
  return at(a.length, b.length)
}

/** The name that `word` most likely stands for: an unfinished one, else one with few mistakes. */
export const nearestName = (word: string, names: readonly string[]): string | undefined => {
  if (word.length < 2 || word.length > WORD_CHARS_MAX) return undefined
  const begun = names.find((name) => name.startsWith(word))
  if (begun !== undefined) return begun
  let best: string | undefined
  let bestDistance = word.length <= 4 ? 2 : 3
  for (const name of names) {
    const distance = typingDistance(word, name)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}
