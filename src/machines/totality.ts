/**
 * Events that a state does not handle, and why that is right. Every (state, event) pair of a machine
 * is handled in its chart or listed in one of its two sets; test/machines/totality holds them to it.
 * Final states are not in the sets: a machine at its end is sent nothing any more.
 */
export interface Unhandled<E extends string> {
  /** Paths of states, as `handshake.greeting`; a state stands for all states within it. */
  readonly states: readonly string[]
  readonly events: readonly E[]
  readonly why: string
}

export interface Totality<E extends string> {
  /** These may come and mean nothing there: they were on their way, or something else covers them. */
  readonly ignored: readonly Unhandled<E>[]
  /** These cannot come: whoever sends them knows better, or they are refused before the machine. */
  readonly illegal: readonly Unhandled<E>[]
}
