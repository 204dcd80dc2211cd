/** Finds the folders, reads the configuration, and says for every setting what holds and why. */
import { homedir } from 'node:os'
import { join, resolve as absolute } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import { readConfigFile } from '../adapters/config-files.ts'
import { type PlatformDirs, platformDirs } from '../adapters/platform-dirs.ts'
import type { StartFailure } from '../domain/failures.ts'
import { readConfigText } from './config/file.ts'
import { type Resolved, resolve } from './config/resolve.ts'
import type { CommonFlags } from './invocation.ts'
import { failuresOf, StartFailures } from './start-failures.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Where this run keeps things. All paths are absolute. */
export interface Places {
  readonly dirs: PlatformDirs
  readonly configFile: string
  /** true: the user named the file, so it has to be there. */
  readonly configNamed: boolean
  /** The profile that the user asked for. */
  readonly profile: string | undefined
}

export interface Loaded {
  readonly places: Places
  readonly resolved: Resolved
}

/** A variable's value; set to nothing is not set. */
const variable = (env: Env, name: string): string | undefined => env[name] || undefined

export const userHome = (): string | undefined => {
  try {
    return homedir()
  } catch {
    // A user without an entry in the system's table of users, as in some containers.
    return undefined
  }
}

/** A path of the settings, in which ~ is the user's home folder. */
export const fromHome = (path: string): string => {
  const home = userHome()
  return home !== undefined && /^~(?:[/\\]|$)/.test(path) ? join(home, path.slice(1)) : path
}

const noHome: StartFailure = {
  _tag: 'UsageInvalid',
  detail: 'The system knows no home folder for you.',
  next: 'Name a folder to keep things in: earshot --home FOLDER'
}

export const findPlaces = (flags: CommonFlags, env: Env): Effect.Effect<Places, StartFailures> =>
  Effect.suspend(() => {
    const home = flags.home ?? variable(env, 'EARSHOT_HOME')
    const dirs = platformDirs({
      platform: process.platform,
      env,
      userHome: userHome(),
      home: home === undefined ? undefined : absolute(home)
    })
    if (dirs === undefined) return Effect.fail(StartFailures.of([noHome]))
    const named = flags.config ?? variable(env, 'EARSHOT_CONFIG')
    return Effect.succeed({
      dirs,
      configFile: named === undefined ? join(dirs.config, 'config.toml') : absolute(named),
      configNamed: named !== undefined,
      profile: flags.profile ?? variable(env, 'EARSHOT_PROFILE')
    })
  })

/** Reads and merges everything. Fails with every fault that was found, not only with the first. */
export const loadSettings = Effect.fnUntraced(function* (
  flags: CommonFlags,
  env: Env
): Effect.fn.Return<Loaded, StartFailures> {
  const places = yield* findPlaces(flags, env)
  const { configFile: name, configNamed } = places
  const text = yield* readConfigFile(name).pipe(
    Effect.mapError((error) => StartFailures.of(failuresOf(error)))
  )
  if (text === undefined && configNamed)
    return yield* StartFailures.of([{ _tag: 'ConfigUnreadable', file: name, code: 'ENOENT' }])
  const values = text === undefined ? undefined : readConfigText(name, text)
  const inFile = values !== undefined && Result.isFailure(values) ? values.failure : []
  const file =
    values !== undefined && Result.isSuccess(values) ? { name, values: values.success } : undefined
  const resolved = resolve({ flags: flags.keys, env, file })
  if (Result.isFailure(resolved)) return yield* StartFailures.of([...inFile, ...resolved.failure])
  if (inFile.length > 0) return yield* StartFailures.of(inFile)
  return { places, resolved: resolved.success }
})
