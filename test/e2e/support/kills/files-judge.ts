/** What became of everything that was sent, over all runs of both ends. */
import type { Name } from './lines.ts'
import type { Item } from './files-sent.ts'

export interface FileJudgement {
  readonly sent: number
  readonly bytes: number
  readonly whole: number
  readonly wrong: number
  /** Not finished by itself. */
  readonly lost: number
  /** Told as done in more than one run of an end. */
  readonly doubled: number
  /** Everything that is not as it was promised, in words. */
  readonly faults: readonly string[]
}

const NAMES: readonly Name[] = ['alice', 'bob']

const isDoneAt = ({ over }: Item, name: Name): boolean =>
  over[name].some(({ how }) => how === 'done')

/** Ended as our test wanted, at both ends. */
const isEnded = ({ over, mayEnd }: Item): boolean =>
  mayEnd && NAMES.every((name) => over[name].some(({ how }) => how === 'cancelled'))

const isLost = (item: Item): boolean =>
  !NAMES.every((name) => isDoneAt(item, name)) && !isEnded(item)

/** What an end may be told of one: that it is done; where our test cancelled it, that, or first that and then the other. */
const isTrue = (name: Name, ways: readonly string[], mayEnd: boolean): boolean => {
  const told = ways.join(', ')
  if (told === 'done') return true
  return mayEnd && (told === 'cancelled' || (name === 'alice' && told === 'cancelled, done'))
}

const untruths = (item: Item): readonly string[] =>
  NAMES.flatMap((name) => {
    const told = item.over[name]
    const ways = [...new Set(told.map(({ how }) => how))]
    const inRuns = new Set(told.map(({ how, run }) => `${how} ${run}`))
    return [
      ...(inRuns.size < told.length ? [`${item.name}: over twice in a run of ${name}`] : []),
      ...(ways.length === 0 || isTrue(name, ways, item.mayEnd)
        ? []
        : [`${item.name}: at ${name} it is ${ways.join(', ')}`])
    ]
  })

export const judgeFiles = (items: readonly Item[]): FileJudgement => {
  const wrong = items.filter(({ isEqual }) => isEqual === false)
  const lost = items.filter(isLost)
  const twice = items.flatMap(({ over }) =>
    NAMES.filter((name) => over[name].filter(({ how }) => how === 'done').length > 1)
  )
  return {
    sent: items.length,
    bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    whole: items.filter(({ isEqual }) => isEqual === true).length,
    wrong: wrong.length,
    lost: lost.length,
    doubled: twice.length,
    faults: [
      ...wrong.map(({ name }) => `${name}: other bytes than were sent`),
      ...lost.map(({ name }) => `${name}: lost`),
      ...items.flatMap(untruths)
    ]
  }
}
