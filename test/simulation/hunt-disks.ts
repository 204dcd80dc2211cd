/** What hunt.ts does to processes and their stores: crashes, faults, deletions and older copies. */
import { type Book, emptyBook, ledgerOf } from '../../src/services/store-model.ts'
import type { CommitStep } from '../../src/simulation/memory-store.ts'
import { isRunning, other, type Side, type Stage, type Step, typeText } from './hunt-side.ts'

const COPIES_MAX = 5
/** How many commits ahead a crash in the middle of one is planned. */
const COMMITS_AHEAD_MAX = 6

/** How long after a word was typed a copy is made, at most: it is on its way then, or just there. */
const COPY_AFTER_MS_MAX = 60

const copy = ({ host, copies }: Side): void => {
  copies.push(host.store.written)
  if (copies.length > COPIES_MAX) copies.shift()
}

const take = ({ world, dice }: Stage, side: Side): void => {
  if (!isRunning(side)) return
  if (dice.chance(0.5)) world.kill(side.host)
  else world.powerCut(side.host)
}

/** In the middle of a commit that is still to come. */
const takeAtCommit: Step = (stage, side) => {
  const { store } = side.host
  const ahead = store.journal.length + stage.dice.integer(1, COMMITS_AHEAD_MAX)
  const when: CommitStep = stage.dice.pick(['asked', 'written', 'flushed'])
  store.onStep = (step, transaction) => {
    if (step !== when || transaction < ahead) return
    store.onStep = () => undefined
    take(stage, side)
  }
}

/** Whether the other end can tell that this copy is not the store that took part. */
const isNoticed = (book: Book, side: Side, friend: Side): boolean => {
  const [mine, theirs] = [
    ledgerOf(book, friend.host.peerId),
    ledgerOf(friend.host.store.written, side.host.peerId)
  ]
  const knows = theirs.taken.some(({ epoch, upTo }) => {
    if (epoch === mine.epoch) return upTo > mine.sentEver
    return upTo > 0 && !mine.retired.includes(epoch)
  })
  const known = mine.taken.find(({ epoch }) => epoch === theirs.epoch)?.upTo ?? 0
  return knows || theirs.acked > known
}

/** Typed, copied while it is on its way or just there, and gone back to after more was said. */
const goBack: Step = (stage, side) => {
  const { world, dice } = stage
  for (const n of [1, 2]) typeText(side, `copied ${n}`)
  world.clock.advance(dice.float() * COPY_AFTER_MS_MAX)
  const book = side.host.store.written
  for (const n of [1, 2]) typeText(side, `later ${n}`)
  world.clock.advance(dice.float() * 2_000)
  replace(stage, side, book)
}

const replace = (stage: Stage, side: Side, book: Book): void => {
  if (isRunning(side)) stage.world.kill(side.host)
  const friend = other(stage, side)
  side.host.store.restore(book)
  // What was to be told before may be told in another way now, or by nobody any more.
  const atMs = stage.world.clock.now
  stage.replacements = isNoticed(book, side, friend) ? [{ atMs, side }] : []
}

/** What may happen, and how often. */
export const DISK_STEPS: readonly (readonly [number, Step])[] = [
  [2, take],
  [3, takeAtCommit],
  [
    1,
    (_, { host: { store } }) => {
      store.isFull = !store.isFull
    }
  ],
  [
    1,
    (_, { host: { store } }) => {
      store.isReadOnly = !store.isReadOnly
    }
  ],
  [
    2,
    (stage) => {
      for (const { host } of stage.sides) {
        host.store.isFull = false
        host.store.isReadOnly = false
      }
    }
  ],
  [
    1,
    (_, { host: { store } }) => {
      store.failsNextFlush = true
    }
  ],
  [1, (_, side) => copy(side)]
]

/** The same of what loses state; most plans go without. */
export const LOSS_STEPS: readonly (readonly [number, Step])[] = [
  [1, (stage, side) => replace(stage, side, emptyBook)],
  [2, goBack],
  [2, (stage, side) => replace(stage, side, stage.dice.pick([emptyBook, ...side.copies]))]
]

/** All disks are well, no crash is planned any more, and whoever met a broken disk is gone. */
export const healDisks = ({ sides, world }: Stage): void => {
  for (const side of sides) {
    const { host } = side
    if (isRunning(side) && host.store.isBroken) world.kill(host)
    host.store.isFull = false
    host.store.isReadOnly = false
    host.store.failsNextFlush = false
    host.store.onStep = () => undefined
  }
}
