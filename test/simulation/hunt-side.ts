/** One of the two people of hunt.ts, what they typed, and what was done to their machine. */
import type { Dice } from '../../src/simulation/dice.ts'
import type { Book } from '../../src/services/store-model.ts'
import type { World } from '../../src/simulation/world.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'

/** The store of a side was deleted or set back, and the other end could tell. */
export interface Replacement {
  readonly atMs: number
  readonly side: Side
}

export interface Side {
  readonly host: WorldHost
  readonly saveHistory: boolean
  readonly readReceipts: boolean
  /** Everything typed into the run that goes on, each text another one. */
  typed: string[]
  run: number
  /** Copies of the store, made now and then. */
  readonly copies: Book[]
}

export interface Stage {
  readonly world: World
  readonly dice: Dice
  readonly sides: readonly [Side, Side]
  strangers: number
  /** Those that have to be told. */
  replacements: readonly Replacement[]
  /** true: somebody chose what is kept, so that settings do not say what the history holds. */
  choseHistory: boolean
}

export type Step = (stage: Stage, side: Side) => void

export const isRunning = ({ host }: Side): boolean => host.network.up && host.exit() === undefined

export const other = ({ sides }: Stage, side: Side): Side =>
  side === sides[0] ? sides[1] : sides[0]

export const restart: Step = ({ world }, side) => {
  if (isRunning(side)) return
  world.restart(side.host)
  side.run++
  side.typed = []
}

/** Types a text that nobody typed before. */
export const typeText = (side: Side, what: string): void => {
  const text = `${side.host.name}#${side.run} ${side.typed.length} ${what}`
  side.typed.push(text)
  side.host.type(text)
}
