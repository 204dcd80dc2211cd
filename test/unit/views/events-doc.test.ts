// Goal: docs/EVENTS.md is the truth about `--json`. Method: its sections, fields and examples are
// compared with the source of the event union and of the JSON commands, both ways.
import { describe, expect, it } from '@effect/vitest'
import { renderJson } from '../../../src/cli/views/json-view.ts'
import { JSON_COMMANDS, parseJsonCommand } from '../../../src/domain/command-json.ts'
import { EVENTS_VERSION } from '../../../src/domain/events.ts'
import { DOCUMENT, DOCUMENTED, EXAMPLES, sourceEvents } from './documented-events.ts'

describe('docs/EVENTS.md', () => {
  it('has a section for every event type and no other', () => {
    expect(DOCUMENTED.map(({ type }) => type).toSorted()).toEqual(
      [...sourceEvents().keys()].toSorted()
    )
  })

  it.each(DOCUMENTED)('names every field of $type and no other', ({ type, fields, line }) => {
    expect(fields.toSorted()).toEqual((sourceEvents().get(type) ?? []).toSorted())
    const keys = Object.keys(JSON.parse(line) as object)
    expect(keys.slice(0, 3)).toEqual(['v', 'time', 'type'])
    const bare = fields.map((field) => field.replace('?', ''))
    expect(keys.slice(3).toSorted()).toEqual(
      bare.filter((field) => keys.includes(field) || fields.includes(field)).toSorted()
    )
  })

  it.each(DOCUMENTED.map((documented, at) => ({ ...documented, event: EXAMPLES[at] })))(
    'shows $type as it is written',
    ({ event, line }) => {
      expect(event && renderJson(event, 1_795_363_200_000)).toBe(line)
    }
  )

  it('has the version of the source', () => {
    expect(DOCUMENT).toContain(`# Events and commands, version ${EVENTS_VERSION}`)
  })

  it('shows every JSON command, each valid', () => {
    const rows = [...DOCUMENT.matchAll(/^\| `(\{.*?\})` \|/gm)].map((match) => match[1] ?? '')
    const types = rows.map((row) => parseJsonCommand(row)?.type)
    expect(types).toEqual(Object.keys(JSON_COMMANDS))
  })
})
