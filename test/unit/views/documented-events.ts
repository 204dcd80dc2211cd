/** The examples of docs/EVENTS.md, and what the document and the source say of each event. */
import { readFileSync } from 'node:fs'
import type { EarshotEvent } from '../../../src/domain/events.ts'

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

export interface DocumentedEvent {
  readonly type: string
  /** Field names with their `?`. */
  readonly fields: readonly string[]
  readonly line: string
}

export const DOCUMENT = read('docs/EVENTS.md')

/** The sections of the document, one an event. */
export const DOCUMENTED: readonly DocumentedEvent[] = DOCUMENT.split(/^### /m)
  .slice(1)
  .map((section) => ({
    type: /^`([^`]+)`/.exec(section)?.[1] ?? '',
    fields: [...section.matchAll(/^- `([^`]+)`/gm)].map((match) => match[1] ?? ''),
    line: /```json\n(.*)\n```/.exec(section)?.[1] ?? ''
  }))

/** The examples as events. */
export const EXAMPLES: readonly EarshotEvent[] = DOCUMENTED.map(({ line }) => {
  const { v: _v, time: _time, ...event } = JSON.parse(line) as Record<string, unknown>
  return event as EarshotEvent
})

/** The types and fields that the source names, read from its text. */
export const sourceEvents = (): ReadonlyMap<string, readonly string[]> => {
  const unionOf = (path: string, name: string): string => {
    const source = read(path)
    return source.slice(source.indexOf(`export type ${name} =`))
  }
  // Without the fields of what stands in lists.
  const union = [
    unionOf('src/domain/events.ts', 'EarshotEvent'),
    unionOf('src/domain/transfer-events.ts', 'FileEvent')
  ]
    .join('\n')
    .replaceAll(/\{[^{}]*\}\[\]/g, 'object[]')
  const found = new Map<string, readonly string[]>()
  for (const member of union.split(/^ {2}\| \{/m).slice(1)) {
    const fields = [...member.matchAll(/readonly (\w+\??):/g)].map((match) => match[1] ?? '')
    const type = /type: '([^']+)'/.exec(member)?.[1] ?? ''
    found.set(
      type,
      fields.filter((field) => field !== 'type')
    )
  }
  return found
}
