/** `earshot history PEER`: what was said, printed or written into a file. */
import { resolve as absolute } from 'node:path'
import * as Clock from 'effect/Clock'
import * as DateTime from 'effect/DateTime'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { type Append, writeNewFile } from '../../adapters/new-file.ts'
import type { PeerRef } from '../../domain/peer-ref.ts'
import { StartError } from '../../domain/failures.ts'
import { safeJson, safeLine } from '../../domain/safe-text.ts'
import type { HistoryAction } from '../invocation.ts'
import { showMessages } from '../views/lines.ts'
import { makeLocalTime } from '../views/local-time.ts'
import { exportFormOf } from './export-form.ts'
import { fileForm, type Form, jsonLinesForm, type Reader, screenForm, textForm } from './forms.ts'
import { HOW_TO_KEEP } from './list.ts'
import { eachPage, type ReadPage } from './pages.ts'
import { type Progress, searchProgress } from './progress.ts'
import { parseWhen } from './when.ts'
import { asStartError, type HistoryReader, type HistoryWorld, nameOf } from './world.ts'

type Show = Extract<HistoryAction, { readonly _tag: 'Show' }>

const sinceOf = Effect.fnUntraced(function* (
  { timeZone }: HistoryWorld,
  text: string
): Effect.fn.Return<number, StartError> {
  const zone =
    timeZone === undefined ? DateTime.zoneMakeLocal() : DateTime.zoneMakeNamedUnsafe(timeZone)
  const since = parseWhen(text, yield* Clock.currentTimeMillis, zone)
  if (Result.isSuccess(since)) return since.success
  const detail = `--since ${since.failure}.`
  return yield* new StartError({
    reason: { _tag: 'UsageInvalid', detail, next: 'earshot history --help explains it.' }
  })
})

/** Pages of what was asked for: of everything, or of what a search finds. */
const pagesOf =
  (
    store: HistoryReader,
    peer: PeerRef,
    { words }: Show,
    since: number | undefined,
    progress: Progress
  ): ReadPage<StartError> =>
  (query) => {
    const bounded = since === undefined ? query : { ...query, since }
    const found =
      words.length === 0
        ? store.page(peer.id, bounded)
        : store.search(peer.id, { ...bounded, words, onProgress: progress.on })
    return Effect.mapError(found, asStartError)
  }

/** Writes all that there is in one form. `write` gives false when nobody reads any more. */
const writeAll = Effect.fnUntraced(function* (
  read: ReadPage<StartError>,
  limit: number | undefined,
  form: Form,
  write: (text: string) => Effect.Effect<boolean, StartError>
): Effect.fn.Return<number, StartError> {
  if (form.begin !== '' && !(yield* write(form.begin))) return 0
  const count = yield* eachPage(read, limit, (entries) => write(entries.map(form.entry).join('')))
  const end = form.end(count)
  if (end !== '') yield* write(end)
  return count
})

const printForm = ({ json, output }: HistoryWorld, reader: Reader): Form => {
  if (json) return jsonLinesForm(reader)
  return output.isScreen ? screenForm(reader, output.style) : textForm(reader, output.style.ascii)
}

const tellNone = (world: HistoryWorld, action: Show, name: string): void => {
  const isFiltered = action.words.length > 0 || action.since !== undefined
  if (isFiltered) world.note(`No such message of the conversation with ${name} is stored.`)
  else
    world.note(
      [
        `No messages of the conversation with ${name} are stored.`,
        ...(world.saveHistory ? [] : [HOW_TO_KEEP])
      ].join(' ')
    )
}

const writeFile = Effect.fnUntraced(function* (
  world: HistoryWorld,
  path: string,
  form: Form,
  read: ReadPage<StartError>,
  limit: number | undefined
): Effect.fn.Return<void, StartError> {
  const toFile = (append: Append) => (text: string) => Effect.as(append(text), true)
  const count = yield* writeNewFile(path, (append) => writeAll(read, limit, form, toFile(append)))
  yield* world.output.write(
    world.json
      ? `${safeJson({ path, count })}\n`
      : `Written: ${safeLine(path, 4096)} (${showMessages(count)}, not encrypted)\n`
  )
})

/**
 * Shows what is stored of the conversation with a peer. Fails with UsageInvalid (--since), FileExists or
 * FileUnwritable (--export), or as the store does.
 */
export const showHistory = Effect.fnUntraced(function* (
  world: HistoryWorld,
  store: HistoryReader,
  peer: PeerRef,
  action: Show
): Effect.fn.Return<void, StartError> {
  const since = action.since === undefined ? undefined : yield* sinceOf(world, action.since)
  const clock = yield* Clock.Clock
  const progress = searchProgress(world.progress, () => clock.currentTimeMillisUnsafe())
  const name = nameOf(world, peer)
  const reader: Reader = { peer, name, time: makeLocalTime(world.timeZone) }
  const read = pagesOf(store, peer, action, since, progress)
  const { limit } = action
  const path = action.path === undefined ? undefined : absolute(action.path)
  const form = path === undefined ? undefined : exportFormOf(path)
  const toScreen = (text: string): Effect.Effect<boolean> => {
    progress.clear()
    return world.output.write(text)
  }
  const shown =
    path !== undefined && form !== undefined
      ? writeFile(world, path, fileForm(form, reader), read, limit)
      : writeAll(read, limit, printForm(world, reader), toScreen).pipe(
          Effect.map((count) => {
            if (count === 0) tellNone(world, action, name)
          })
        )
  yield* Effect.ensuring(shown, Effect.sync(progress.clear))
})
