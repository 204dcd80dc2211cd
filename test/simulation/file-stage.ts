/** What the scenarios with files share: two who talk, files of a seed, and what was told of transfers. */
import { expect } from '@effect/vitest'
import type { EarshotEvent } from '../../src/domain/events.ts'
import type { TransferRef } from '../../src/domain/transfer-events.ts'
import type { Settings } from '../../src/domain/settings.ts'
import { generatedContent } from '../../src/simulation/memory-files-content.ts'
import type { NetworkOptions } from '../../src/simulation/network.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { makePair, MINUTE_MS, type Pair, told } from './stage.ts'

export const KIB = 1024
export const MIB = 1024 * KIB

export type TransferEvent = Extract<EarshotEvent, { readonly transfer: TransferRef }>

type TransferEnding = Extract<TransferEvent, { readonly type: 'transfer.done' | 'transfer.ended' }>

/** Puts a file of so many bytes there, made from its name. @returns its absolute path. */
export const putFile = (host: WorldHost, name: string, bytes: number, seed = 1): string => {
  const path = `${host.files.home}/${name}`
  host.files.disk.put(path, generatedContent(seed, bytes))
  return path
}

/** A folder with so many files of up to so many bytes, some of them empty, in folders, some of which are. */
export const putFolder = (
  host: WorldHost,
  name: string,
  files: number,
  bytesMax: number
): string => {
  const path = `${host.files.home}/${name}`
  host.files.disk.putFolder(`${path}/void`)
  for (let file = 0; file < files; file++) {
    const inside = file % 3 === 0 ? `part ${file % 7}/` : ''
    const bytes = file % 11 === 0 ? 0 : (file * 7_919) % (bytesMax + 1)
    putFile(host, `${name}/${inside}file ${file}.txt`, bytes, file)
  }
  return path
}

export const send = (host: WorldHost, path: string): void => {
  host.enter({ type: 'send', paths: `'${path}'` })
}

/** Everything that was told of transfers of a host, by all its runs or by one. */
export const transferStory = (host: WorldHost, instance?: number): readonly TransferEvent[] =>
  host.events.flatMap(({ event, instance: run }) =>
    'transfer' in event && (instance === undefined || instance === run) ? [event] : []
  )

/** The ids that a host offered, in order. */
export const offeredBy = (host: WorldHost): readonly string[] => [
  ...new Set(
    told(host, 'transfer.offered').flatMap(({ transfer }) =>
      transfer.direction === 'out' ? [transfer.id] : []
    )
  )
]

/** How a transfer ended there, as was told last; undefined: it has not. */
export const endOf = (host: WorldHost, id: string): TransferEnding | undefined =>
  // An offer that could not be noted is turned away, and may come again.
  transferStory(host).findLast(
    (event) =>
      (event.type === 'transfer.done' || event.type === 'transfer.ended') &&
      event.transfer.id === id
  ) as TransferEnding | undefined

/** Two who talk; what Alice sends, Bob takes. */
export const makeFilePair = (
  seed: number | string,
  settings: Partial<Settings> = {},
  network: Partial<NetworkOptions> = {}
): Pair => {
  const pair = makePair(seed, { reconnectAttempts: 1_000, ...settings }, network)
  pair.bob.enter({ type: 'accept-all', on: true })
  pair.world.clock.advance(100)
  return pair
}

/** Lets time pass until every transfer that was offered has ended at both ends. */
export const runToEnds = ({ world, alice, bob }: Pair, maxMs = 30 * MINUTE_MS): void => {
  const isOver = (): boolean => {
    const ids = [...offeredBy(alice), ...offeredBy(bob)]
    return ids.length > 0 && ids.every((id) => [alice, bob].every((host) => endOf(host, id)))
  }
  expect(world.clock.runUntil(isOver, maxMs), 'all ended').toBe(true)
  // Until both ends have forgotten it.
  world.clock.advance(MINUTE_MS)
}

/** Where a host has what it offers under a name, as the scenarios put it. */
export const sourceAt = (host: WorldHost, name: string): string | undefined => {
  const path = `${host.files.home}/${name}`
  const isThere =
    host.files.disk.content(path) !== undefined || host.files.disk.list(path).length > 0
  return isThere ? path : undefined
}
