/** Two ends that talk while something happens to them, and what makes them whole again. */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { End, type EndOptions } from './end.ts'
import type { Dice } from './lines.ts'

/** Below the ports that systems give to calls, where one could be taken while its owner is dead. */
const PORT_FIRST = 20_000
const PORTS = 10_000

/** Heartbeats so fast that an end which is stopped for a second loses its link. */
const ENVIRONMENT = {
  EARSHOT_HEARTBEAT_INTERVAL_SECS: '0.2',
  EARSHOT_RECONNECT_DELAY_SECS: '0.1',
  EARSHOT_RECONNECT_ATTEMPTS: '1000'
}

const SHORT = 40
const LONG = 100_000

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

const quietPort = async (): Promise<number> => {
  for (;;) {
    const port = PORT_FIRST + Math.floor(Math.random() * PORTS)
    if (await isFree(port)) return port
  }
}

/** So many lines of such a size. */
export const lines = (count: number, size = SHORT): readonly number[] =>
  Array.from({ length: count }, () => size)

export class Pair {
  readonly alice: End
  readonly bob: End
  readonly dice: Dice

  private constructor(alice: End, bob: End, dice: Dice) {
    this.alice = alice
    this.bob = bob
    this.dice = dice
  }

  /** Two who have not been started. Bob keeps a history. @param folder for their homes. */
  static async make(
    folder: string,
    dice: Dice,
    { env, ...more }: Pick<EndOptions, 'env' | 'hears'> = {}
  ): Promise<Pair> {
    const make = async (name: 'alice' | 'bob', args: readonly string[]): Promise<End> => {
      const home = join(folder, name)
      mkdirSync(home, { mode: 0o700 })
      const port = await quietPort()
      return new End({ name, home, port, args, env: { ...ENVIRONMENT, ...env }, ...more })
    }
    return new Pair(await make('alice', []), await make('bob', ['--history']), dice)
  }

  get ends(): readonly [End, End] {
    return [this.alice, this.bob]
  }

  otherOf(end: End): End {
    return end === this.alice ? this.bob : this.alice
  }

  /** Both say something: a line, a burst, or long ones. */
  talk(): void {
    for (const end of this.ends) {
      const sizes = [
        lines(1),
        lines(2 + this.dice.below(60)),
        lines(1 + this.dice.below(4), LONG),
        [...lines(10), LONG, ...lines(10)]
      ][this.dice.below(4)]
      end.say(this.otherOf(end), sizes ?? [])
    }
  }

  /** Starts who is not running. @param called true: who went down alone is called, and does not call. */
  async bringBack(called: boolean): Promise<void> {
    const down = this.ends.filter((end) => !end.isRunning)
    const isCalled = called && down.length === 1
    for (const end of down) {
      const calls = end === down.at(-1) && !isCalled
      const started = end.next(calls ? 'app.started' : 'listen.opened')
      end.start(calls ? this.otherOf(end) : undefined)
      await started
      if (isCalled) this.otherOf(end).ask({ type: 'connect', target: end.address })
    }
  }

  /** Until everything that was said before has arrived, both ways. */
  async whole(): Promise<void> {
    await Promise.all(
      this.ends.map((end) => {
        end.say(this.otherOf(end), lines(1))
        return end.arrived(end.said)
      })
    )
  }

  /** Both leave in order. */
  async leave(): Promise<void> {
    for (const end of this.ends) end.quit()
    await Promise.all(this.ends.map((end) => end.gone))
  }
}
