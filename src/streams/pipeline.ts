/**
 * The one merged pipeline: what every link says and what the user says, in the order of arrival.
 * Sources are pulled, so nothing queues between them and the one subscriber (runtime/inbound.ts).
 */
import {
  catchError,
  concat,
  defer,
  map,
  merge,
  mergeAll,
  type Observable,
  of,
  takeWhile
} from 'rxjs'
import type { Command } from '../domain/commands.ts'
import { LINKS_MAX } from '../domain/limits.ts'
import type { LinkReader } from '../protocol/link-reader.ts'
import type { PlainLines } from '../protocol/plain-lines.ts'
import { type Batch, decodeBatches } from './messages.ts'

/** What comes from a link: batches of messages, then its one end. */
export type LinkInbound =
  | { readonly _tag: 'LinkBatch'; readonly link: string; readonly batch: Batch }
  | LinkEnded

/** What comes from a link in plain text mode: lines, then its one end. */
export type PlainInbound =
  | { readonly _tag: 'PlainLines'; readonly lines: readonly string[] }
  | LinkEnded

/** What comes from the user: commands, then the end of the input. */
export type UserInbound =
  | { readonly _tag: 'Commands'; readonly commands: readonly Command[] }
  | { readonly _tag: 'InputEnded' }

interface LinkEnded {
  readonly _tag: 'LinkEnded'
  readonly link: string
  readonly code: string
}

/** A link's half: its reads as batches, and exactly one end. @param codeOf names what broke it. */
export const linkSource = (
  link: string,
  chunks: Observable<Uint8Array>,
  reader: LinkReader,
  codeOf: (error: unknown) => string
): Observable<LinkInbound> =>
  concat(
    chunks.pipe(
      decodeBatches(reader),
      map((batch): LinkInbound => ({ _tag: 'LinkBatch', link, batch }))
    ),
    of<LinkInbound>({ _tag: 'LinkEnded', link, code: 'end' })
  ).pipe(
    catchError((error: unknown) =>
      of<LinkInbound>({ _tag: 'LinkEnded', link, code: codeOf(error) })
    )
  )

/** A link in plain text mode; `tls` is the code of an end that turned out to speak TLS. */
export const plainSource = (
  link: string,
  chunks: Observable<Uint8Array>,
  cutter: PlainLines,
  codeOf: (error: unknown) => string
): Observable<PlainInbound> =>
  concat(
    chunks.pipe(
      map((chunk) => cutter.push(chunk)),
      takeWhile((lines) => lines !== undefined),
      map((lines): PlainInbound => ({ _tag: 'PlainLines', lines }))
    ),
    defer(() => {
      const rest = cutter.end()
      const lines = rest === undefined ? [] : [rest]
      const code = cutter.sawTls ? 'tls' : 'end'
      const last: PlainInbound[] = [
        { _tag: 'PlainLines', lines },
        { _tag: 'LinkEnded', link, code }
      ]
      return last
    })
  ).pipe(
    catchError((error: unknown) =>
      of<PlainInbound>({ _tag: 'LinkEnded', link, code: codeOf(error) })
    )
  )

/** The user's half: commands as they were read, then the end of the input. */
export const commandSource = (commands: Observable<readonly Command[]>): Observable<UserInbound> =>
  concat(
    commands.pipe(map((read): UserInbound => ({ _tag: 'Commands', commands: read }))),
    of<UserInbound>({ _tag: 'InputEnded' })
  )

export const pipeline = <L>(
  links: Observable<Observable<L>>,
  commands: Observable<UserInbound>
): Observable<L | UserInbound> => merge(links.pipe(mergeAll(LINKS_MAX)), commands)
