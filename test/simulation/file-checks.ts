/** What must hold of files when all is healed and time has passed: at both ends, and on their disks. */
import type { TransferProgress } from '../../src/services/transfer-notes.ts'
import { isSameContent } from '../../src/simulation/memory-files-content.ts'
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { endOf, offeredBy } from './file-stage.ts'
import { Fault } from './hunt-checks.ts'
import { told } from './stage.ts'

interface Note {
  readonly id: string
  readonly progress: TransferProgress
}

const jsonAt = (host: WorldHost, path: string): unknown => {
  const bytes = host.files.disk.read(path)
  return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes))
}

/** The notes on a host's disk. */
const notesOf = (host: WorldHost): readonly Note[] =>
  host.files.disk.list(host.files.notes).flatMap((id) => {
    // Half made, half removed: the next run clears it up.
    if (id.includes('.')) return []
    const progress = jsonAt(host, `${host.files.notes}/${id}/progress.json`)
    return progress === undefined ? [] : [{ id, progress: progress as TransferProgress }]
  })

/** What is in a folder, with all that is in its folders: paths from it on, folders with a `/` behind. */
const treeOf = (host: WorldHost, folder: string): readonly string[] =>
  host.files.disk.list(folder).flatMap((name) => {
    const inside = `${folder}/${name}`
    if (host.files.disk.content(inside) !== undefined) return [name]
    return [`${name}/`, ...treeOf(host, inside).map((path) => `${name}/${path}`)]
  })

/** One file, or one folder with all that is in it, is the same at both ends. */
export const checkSame = (from: WorldHost, source: string, to: WorldHost, path: string): void => {
  const [here, there] = [from.files.disk.content(source), to.files.disk.content(path)]
  if (here !== undefined) {
    if (there === undefined) throw new Fault(`${to.name}: ${path} is not there`)
    if (!isSameContent(here, there)) throw new Fault(`${to.name}: ${path} is not ${source}`)
    return
  }
  const [ours, theirs] = [treeOf(from, source), treeOf(to, path)]
  if (ours.join('\n') !== theirs.join('\n'))
    throw new Fault(`${to.name}: ${path} has ${theirs.length} names of ${ours.length}`)
  for (const each of ours)
    if (!each.endsWith('/')) checkSame(from, `${source}/${each}`, to, `${path}/${each}`)
}

/** The user was told that something of it could not be read, and is not sent. */
const wasLeftOut = (from: WorldHost, id: string): boolean =>
  told(from, 'transfer.offered').some(
    ({ transfer, skipped = [] }) => transfer.id === id && skipped.length > 0
  )

/**
 * Every transfer that was offered ended at both ends, and in one way where it is done; what is done lies there
 * whole, under the path that was told. @param sourceOf where what is offered under a name lies at the sender;
 * undefined: it is another one by now.
 */
export const checkTransfers = (
  from: WorldHost,
  to: WorldHost,
  sourceOf: (name: string) => string | undefined
): void => {
  for (const id of offeredBy(from)) {
    const [ours, theirs] = [endOf(from, id), endOf(to, id)]
    if (ours === undefined) throw new Fault(`${from.name}: no word of the end of ${id}`)
    // An offer that was taken back before the other heard of it is nothing to tell there.
    const wasHeard = told(to, 'transfer.offered').some(({ transfer }) => transfer.id === id)
    if (theirs === undefined && (wasHeard || ours.type === 'transfer.done'))
      throw new Fault(`${to.name}: no word of the end of ${id}`)
    if (ours.type === 'transfer.done' && theirs?.type !== 'transfer.done')
      throw new Fault(`${id} is done at ${from.name} only`)
    if (theirs?.type !== 'transfer.done') continue
    const source = sourceOf(ours.transfer.name)
    if (source === undefined || wasLeftOut(from, id)) continue
    if (theirs.path === undefined) throw new Fault(`${to.name}: ${id} is done, and nowhere`)
    checkSame(from, source, to, theirs.path)
  }
}

/**
 * Nothing unfinished lies in the download folder that no note names, and nothing is noted that is over.
 */
export const checkLeftovers = (host: WorldHost): void => {
  const { disk, downloads } = host.files
  const notes = notesOf(host)
  const owned = new Set(notes.map(({ progress }) => progress.place?.part))
  for (const name of disk.list(downloads))
    if (name.endsWith('.part') && !owned.has(name))
      throw new Fault(`${host.name}: nobody owns ${name}`)
  for (const { id, progress } of notes)
    if (progress.state === 'done' || progress.state === 'ended')
      throw new Fault(`${host.name}: ${id} is ${progress.state}, and noted still`)
}

/** No link ended since one end broke the rules of the other: no frame was beyond its credit or window. */
export const checkRules = (host: WorldHost): void => {
  for (const { reason } of told(host, 'peer.disconnected'))
    if (reason._tag === 'ProtocolError') throw new Fault(`${host.name}: ${JSON.stringify(reason)}`)
}

/** No file is open at a host whose program has ended. */
export const checkHandles = (host: WorldHost): void => {
  const { openHandles } = host.files.disk
  if (openHandles > 0) throw new Fault(`${host.name}: ${openHandles} files are open`)
}

/** All of this at once, for two hosts that were healed. */
export const checkFiles = (
  hosts: readonly [WorldHost, WorldHost],
  sourceOf: (host: WorldHost, name: string) => string | undefined
): void => {
  for (const [from, to] of [hosts, hosts.toReversed()] as [WorldHost, WorldHost][]) {
    checkTransfers(from, to, (name) => sourceOf(from, name))
    checkLeftovers(from)
    checkRules(from)
    if (from.exit() !== undefined) checkHandles(from)
  }
}
