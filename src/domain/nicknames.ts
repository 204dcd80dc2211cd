/**
 * Nicknames: what a peer calls itself. A claim, never a proof, so it is cut, cleaned, and compared
 * by how it looks.
 */
import type { PeerRef } from './peer-ref.ts'
import { NICKNAME_CHARS_MAX } from './limits.ts'
import { shortPeerId } from './peer-id.ts'
import { safeLine } from './safe-text.ts'

/** Shown for a peer without a nickname. */
export const NAMELESS = 'Peer'

// Colons and bars end the name on a chat line and begin a continued one: a name must not hold them.
const SEPARATORS = /[:|\u02d0\u0589\u05c3\u2236\u2502\u2758\ua789\ufe13\ufe55\uff1a\uff5c]/gu
// The marks with which status and error lines begin (see cli/views/chat-view.ts).
const LEADING_MARK = /^[*!>]/u

/**
 * A nickname as it may be shown: one line, runs of space folded, at most NICKNAME_CHARS_MAX UTF-16
 * units, no separators. undefined: nothing visible is left.
 */
export const cleanNickname = (text: string): string | undefined => {
  // The cut before folding bounds the work on a hostile megabyte; 4 allows for what is folded away.
  const folded = text.slice(0, NICKNAME_CHARS_MAX * 4).replace(/[\s\u2800]+/gu, ' ')
  const name = safeLine(folded.trim(), NICKNAME_CHARS_MAX)
    .replace(SEPARATORS, '_')
    .replace(LEADING_MARK, '_')
    .trim()
  return name === '' ? undefined : name
}

/**
 * The name to show for a peer: its cleaned nickname, else "Peer". `ambiguous` adds the short id, for
 * a name that another peer carries too, or that looks like it.
 */
export const displayName = (peer: PeerRef, ambiguous = false): string => {
  const name = (peer.nickname === undefined ? undefined : cleanNickname(peer.nickname)) ?? NAMELESS
  return ambiguous ? `${name} (${shortPeerId(peer.id)})` : name
}

// Letters that most fonts draw alike, after lower-casing and decomposition. Not the whole Unicode
// table (UTS #39): the two alphabets with which Latin names are imitated, and the digits.
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    е: 'e',
    ѕ: 's',
    і: 'l',
    ј: 'j',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    т: 't',
    у: 'y',
    х: 'x',
    ԁ: 'd',
    һ: 'h',
    ԛ: 'q',
    ԝ: 'w',
    ӏ: 'l',
    α: 'a',
    β: 'b',
    ε: 'e',
    η: 'n',
    ι: 'l',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    σ: 'o',
    τ: 't',
    υ: 'u',
    χ: 'x',
    ω: 'w',
    ı: 'l',
    i: 'l',
    '1': 'l',
    '|': 'l',
    '0': 'o',
    '5': 's'
  })
)

/**
 * A key under which names that look alike are equal: NFKC, lower case, marks and format characters
 * dropped, look-alike letters mapped. For comparing only; it is never shown.
 */
export const confusableKey = (text: string): string => {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, '')
  let key = ''
  for (const char of plain) key += LOOK_ALIKES.get(char) ?? char
  return key.replaceAll('rn', 'm').replaceAll('vv', 'w')
}

/** The keys of You, Earshot and NAMELESS: written out, since a start need not compile the patterns above. */
const RESERVED: ReadonlySet<string> = new Set(['you', 'earshot', 'peer'])

/** true: the name claims to be us or the program itself, so it is shown with its short id. */
export const isReservedName = (name: string): boolean => RESERVED.has(confusableKey(name))
