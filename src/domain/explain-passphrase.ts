/** The part of explain.ts that speaks of the passphrase of a store's key. */
import type { Explanation } from './explanation.ts'
import type { PassphraseFailure } from './failures.ts'
import { safeLine } from './safe-text.ts'

/** Why a locked key stays locked. */
export const explainPassphrase = (failure: PassphraseFailure): Explanation => {
  switch (failure._tag) {
    case 'PassphraseNeeded':
      return {
        text: `The key ${safeLine(failure.path, 300)} is locked by a passphrase, and there is no terminal to ask for it.`,
        next: 'Name a file whose first line it is: --passphrase-file FILE.'
      }
    case 'PassphraseWrong':
      return {
        text: `The passphrase is wrong: it does not open ${safeLine(failure.path, 300)}.`,
        next: 'Start again with the right one; nobody can recover it.'
      }
    case 'PassphraseUnreadable':
      return {
        text: `The passphrase file ${safeLine(failure.file, 300)} cannot be used: ${safeLine(failure.detail, 200)}.`,
        next: 'Name a file of yours whose first line it is (mode 0600), or a pipe, as /dev/fd/3.'
      }
    case 'PassphraseTooCostly':
      return {
        text: `A passphrase takes ${failure.memoryMiB} MiB of memory to check, and the system does not give them.`,
        next: 'Let other programs end, or raise the limit of memory, and try again.'
      }
  }
}
