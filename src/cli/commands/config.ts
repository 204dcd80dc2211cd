/** `earshot config`: writes the commented default file, or shows where it is or what holds. */
import * as Effect from 'effect/Effect'
import { writeConfigFile } from '../../adapters/config-files.ts'
import { EXIT_OK } from '../../domain/exit-code.ts'
import { safeJson, safeLine } from '../../domain/safe-text.ts'
import { showResolved, showResolvedJson } from '../config/show.ts'
import { configTemplate } from '../config/template.ts'
import type { Invocation } from '../invocation.ts'
import { findPlaces, loadSettings } from '../load-settings.ts'
import { failuresOf, StartFailures } from '../start-failures.ts'

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

type ConfigInvocation = Extract<Invocation, { _tag: 'Config' }>

/** Fails as the configuration does, or with ConfigExists or HomeUnwritable when it is written. */
export const config = Effect.fnUntraced(function* ({
  flags,
  mode,
  force
}: ConfigInvocation): Effect.fn.Return<number, StartFailures> {
  if (mode === 'show') {
    const { places, resolved } = yield* loadSettings(flags, process.env)
    if (flags.json) print(showResolvedJson(resolved))
    else {
      print(`# ${safeLine(places.configFile, 4096)}`)
      for (const line of showResolved(resolved)) print(line)
    }
    return EXIT_OK
  }
  const { configFile: path } = yield* findPlaces(flags, process.env)
  if (mode === 'path') {
    print(flags.json ? safeJson({ path }) : path)
    return EXIT_OK
  }
  yield* writeConfigFile(path, configTemplate(), force).pipe(
    Effect.mapError((error) => StartFailures.of(failuresOf(error)))
  )
  print(`Written: ${safeLine(path, 4096)}`)
  return EXIT_OK
})
