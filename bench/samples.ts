/** What a bench gives: rows of samples, one of each for every round, and the numbers made of them. */

export interface Row {
  readonly name: string
  readonly unit: string
  /** Ours, one sample a round. */
  readonly ours: readonly number[]
  /** The yardstick's samples of the same rounds; none where there is nothing to hold it against. */
  readonly yardstick: readonly number[]
  /** What it is held against, as `node -e 0`; empty without a yardstick. */
  readonly against: string
  readonly goal: Goal
}

export interface Goal {
  readonly text: string
  readonly met: (row: Row) => boolean
}

const sorted = (samples: readonly number[]): readonly number[] => samples.toSorted((a, b) => a - b)

/** The sample below which `share` (0 to 1) of all lie, by the nearest rank. NaN: there are none. */
export const percentile = (samples: readonly number[], share: number): number =>
  sorted(samples)[Math.max(0, Math.ceil(samples.length * share) - 1)] ?? Number.NaN

export const median = (samples: readonly number[]): number => {
  const all = sorted(samples)
  const upper = all[all.length >> 1] ?? Number.NaN
  const lower = all[(all.length - 1) >> 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** Ours to the yardstick's, round by round, so that a noisy moment troubles both alike. */
export const ratios = ({ ours, yardstick }: Row): readonly number[] =>
  yardstick.length === 0
    ? []
    : ours.map((sample, round) => sample / (yardstick[round] ?? Number.NaN))

/** The median of the ratios is at most `limit`. */
export const ratioAtMost = (limit: number): Goal => ({
  text: `ratio ≤ ${limit}`,
  met: (row) => median(ratios(row)) <= limit
})

/** The median of the ratios is at least `limit`. */
export const ratioAtLeast = (limit: number): Goal => ({
  text: `ratio ≥ ${limit}`,
  met: (row) => median(ratios(row)) >= limit
})

/** The median of our samples is at most `limit`, in the row's unit. */
export const oursAtMost = (limit: number, unit: string): Goal => ({
  text: `≤ ${limit} ${unit}`,
  met: ({ ours }) => median(ours) <= limit
})

/** The median of our samples is at least `limit`, in the row's unit. */
export const oursAtLeast = (limit: number, unit: string): Goal => ({
  text: `≥ ${limit.toLocaleString('en')} ${unit}`,
  met: ({ ours }) => median(ours) >= limit
})

/** The median of our samples is at most `limit` above that of the yardstick, in the row's unit. */
export const growthAtMost = (limit: number, unit: string): Goal => ({
  text: `+ ≤ ${limit} ${unit}`,
  met: ({ ours, yardstick }) => median(ours) - median(yardstick) <= limit
})
