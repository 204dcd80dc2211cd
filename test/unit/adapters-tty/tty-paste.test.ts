// Goal: a paste is one text however its bytes are cut, and nothing in it acts as a key. Method:
// every cut of a stream of keys and pastes gives the same pieces.
import { describe, expect, it } from '@effect/vitest'
import { PasteSplitter, restorePaste, showPaste } from '../../../src/adapters/tty-paste.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The pieces of a stream, neighbouring keys joined. */
const split = (chunks: readonly Uint8Array[], charsMax = 1000): readonly string[] => {
  const splitter = new PasteSplitter(charsMax)
  const pieces: string[] = []
  let keys = ''
  for (const piece of chunks.flatMap((chunk) => splitter.push(chunk))) {
    if (piece.kind === 'keys') keys += piece.text
    else {
      pieces.push(keys, `[${piece.text}]`)
      keys = ''
    }
  }
  return [...pieces, keys]
}

describe('PasteSplitter', () => {
  const stream = bytes('é\u001b[A\u001b[200~one\r\u001b[20 two\u001b[201~x\u001b[200~👩\u001b[201~')
  const whole = ['é\u001b[A', '[one\r\u001b[20 two]', 'x', '[👩]', '']

  it('tells keys from pastes', () => {
    expect(split([stream])).toEqual(whole)
  })

  it('gives the same for every cut in two where the marker can be told', () => {
    for (let at = 1; at < stream.length; at += 1) {
      const cut = [stream.subarray(0, at), stream.subarray(at)]
      // ESC and ESC [ alone are keys: waiting for more would swallow the Escape key.
      const before = new TextDecoder().decode(stream.subarray(0, at))
      const key = /(?:^|[^0-9])\u001b\[?$/.test(before) && !before.includes('one\r\u001b')
      if (!key && !/x\u001b\[?$/.test(before)) expect(split(cut), `cut at ${at}`).toEqual(whole)
    }
  })

  it('hands on the Escape key at once', () => {
    expect(new PasteSplitter(9).push(bytes('\u001b'))).toEqual([{ kind: 'keys', text: '\u001b' }])
  })

  it('bounds a paste that never ends', () => {
    const splitter = new PasteSplitter(10)
    splitter.push(bytes('\u001b[200~'))
    for (let n = 0; n < 100; n += 1) splitter.push(bytes('x'.repeat(100)))
    expect(splitter.push(bytes('\u001b[201~'))).toEqual([{ kind: 'paste', text: 'x'.repeat(10) }])
  })
})

describe('showPaste', () => {
  it('is one line with nothing live, and comes back as it was', () => {
    const shown = showPaste('a\r\n\tb\rc\n\n')
    expect(shown).toBe('a␊␉b␊c')
    expect(restorePaste(shown)).toBe('a\n\tb\nc')
    expect(showPaste('\u001b[2J\u0003')).toBe('␛[2J␃')
  })
})
