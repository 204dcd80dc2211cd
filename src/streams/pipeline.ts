/**
 * The one merged pipeline: what every link says and what the user says, in the order of arrival.
 * Sources are pulled, so nothing queues between them and the one subscriber (runtime/inbound.ts).
 */
import { catchError, concat, map, merge, mergeAll, type Observable, of } from 'rxjs'
import type { Command } from '../domain/commands.ts'
import { LINKS_MAX } from '../domain/limits.ts'
import type { LinkReader } from '../protocol/link-reader.ts'
import { type Batch, decodeBatches } from './messages.ts'

export type Inbound =
  | { readonly _tag: 'LinkBatch'; readonly link: string; readonly batch: Batch }
  | { readonly _tag: 'LinkEnded'; readonly link: string; readonly code: string }
  | { readonly _tag: 'Commands'; readonly commands: readonly Command[] }
  | { readonly _tag: 'InputEnded' }

/** A link's half: its reads as batches, and exactly one end. @param codeOf names what broke it. */
export const linkSource = (
  link: string,
  chunks: Observable<Uint8Array>,
  reader: LinkReader,
  codeOf: (error: unknown) => string
): Observable<Inbound> =>
  concat(
    chunks.pipe(
      decodeBatches(reader),
      map((batch): Inbound => ({ _tag: 'LinkBatch', link, batch }))
    ),
    of<Inbound>({ _tag: 'LinkEnded', link, code: 'end' })
  ).pipe(
    catchError((error: unknown) => of<Inbound>({ _tag: 'LinkEnded', link, code: codeOf(error) }))
  )

/** The user's half: commands as they were read, then the end of the input. */
export const commandSource = (commands: Observable<readonly Command[]>): Observable<Inbound> =>
  concat(
    commands.pipe(map((read): Inbound => ({ _tag: 'Commands', commands: read }))),
    of<Inbound>({ _tag: 'InputEnded' })
  )

export const pipeline = (
  links: Observable<Observable<Inbound>>,
  commands: Observable<Inbound>
): Observable<Inbound> => merge(links.pipe(mergeAll(LINKS_MAX)), commands)
