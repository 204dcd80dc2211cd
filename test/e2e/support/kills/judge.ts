/** What became of everything that was said, over all runs of both ends. */
import type { Heard, Line } from './end.ts'

export interface Judgement {
  readonly queued: number
  readonly shown: number
  readonly doubled: number
  readonly lost: number
  /** Shown once more, and said to be so. */
  readonly again: number
  /** Everything that is not as it was promised, in words. */
  readonly faults: readonly string[]
}

/** Lines that were shown before, in any run, without being marked, or twice in one. */
const doubledOf = (shown: readonly Line[]): readonly Line[] => {
  const seen = new Set<number>()
  const inRun = new Set<string>()
  return shown.filter(({ n, run, again }) => {
    const isDoubled = (seen.has(n) && !again) || inRun.has(`${run} ${n}`)
    seen.add(n)
    inRun.add(`${run} ${n}`)
    return isDoubled
  })
}

/** Lines behind one that was said later: of those that are not marked over all runs, of all within each. */
const misplacedOf = (shown: readonly Line[]): readonly Line[] => {
  let highest = 0
  let inRun = { run: 0, highest: 0 }
  return shown.filter(({ n, run, again }) => {
    if (inRun.run !== run) inRun = { run, highest: 0 }
    const isMisplaced = n < inRun.highest || (!again && n < highest)
    inRun.highest = Math.max(inRun.highest, n)
    highest = Math.max(highest, n)
    return isMisplaced
  })
}

/** Marked lines that are not the last ones of the runs before. */
const unduly = (shown: readonly Line[]): readonly Line[] => {
  const marked = new Set(shown.filter(({ again }) => again).map(({ n, run }) => `${run} ${n}`))
  return shown.filter(
    ({ n, run, again }) =>
      again &&
      shown.some((later) => later.run < run && later.n > n && !marked.has(`${run} ${later.n}`))
  )
}

const list = (found: readonly Line[]): string =>
  found
    .slice(0, 10)
    .map(({ n, run, again }) => `${n} in run ${run}${again ? ' (again)' : ''}`)
    .join(', ')

/** One direction of the talk, after both ends are whole. */
export const judge = (from: Heard, to: Heard): Judgement => {
  const shown = new Set(to.shown.map(({ n }) => n))
  const shownIds = new Set(to.shown.map(({ id }) => id))
  const lost = from.queued.filter(({ n }) => !shown.has(n))
  const doubled = doubledOf(to.shown)
  const untrue = (told: Heard['delivered']): readonly string[] =>
    told.flatMap(({ ids, run }) =>
      ids.filter((id) => !shownIds.has(id)).map((id) => `${id} in run ${run}`)
    )
  const inRun = from.delivered.flatMap(({ run, ids }) => ids.map((id) => `${run} ${id}`))
  const checks: Readonly<Record<string, string>> = {
    lost: list(lost),
    doubled: list(doubled),
    'out of order': list(misplacedOf(to.shown)),
    'marked without need': list(unduly(to.shown)),
    'told as delivered, and never shown': untrue(from.delivered).slice(0, 10).join(', '),
    'told as read, and never shown': untrue(from.read).slice(0, 10).join(', '),
    'delivered twice in a run': inRun.length === new Set(inRun).size ? '' : 'yes'
  }
  return {
    queued: from.queued.length,
    shown: shown.size,
    doubled: doubled.length,
    lost: lost.length,
    again: to.shown.filter(({ again }) => again).length,
    faults: [
      ...from.faults,
      ...Object.entries(checks).flatMap(([what, found]) =>
        found === '' ? [] : [`${from.name} to ${to.name}: ${what}: ${found}`]
      )
    ]
  }
}
