// Goal: every failure has one clear sentence, an exit code, and a row in docs/ERRORS.md. Method: a
// sample of each tag (the types leave none out), and the document compared with the code.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@effect/vitest'
import { exitCodeOf, exitCodeOfTransfer } from '../../../src/domain/exit-code.ts'
import { explainEnd, explainTransfer } from '../../../src/domain/explain-transfer.ts'
import { explainDial, explainSecure, explainViolation } from '../../../src/domain/explain-link.ts'
import { explainClose, explainListen, explainStart } from '../../../src/domain/explain.ts'
import { type Explanation, explanationLine } from '../../../src/domain/explanation.ts'
import type { CloseReason } from '../../../src/domain/failures.ts'
import { TRANSFER_ENDS } from '../../../src/domain/transfers.ts'
import {
  CLOSE,
  DIAL,
  GOODBYES,
  LISTEN,
  SECURE,
  START,
  TRANSFER,
  VIOLATION
} from './failure-samples.ts'

const DOCUMENT = readFileSync(new URL('../../../docs/ERRORS.md', import.meta.url), 'utf8')
const SOURCE = ['failures.ts', 'transfer-failures.ts']
  .map((name) => readFileSync(new URL(`../../../src/domain/${name}`, import.meta.url), 'utf8'))
  .join('')

const closed = (reason: CloseReason): number => exitCodeOf({ _tag: 'PeerUnreachable', reason })

/** Tag, what the user reads, exit code: of everything but violations. */
const SAID: readonly (readonly [string, Explanation, number])[] = [
  ...Object.values(START).map((f) => [f._tag, explainStart(f), exitCodeOf(f)] as const),
  ...Object.values(CLOSE).map((f) => [f._tag, explainClose(f), closed(f)] as const),
  ...Object.values(DIAL).map(
    (f) => [f._tag, explainDial(f), closed({ _tag: 'DialError', failure: f })] as const
  ),
  ...Object.values(LISTEN).map(
    (f) => [f._tag, explainListen(f), exitCodeOf({ _tag: 'ListenImpossible', failure: f })] as const
  ),
  ...Object.values(SECURE).map(
    (f) => [f._tag, explainSecure(f), closed({ _tag: 'SecureError', failure: f })] as const
  ),
  ...Object.values(TRANSFER).map(
    (f) => [f._tag, explainTransfer(f), exitCodeOfTransfer(f)] as const
  )
]

const EXIT_CODES = [64, 65, 69, 73, 74, 75, 76, 77, 78]

describe('explanations', () => {
  it.each(SAID)('%s is one sentence with a documented exit code', (tag, said, code) => {
    expect(said.text).toMatch(/^\S.*\.$/)
    expect(said.text.length).toBeLessThan(300)
    expect(said.next ?? 'x').toMatch(/\S$/)
    expect(EXIT_CODES).toContain(code)
    const row = DOCUMENT.split('\n').find((line) => line.startsWith(`| \`${tag}\` `))
    expect(row, `docs/ERRORS.md has a row for ${tag}`).toBeDefined()
    expect(row).toContain(`| ${explanationLine(said)} | ${code} |`)
  })

  it.each(Object.values(VIOLATION))('$_tag has a clause and a row', (violation) => {
    expect(DOCUMENT).toMatch(
      new RegExp(`\\| \`${violation._tag}\` \\| [^|]+ \\| ${explainViolation(violation)} \\|`)
    )
    expect(explainClose({ _tag: 'ProtocolError', by: 'us', violation }).text).toContain(
      explainViolation(violation)
    )
  })

  it('documents every tag of the source and no other', () => {
    const tags = new Set([...SOURCE.matchAll(/_tag: '(\w+)'/g)].map((match) => match[1]))
    const rows = new Set([...DOCUMENT.matchAll(/^\| `(\w+)` /gm)].map((match) => match[1]))
    expect([...rows].toSorted()).toEqual([...tags].toSorted())
  })

  it('documents every exit code', () => {
    for (const code of [0, 1, ...EXIT_CODES])
      expect(DOCUMENT).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'))
  })

  it.each(GOODBYES)('$_tag $by $why is a sentence', (reason) => {
    expect(explainClose(reason).text).toMatch(/^\S.*\.$/)
  })
})

