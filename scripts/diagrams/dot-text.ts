/** What the pictures have in common: quoting, and a look that any viewer shows, light or dark. */

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/**
 * Graphviz lays out with the widths of one font and the viewer draws with another: room at the end of
 * each line keeps the widest usual one within its box.
 */
const roomy = (text: string): string => `${text}${'\u00a0'.repeat(Math.ceil(text.length / 5))}`

/** Lines of a label, each left-justified. */
export const lines = (texts: readonly string[]): string =>
  `"${texts.map((text) => `${quoted(roomy(text)).slice(1, -1)}\\l`).join('')}"`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A bold title over small lines. */
export const titled = (title: string, texts: readonly string[]): string => {
  const head = `<b>${escaped(roomy(title))}</b>`
  if (texts.length === 0) return `<${head}>`
  const rest = texts.map((text) => `${escaped(roomy(text))}<br align="left"/>`).join('')
  return `<${head}<br align="left"/><font point-size="9">${rest}</font>>`
}

/**
 * The paper is painted white and the ink is dark, so that a dark viewer shows the same picture. The
 * fonts are the viewer's own: nothing is loaded.
 */
export const LOOK: readonly string[] = [
  'bgcolor="#ffffff"',
  'fontname="Helvetica,Arial,sans-serif"',
  'fontcolor="#1f2933"',
  'fontsize=12',
  'node [fontname="Helvetica,Arial,sans-serif" fontsize=12 fontcolor="#1f2933" color="#52606d" ' +
    'fillcolor="#f0f4f8" style="filled,rounded" shape=box margin="0.15,0.08"]',
  'edge [fontname="Helvetica,Arial,sans-serif" fontsize=9 fontcolor="#243b53" color="#52606d" ' +
    'arrowsize=0.7]'
]
