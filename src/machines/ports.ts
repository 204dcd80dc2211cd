/**
 * Stand-ins for what runtime/ provides. A machine names its actors and effects with their types here;
 * running one that was not provided is a programming error and says so.
 */
import { fromCallback, fromPromise, type EventObject, type NonReducibleUnknown } from 'xstate'

const missing = (name: string) => (): never => {
  throw new Error(`${name} is not provided: machines run inside runtime/`)
}

/** An actor that does one thing and gives its outcome. */
export const workPort = <Output, Input extends NonReducibleUnknown>(name: string) =>
  fromPromise<Output, Input>(missing(name))

/** An actor that lives as long as its state and tells its parent what it sees. */
export const sourcePort = <Input extends NonReducibleUnknown>(name: string) =>
  fromCallback<EventObject, Input>(missing(name))

/** An effect on the world, by name. The bare machine does nothing here, so that it can be explored. */
export const effectPort = (): void => undefined

/** One arrow of the map of who sends what to whom (state-diagrams/who-sends-what). */
export interface Sends {
  readonly to: string
  readonly events: readonly string[]
}
