/** The FileSources port: files and folders of this machine that are sent. */
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { FileSources } from '../../services/file-sources.ts'
import { complete } from './complete.ts'
import { localPath, type LocalRoots } from './local-path.ts'
import { openSource } from './open-source.ts'
import { survey } from './survey.ts'

const untold = (): void => undefined

export const layer = (roots: LocalRoots): Layer.Layer<FileSources> =>
  Layer.succeed(FileSources, {
    survey: (typed, onFound = untold) =>
      Effect.suspend(() => survey(localPath(typed, roots), onFound)),
    open: openSource,
    complete: (typed) => complete(typed, roots)
  })
