/** How much of everything a run does. Only `full` is for numbers that are told to others. */

export interface Size {
  readonly startRounds: number
  readonly idleRounds: number
  /** Milliseconds from the connection until the memory is read. */
  readonly idleMs: number
  readonly linkRounds: number
  /** Round trips of a round, and those before them that are not counted. */
  readonly trips: number
  readonly warmUpTrips: number
  /** Messages of a round, and those before them that are not counted. */
  readonly messages: number
  readonly warmUpMessages: number
}

export const SIZES = {
  full: {
    startRounds: 21,
    idleRounds: 3,
    idleMs: 3000,
    linkRounds: 7,
    trips: 20_000,
    warmUpTrips: 10_000,
    messages: 400_000,
    warmUpMessages: 50_000
  },
  quick: {
    startRounds: 7,
    idleRounds: 1,
    idleMs: 3000,
    linkRounds: 3,
    trips: 2000,
    warmUpTrips: 1000,
    messages: 150_000,
    warmUpMessages: 20_000
  },
  /** Only to see that every bench runs. */
  tiny: {
    startRounds: 1,
    idleRounds: 1,
    idleMs: 1,
    linkRounds: 1,
    trips: 20,
    warmUpTrips: 5,
    messages: 500,
    warmUpMessages: 50
  }
} as const satisfies Record<string, Size>
