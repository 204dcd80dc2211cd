/** `earshot passphrase`: locks the key of the messages on disk, and unlocks it again. */
import * as Effect from 'effect/Effect'
import { keyringPath } from '../../adapters/keyring-file.ts'
import { isLocked, openKeyring, rewrapKeyring } from '../../adapters/keyring.ts'
import { acquireProfile, DEFAULT_PROFILE, profileDirectory } from '../../adapters/profile-lock.ts'
import { EXIT_OK } from '../../domain/exit-code.ts'
import { StartError } from '../../domain/failures.ts'
import { safeJson, safeLine } from '../../domain/safe-text.ts'
import type { CommonFlags, PassphraseAction } from '../invocation.ts'
import { fromHome, loadSettings } from '../load-settings.ts'
import { type Passphrases, passphrasesFrom } from '../passphrases.ts'
import type { StartFailures } from '../start-failures.ts'

/** What is worked on: one profile and the passphrases of this run. */
interface Work {
  readonly directory: string
  readonly passphrases: Passphrases
  /** `passphrase_file`, if set. */
  readonly file: string | undefined
  /** true: later starts take it from there too, since no flag named it for this one. */
  readonly isLasting: boolean
}

const ABOUT = `A passphrase locks the key of your messages on this disk: those that wait, and the history.
It does not lock who you are (identity.key), your list of peers or your settings, and nothing is
locked while Earshot runs. Nobody can recover it: without it those messages are lost. Copies that
were made of the key before (backups) go on opening them.`

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const usage = (detail: string, next: string): StartError =>
  new StartError({ reason: { _tag: 'UsageInvalid', detail, next } })

/** Of whoever gives up at a question. */
const asking = <A, E>(question: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.onInterrupt(question, () => Effect.sync(() => print('Nothing was changed.')))

const expectLocked = Effect.fnUntraced(function* (directory: string) {
  if ((yield* isLocked(directory)) !== true)
    return yield* usage('There is no passphrase.', 'earshot passphrase set sets one.')
})

const set = Effect.fnUntraced(function* ({ directory, passphrases, file }: Work) {
  if ((yield* isLocked(directory)) === true)
    return yield* usage('There is a passphrase already.', 'Take: earshot passphrase change')
  print(ABOUT)
  const { masterKey } = yield* openKeyring({ directory, ask: passphrases.current })
  const fresh = yield* asking(passphrases.fresh(file, '--passphrase-file'))
  yield* rewrapKeyring(directory, masterKey, fresh)
  if (file !== undefined) print(`It is the first line of ${safeLine(file, 4096)}`)
  print('Set. Every start asks for it from now on, or reads it from --passphrase-file.')
})

const change = Effect.fnUntraced(function* (work: Work, newFile: string | undefined) {
  const { directory, passphrases, file, isLasting } = work
  yield* expectLocked(directory)
  const { masterKey } = yield* asking(openKeyring({ directory, ask: passphrases.current }))
  const fresh = yield* asking(passphrases.fresh(newFile, '--new-passphrase-file'))
  yield* rewrapKeyring(directory, masterKey, fresh)
  print('Changed. The old one opens nothing but copies of the key that were made before (backups).')
  if (file !== undefined && isLasting)
    print(`Write the new one also into ${safeLine(file, 4096)}, which every start reads.`)
})

const remove = Effect.fnUntraced(function* ({ directory, passphrases }: Work) {
  yield* expectLocked(directory)
  const { masterKey } = yield* asking(openKeyring({ directory, ask: passphrases.current }))
  yield* rewrapKeyring(directory, masterKey, undefined)
  print('Removed. Whoever can read the files of your profile can read your messages now.')
})

const show = Effect.fnUntraced(function* (profile: string, directory: string, json: boolean) {
  const locked = yield* isLocked(directory)
  const key = keyringPath(directory)
  if (json) return print(safeJson({ profile, key, locked: locked ?? null }))
  const place = safeLine(key, 4096)
  if (locked === undefined) return print(`There is no key yet. It will be ${place}`)
  return print(
    locked
      ? `The key of your messages has a passphrase: ${place}`
      : `The key of your messages has no passphrase: ${place}\nearshot passphrase set sets one.`
  )
})

/** Fails with ProfileInUse when a chat of the profile runs and something is to be changed. */
export const passphrase = (
  flags: CommonFlags,
  action: PassphraseAction
): Effect.Effect<number, StartError | StartFailures> =>
  Effect.gen(function* () {
    const { places, resolved } = yield* loadSettings(flags, process.env)
    const request = { dataHome: places.dirs.data, wanted: places.profile ?? DEFAULT_PROFILE }
    const directory = profileDirectory(request.dataHome, request.wanted)
    if (action._tag === 'Show') {
      yield* show(request.wanted, directory, flags.json)
      return EXIT_OK
    }
    yield* acquireProfile(request)
    const named = resolved.values.passphrase_file
    const file = named === undefined ? undefined : fromHome(named)
    const isLasting = resolved.origins.passphrase_file.source !== 'flag'
    const work = { directory, file, isLasting, passphrases: yield* passphrasesFrom(file) }
    if (action._tag === 'Set') yield* set(work)
    else if (action._tag === 'Change') yield* change(work, action.newFile)
    else yield* remove(work)
    return EXIT_OK
  }).pipe(Effect.scoped)
