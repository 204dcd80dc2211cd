/** How much of everything a run does. Only `full` is for numbers that are told to others. */

export interface Size {
  readonly startRounds: number
  readonly idleRounds: number
  /** Milliseconds from the connection until the memory is read. */
  readonly idleMs: number
  readonly linkRounds: number
  /** Messages of a round that are delivered at rest, and those before them that are not counted. */
  readonly taps: number
  readonly warmUpTaps: number
  /** Round trips of a round, and those before them that are not counted. */
  readonly trips: number
  readonly warmUpTrips: number
  /** Messages of a round, and those before them that are not counted. */
  readonly messages: number
  readonly warmUpMessages: number
  readonly catchUpRounds: number
  /** Messages that wait for a peer who is away. */
  readonly queued: number
  /** Messages over which the memory of both ends is watched, after as many that warm them up. */
  readonly memoryMessages: number
  /** Messages of the long history. */
  readonly historyMessages: number
  readonly historyRounds: number
  readonly searchRounds: number
  readonly fileRounds: number
  /** Of the one large file. */
  readonly fileBytes: number
  /** Files of 4 KiB in one folder. */
  readonly smallFiles: number
  /** Of the file over which memory is watched. */
  readonly longFileBytes: number
  /** Messages that are said beside a file. */
  readonly besideMessages: number
  /** Until the sender has found out how fast the line is, in milliseconds. */
  readonly besideSettleMs: number
}

export const SIZES = {
  full: {
    startRounds: 21,
    idleRounds: 3,
    idleMs: 3000,
    linkRounds: 5,
    taps: 300,
    warmUpTaps: 100,
    trips: 3000,
    warmUpTrips: 1500,
    messages: 400_000,
    warmUpMessages: 50_000,
    catchUpRounds: 5,
    queued: 10_000,
    memoryMessages: 1_000_000,
    historyMessages: 1_000_000,
    historyRounds: 7,
    searchRounds: 3,
    fileRounds: 5,
    fileBytes: 2 ** 30,
    smallFiles: 10_000,
    longFileBytes: 10 * 2 ** 30,
    besideMessages: 200,
    besideSettleMs: 3000
  },
  quick: {
    startRounds: 7,
    idleRounds: 1,
    idleMs: 3000,
    linkRounds: 3,
    taps: 200,
    warmUpTaps: 100,
    trips: 1000,
    warmUpTrips: 1000,
    messages: 100_000,
    warmUpMessages: 20_000,
    catchUpRounds: 1,
    queued: 10_000,
    memoryMessages: 200_000,
    historyMessages: 100_000,
    historyRounds: 3,
    searchRounds: 1,
    fileRounds: 1,
    fileBytes: 2 ** 30,
    smallFiles: 10_000,
    longFileBytes: 2 ** 30,
    besideMessages: 50,
    besideSettleMs: 3000
  },
  /** Only to see that every bench runs. */
  tiny: {
    startRounds: 1,
    idleRounds: 1,
    idleMs: 1,
    linkRounds: 1,
    taps: 5,
    warmUpTaps: 1,
    trips: 20,
    warmUpTrips: 5,
    messages: 500,
    warmUpMessages: 50,
    catchUpRounds: 1,
    queued: 50,
    memoryMessages: 2000,
    historyMessages: 1000,
    historyRounds: 1,
    searchRounds: 1,
    fileRounds: 1,
    fileBytes: 8 * 2 ** 20,
    smallFiles: 20,
    longFileBytes: 8 * 2 ** 20,
    besideMessages: 2,
    besideSettleMs: 1
  }
} as const satisfies Record<string, Size>
