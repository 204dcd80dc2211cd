/**
 * Goal: docs/LIBRARY.md says all of the library, and nothing that it has not: exports, options, members,
 * events, errors; and the examples are short and listed.
 * Method: the page is compared with the sources; its numbers with the limits.
 */
import { describe, expect, it } from '@effect/vitest'
import {
  EVENTS_WAITING_BYTES_MAX,
  EVENTS_WAITING_MAX,
  MESSAGE_BYTES_MAX,
  NICKNAME_CHARS_MAX,
  OUTBOX_BYTES_MAX,
  OUTBOX_ITEMS_MAX
} from '../../src/domain/limits.ts'
import { PEER_EVENTS } from '../../src/library/peer-events.ts'
import { codeOf, projectFiles, textOf } from './project.ts'

const page = textOf('docs/LIBRARY.md')

const section = (title: string): string =>
  page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? expect.fail(`no section ${title}`)

/** The words in backticks of the first column of the tables of a section. */
const rows = (title: string): readonly string[] =>
  [...section(title).matchAll(/^\| (`[^|]*`) \|/gm)]
    .flatMap(([, cell = '']) => [...cell.matchAll(/`([a-zA-Z]+)/g)])
    .map(([, name = '']) => name)
    .toSorted()

/** The members of an interface, without what it says about them. */
const membersOf = (file: string, name: string): readonly string[] => {
  const body = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(
    codeOf(file)
  )?.[1]
  return [...(body ?? '').matchAll(/^ {2}(?:readonly )?(\w+)(?:\?|<|\(|:)/gm)]
    .map(([, member = '']) => member)
    .toSorted()
}

describe('docs/LIBRARY.md', () => {
  it('has tables to compare', () => {
    expect(rows('Options').length).toBeGreaterThan(10)
    expect(rows('What a peer can do').length).toBeGreaterThan(20)
  })

  it('has every option, and no other', () => {
    expect(rows('Options')).toEqual(membersOf('src/library/api.ts', 'PeerOptions'))
  })

  it('has every member of a peer, and no other', () => {
    expect(rows('What a peer can do')).toEqual(membersOf('src/library/api.ts', 'Peer'))
  })

  it('has every event, and no other', () => {
    const listed = [...section('Events').matchAll(/`([a-z]+\.[a-z-]+)`/g)].map(([, type]) => type)
    expect(listed).toEqual([...PEER_EVENTS])
    const described = textOf('docs/EVENTS.md')
    expect(PEER_EVENTS.filter((type) => !described.includes(`### \`${type}\``))).toEqual([])
  })

  it('has every failure that is the library’s own', () => {
    const own = [...codeOf('src/library/earshot-error.ts').matchAll(/_tag: '(\w+)'/g)]
    const tags = new Set(own.map(([, tag]) => tag))
    expect(rows('Errors').filter((name) => /^[A-Z]/.test(name))).toEqual([...tags].toSorted())
  })

  it('has every export', () => {
    const exported = [...codeOf('src/library/earshot.ts').matchAll(/export (?:type )?\{([^}]*)\}/g)]
      .flatMap(([, names = '']) => names.split(','))
      .map((name) => name.trim())
      .concat('createPeer')
    const listed = [...section('Types').matchAll(/`(\w+)`/g)].map(([, name]) => name)
    expect(listed.toSorted()).toEqual(exported.toSorted())
  })

  it('has the numbers of the program', () => {
    const spaced = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
    const MiB = 1024 * 1024
    expect(section('Messages')).toContain(`at most ${MESSAGE_BYTES_MAX / MiB} MiB`)
    expect(section('Messages')).toContain(
      `at most ${spaced(OUTBOX_ITEMS_MAX)} messages or ${OUTBOX_BYTES_MAX / MiB} MiB`
    )
    expect(section('Events')).toContain(
      `${spaced(EVENTS_WAITING_MAX)} events, or some ${EVENTS_WAITING_BYTES_MAX / MiB} MiB`
    )
    expect(section('Options')).toContain(`at most ${NICKNAME_CHARS_MAX} characters`)
  })

  it('begins with an example of less than ten lines', () => {
    const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect(example.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(10)
  })
})

describe('the examples', () => {
  const examples = projectFiles('examples').filter((path) => path.endsWith('.ts'))

  it.each(examples)('%s is shorter than 40 lines, explained, listed and tested', (path) => {
    const name = path.split('/').at(-1) ?? ''
    expect(textOf(path).trimEnd().split('\n').length).toBeLessThan(40)
    expect(textOf(path)).toMatch(/^\/\*\*\n[\s\S]*?`node examples\//)
    expect(textOf('examples/README.md')).toContain(`(${name})`)
    expect(textOf('test/e2e/examples.test.ts')).toContain(`'${name}'`)
  })

  it('are there', () => {
    expect(examples).toContain('examples/echo-bot.ts')
  })
})
