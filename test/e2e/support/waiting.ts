/**
 * Waiting for what a program shows: looked at again whenever something arrives, never on a timer. The
 * one timer is the deadline, which only ever turns a test that would hang into a readable failure.
 */

export interface WaitOptions {
  /** Milliseconds until the wait is given up; 20 s where it is not said. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 20_000

export class Waiting {
  readonly #show: () => string
  readonly #looks = new Set<() => void>()
  #over: string | undefined

  /** @param show what is printed when a wait fails: the screen, or all output so far */
  constructor(show: () => string) {
    this.#show = show
  }

  /** Something has arrived: everybody who waits looks again. */
  arrived(): void {
    for (const look of this.#looks) look()
  }

  /** Nothing more will arrive; whoever still waits fails at once. */
  ended(why: string): void {
    this.#over = why
    this.arrived()
  }

  /** Gives what `find` finds, as soon as it finds something. */
  until<A>(what: string, find: () => A | undefined, options: WaitOptions = {}): Promise<A> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(deadline)
        this.#looks.delete(look)
      }
      const fail = (why: string): void => {
        finish()
        reject(new Error(`${why} while waiting for ${what}. It showed:\n${this.#show()}`))
      }
      const look = (): void => {
        const found = find()
        if (found === undefined) {
          if (this.#over !== undefined) fail(this.#over)
          return
        }
        finish()
        resolve(found)
      }
      const ms = options.timeoutMs ?? TIMEOUT_MS
      const deadline = setTimeout(() => fail(`Gave up after ${ms} ms`), ms)
      this.#looks.add(look)
      look()
    })
  }
}
