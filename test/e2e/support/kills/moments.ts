/** The moments in which an end is killed. Each kills all victims and comes back when they are dead. */
import { watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import type { EventType } from '../../../../src/domain/events.ts'
import type { End } from './end.ts'
import { lines, type Pair } from './pair.ts'

export interface Moment {
  readonly name: string
  /** @param victims at least one; where one of them has to do something first, it is the first. */
  readonly strike: (pair: Pair, victims: readonly [End, ...End[]]) => Promise<void>
  /** true: who went down alone is called, and does not call. */
  readonly called?: boolean
  /** true: nobody is killed. */
  readonly spares?: boolean
}

/** All of them at once, and until they are dead. */
export const kill = async (victims: readonly End[]): Promise<void> => {
  await Promise.all(victims.map((victim) => victim.kill()))
}

const storeOf = ({ home }: End): string => join(home, '.local', 'share', 'earshot', 'messages.db')

/** Until something happens to a file of this end's folder of data. */
const touched = (end: End, passes: (file: string) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const watcher = watch(dirname(storeOf(end)), (_, file) => {
      if (file === null || !passes(file)) return
      watcher.close()
      resolve()
    })
  })

/** Right after one of them tells this, while both talk. */
const whenTold = (name: string, type: EventType, who: 'victim' | 'other' = 'victim'): Moment => ({
  name,
  strike: async (pair, victims) => {
    const [first] = victims
    const told = (who === 'victim' ? first : pair.otherOf(first)).next(type)
    pair.talk()
    await told
    await kill(victims)
  }
})

/** Killed twice: the second time when `then` says so, while it starts. */
const whileStarting = (
  name: string,
  then: (pair: Pair, victim: End) => Promise<unknown>
): Moment => ({
  name,
  strike: async (pair, victims) => {
    const [first] = victims
    pair.talk()
    await after(pair.dice.below(30))
    await kill(victims)
    const now = then(pair, first)
    for (const victim of victims) victim.start(pair.otherOf(victim))
    await now
    await kill(victims)
  }
})

const atRandom: Moment = {
  name: 'at a random moment',
  strike: async (pair, victims) => {
    pair.talk()
    await after(pair.dice.below(60))
    pair.talk()
    await after(pair.dice.below(60))
    await kill(victims)
  }
}

/** The log is copied once it is longer than 4 MiB, and the database is written to only then. */
const atCheckpoint: Moment = {
  name: 'during a checkpoint',
  strike: async (pair, victims) => {
    const [first] = victims
    const copied = touched(first, (file) => file === 'messages.db')
    first.say(pair.otherOf(first), lines(45, 100_000))
    await copied
    await after(pair.dice.below(4))
    await kill(victims)
  }
}

const whileLeaving: Moment = {
  name: 'while it quits',
  strike: async (pair, victims) => {
    pair.talk()
    for (const victim of victims) victim.quit()
    await after(pair.dice.below(60))
    await kill(victims)
  }
}

const stopped = (name: string, msMax: number, awakes: boolean): Moment => ({
  name,
  spares: awakes,
  strike: async (pair, victims) => {
    pair.talk()
    await after(pair.dice.below(20))
    for (const victim of victims) victim.signal('SIGSTOP')
    pair.talk()
    await after(pair.dice.below(msMax))
    if (!awakes) return kill(victims)
    for (const victim of victims) victim.signal('SIGCONT')
    // Who has lost it often waits long before it calls again.
    for (const victim of victims)
      pair.otherOf(victim).ask({ type: 'connect', target: victim.address })
  }
})

export const MOMENTS: readonly Moment[] = [
  atRandom,
  whenTold('after message.queued', 'message.queued'),
  whenTold('after message.sent', 'message.sent'),
  whenTold('after message.sent of the other end', 'message.sent', 'other'),
  whenTold('after message.received', 'message.received'),
  whenTold('after message.delivered', 'message.delivered'),
  { ...atRandom, name: 'at a random moment, and called by the other', called: true },
  whileStarting('as it calls again', (_, victim) => victim.next('app.started')),
  whileStarting('right after it is connected again', (_, victim) => victim.next('peer.connected')),
  whileStarting('while the store is opened', async (pair, victim) => {
    await touched(victim, (file) => file.startsWith('lock.'))
    await after(pair.dice.below(40))
  }),
  whileStarting('twice within 50 ms', (pair) => after(pair.dice.below(50))),
  atCheckpoint,
  whileLeaving,
  stopped('stopped for up to 0.3 s, then killed', 300, false),
  stopped('stopped for up to 1.5 s, and awakened', 1500, true)
]