describe('the end of a transfer', () => {
  const told = (direction: 'in' | 'out') =>
    TRANSFER_ENDS.flatMap((why) =>
      (['us', 'them'] as const).map((by) => [why, by, explainEnd(why, { by, direction })] as const)
    )

  it.each([...told('out'), ...told('in')])('%s by %s is a sentence', (_, _by, said) => {
    expect(said.text).toMatch(/^[A-Z].*\.$/)
    expect(said.next ?? 'x').toMatch(/\S$/)
  })

  it.each(TRANSFER_ENDS)('%s is documented for both ends', (why) => {
    const atSender = explanationLine(explainEnd(why, { by: 'them', direction: 'out' }))
    const atReceiver = explanationLine(explainEnd(why, { by: 'us', direction: 'in' }))
    expect(DOCUMENT).toContain(`| ${why} | ${atSender} | ${atReceiver} |`)
  })

  it('offers /retry to those who can, and only to them', () => {
    for (const [, , said] of told('in')) expect(said.next ?? '').not.toContain('/retry')
  })
})

describe('the sentences of S17', () => {
  it('names the holder of a port and the next free one', () => {
    expect(explanationLine(explainListen(LISTEN.PortInUse))).toBe(
      'Port 8080 is already in use by node (pid 123). Try --port 8081.'
    )
    expect(explanationLine(explainListen({ _tag: 'PortInUse', port: 8080 }))).toBe(
      'Port 8080 is already in use. Try another one with --port.'
    )
  })

  it('has a different sentence for each failed call', () => {
    const sentences = new Set(Object.values(DIAL).map((failure) => explainDial(failure).text))
    expect(sentences.size).toBe(Object.keys(DIAL).length)
  })

  it('counts what waits, and says that a store is in use where nobody knows by whom', () => {
    expect(explainStart({ _tag: 'Undelivered', count: 1 }).text).toBe(
      '1 message is not delivered yet.'
    )
    expect(explainStart({ _tag: 'StoreBusy', path: 'messages.db' }).text).toBe(
      'The store of messages messages.db is in use by another process.'
    )
  })

  it('tells what both ends speak', () => {
    expect(explainClose(CLOSE.NoCommonVersion).text).toContain('speaks 3–4, we speak 1–2')
  })

  it('lets nothing raw through', () => {
    const evil = '\u001b]0;x\u0007\n\u202e'
    const said = [
      explainDial({ _tag: 'HostNotFound', target: { host: evil, port: 1 } }),
      explainListen({ _tag: 'PortInUse', port: 1, holder: evil }),
      explainClose({ _tag: 'Lost', code: evil }),
      explainStart({ _tag: 'ConfigInvalid', file: evil, key: evil, detail: evil, next: evil }),
      explainStart({ _tag: 'UsageInvalid', detail: evil, next: evil }),
      explainStart({ _tag: 'FileExists', path: evil }),
      explainStart({ _tag: 'FileUnwritable', path: evil, code: evil }),
      explainStart({ _tag: 'StoreDamaged', path: evil, detail: evil }),
      explainStart({ _tag: 'StoreSealed', path: evil, keyPath: evil }),
      explainStart({ _tag: 'StoreIo', path: evil, code: evil }),
      ...Object.values(TRANSFER).map((failure) =>
        explainTransfer({
          ...failure,
          path: evil,
          ...('code' in failure ? { code: evil } : {}),
          ...('detail' in failure ? { detail: evil } : {})
        })
      )
    ]
    // oxlint-disable-next-line no-control-regex -- what must not be there
    for (const each of said)
      expect(explanationLine(each)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
  })
})

describe('exit codes', () => {
  it('tells apart what a script must tell apart', () => {
    expect(closed({ _tag: 'SecureError', failure: SECURE.IdentityChanged })).toBe(65)
    expect(closed({ _tag: 'SecureError', failure: SECURE.DialledSelf })).toBe(64)
    expect(exitCodeOf({ _tag: 'Undelivered', count: 1 })).toBe(75)
    expect(exitCodeOf({ _tag: 'ConfigUnreadable', file: 'f', code: 'EISDIR' })).toBe(78)
    expect(exitCodeOf({ _tag: 'ConfigUnreadable', file: 'f', code: 'EIO' })).toBe(74)
    expect(exitCodeOf({ _tag: 'HomeUnwritable', path: 'p', code: 'ENOSPC' })).toBe(74)
    expect(exitCodeOf({ _tag: 'ListenImpossible', failure: LISTEN.PortDenied })).toBe(77)
    expect(exitCodeOf(START.StoreFull)).toBe(74)
    expect(exitCodeOf(START.StoreBusy)).toBe(75)
    expect(exitCodeOf(START.StoreUnwritable)).toBe(77)
    expect(exitCodeOf(START.StoreForeign)).toBe(78)
    expect(exitCodeOf({ _tag: 'FileUnwritable', path: 'f', code: 'ENOSPC' })).toBe(74)
  })
})
