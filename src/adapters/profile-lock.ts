/**
 * Which profile a process is: a profile has one identity, one peer book and one process at a time.
 *
 * A process claims a profile by a file `lock.PID.START` of its own in the profile's directory, made
 * with O_EXCL, and holds it when a look at the directory *after* that shows no other living claim.
 * Of two processes at once at least one sees the other and steps back, so never both hold it; the
 * name of a dead claim never comes to life again (START is when the process began), so anybody may
 * remove it at any time. That is why there is no moment in which a stale lock is "taken over".
 */
import * as fs from 'node:fs'
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Random from 'effect/Random'
import type { Scope } from 'effect/Scope'
import { StartError } from '../domain/failures.ts'
import { codeOf, ensurePrivateDirectory } from './private-files.ts'

/** The profile that a process got. */
export interface AcquiredProfile {
  readonly profile: string
  /** Where its secrets are. */
  readonly directory: string
  /** Present when no profile was asked for and the usual one was in use, by the process `pid`. */
  readonly displaced?: { readonly wanted: string; readonly pid: number }
}

export interface ProfileRequest {
  /** `$XDG_DATA_HOME/earshot` or its like. */
  readonly dataHome: string
  /** The profile that the user named; undefined: `default`, or the next free one. */
  readonly wanted: string | undefined
}

export const DEFAULT_PROFILE = 'default'
/** Who the further terminals of one person are (docs/adr/0003). */
const FURTHER = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth']
const PROFILE_NAME = /^[a-z0-9-]{1,32}$/
const CLAIM = /^lock\.(\d{1,10})\.(\d{1,20})$/
/** Two processes that met step back for a random part of this, so that one comes first next time. */
const STEP_BACK_MS_MAX = 20
const STEPS_BACK_MAX = 20

/** When a process began, in clock ticks since boot; '0' where the system does not tell. */
export const startOf = (pid: number): string => {
  try {
    // `pid (name) state ppid …`, where the name may hold anything, also a closing parenthesis.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
  } catch {
    return '0'
  }
}

/** Whether the process that began then is still there. */
export const isAlive = (pid: number, start: string): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, as another user.
    if (codeOf(error) === 'ESRCH') return false
  }
  const now = startOf(pid)
  return now === '0' || start === '0' || now === start
}

/** Not rmSync: it does not say (as EROFS) why it fails. */
const removeClaim = (path: string): void => {
  try {
    fs.unlinkSync(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** Whoever starts next removes a claim that stays, as in a folder that cannot be written any more. */
const letGo = (path: string): void => {
  try {
    fs.unlinkSync(path)
  } catch {
    // A claim of a process that has ended counts for nothing.
  }
}

/** The process with a living claim on a directory, other than this claim; dead claims are removed. */
const otherHolder = (directory: string, own: string): number | undefined => {
  for (const name of fs.readdirSync(directory)) {
    const [, pid, start] = CLAIM.exec(name) ?? []
    if (pid === undefined || start === undefined || name === own) continue
    if (isAlive(Number(pid), start)) return Number(pid)
    removeClaim(join(directory, name))
  }
  return undefined
}

/** Claims a directory: the path of the claim, the process that holds it, or 'met' somebody. */
const claim = (
  directory: string
): { readonly path: string } | { readonly pid: number; readonly met: boolean } => {
  const name = `lock.${process.pid}.${startOf(process.pid)}`
  const path = join(directory, name)
  const before = otherHolder(directory, name)
  if (before !== undefined) return { pid: before, met: false }
  try {
    fs.closeSync(fs.openSync(path, 'wx', 0o600))
  } catch (error) {
    // Our own claim is there already: this process holds the profile.
    if (codeOf(error) === 'EEXIST') return { pid: process.pid, met: false }
    throw error
  }
  const after = otherHolder(directory, name)
  if (after === undefined) return { path }
  removeClaim(path)
  return { pid: after, met: true }
}

const claiming = (directory: string): Effect.Effect<ReturnType<typeof claim>, StartError> =>
  Effect.try({
    try: () => claim(directory),
    catch: (error) =>
      new StartError({ reason: { _tag: 'HomeUnwritable', path: directory, code: codeOf(error) } })
  })

/** Locks one directory for the scope. undefined: done; a number: the process that holds it. */
const lock = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<number | undefined, StartError, Scope> {
  yield* ensurePrivateDirectory(directory)
  let pid = 0
  for (let step = 0; step < STEPS_BACK_MAX; step++) {
    const claimed = yield* Effect.acquireRelease(claiming(directory), (made) =>
      Effect.sync(() => {
        if ('path' in made) letGo(made.path)
      })
    )
    if ('path' in claimed) return undefined
    pid = claimed.pid
    if (!claimed.met) break
    yield* Effect.sleep(yield* Random.nextIntBetween(1, STEP_BACK_MS_MAX))
  }
  return pid
})

/** Where a profile is kept: the default one in the data folder itself. */
export const profileDirectory = (dataHome: string, profile: string): string =>
  profile === DEFAULT_PROFILE ? dataHome : join(dataHome, 'profiles', profile)

const badName = (profile: string): StartError =>
  new StartError({
    reason: {
      _tag: 'UsageInvalid',
      detail: `'${profile.slice(0, 40)}' is not a profile name`,
      next: 'use 1 to 32 of the characters a-z, 0-9 and -'
    }
  })

const inUse = (profile: string, pid: number): StartError =>
  new StartError({ reason: { _tag: 'ProfileInUse', profile, pid } })

/**
 * Takes a profile for as long as the scope lives. A named one is taken or the start fails with
 * ProfileInUse; with no name the first free one of `default`, `second` … `ninth` is taken. Fails
 * also with UsageInvalid (the name), SecretUnsafe, HomeUnwritable.
 */
export const acquireProfile = Effect.fnUntraced(function* ({
  dataHome,
  wanted
}: ProfileRequest): Effect.fn.Return<AcquiredProfile, StartError, Scope> {
  const first = wanted ?? DEFAULT_PROFILE
  if (!PROFILE_NAME.test(first)) return yield* badName(first)
  yield* ensurePrivateDirectory(dataHome)
  const directory = profileDirectory(dataHome, first)
  const holder = yield* lock(directory)
  if (holder === undefined) return { profile: first, directory }
  if (wanted !== undefined) return yield* inUse(first, holder)
  for (const profile of FURTHER) {
    const next = profileDirectory(dataHome, profile)
    if ((yield* lock(next)) === undefined)
      return { profile, directory: next, displaced: { wanted: DEFAULT_PROFILE, pid: holder } }
  }
  return yield* inUse(DEFAULT_PROFILE, holder)
})
