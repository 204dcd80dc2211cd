/** What a run needs to send and take files: where they are, where they go, and what is remembered of them. */
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import type * as Context from 'effect/Context'
import type { Scope } from 'effect/Scope'
import * as digests from '../adapters/digests.ts'
import * as downloads from '../adapters/downloads/layer.ts'
import * as files from '../adapters/files/layer.ts'
import { layerOpener } from '../adapters/opener.ts'
import * as notes from '../adapters/transfers/layer.ts'
import type { StartError } from '../domain/failures.ts'
import type { Digests } from '../services/digests.ts'
import type { Downloads } from '../services/downloads.ts'
import type { FileSources } from '../services/file-sources.ts'
import type { Opener } from '../services/opener.ts'
import type { TransferNotes } from '../services/transfer-notes.ts'
import { fromHome, type Loaded, userHome } from './load-settings.ts'

export type FileServices = Digests | Downloads | FileSources | Opener | TransferNotes

/** A package of native code, which not every system has. */
const nativeBlake3 = Effect.promise(() =>
  import('@napi-rs/blake-hash').then(
    (native) => native,
    () => undefined
  )
)

/**
 * @param directory of the profile, for notes.
 * @param folder where received files go; undefined: where the settings say.
 */
export const openFiles = Effect.fnUntraced(function* (
  { places, resolved: { values } }: Loaded,
  directory: string,
  folder: string | undefined
): Effect.fn.Return<Context.Context<FileServices>, StartError, Scope> {
  const named = values.download_dir === undefined ? undefined : fromHome(values.download_dir)
  return yield* Layer.build(
    Layer.mergeAll(
      digests.layer(nativeBlake3),
      downloads.layer({ folder: folder ?? named ?? places.dirs.downloads }),
      files.layer({ folder: process.cwd(), userHome: userHome() }),
      layerOpener(),
      notes.layer({ directory })
    )
  )
})
