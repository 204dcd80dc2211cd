/** The parts of explain.ts that speak of the store of messages. */
import { type Explanation, showCode } from './explanation.ts'
import type { StoreFailure } from './failures.ts'
import { safeLine } from './safe-text.ts'
import { shortPeerId } from './peer-id.ts'

/** Why messages cannot be stored or read: at the start, and while a conversation goes on. */
export const explainStore = (failure: StoreFailure): Explanation => {
  const path = safeLine(failure.path, 300)
  switch (failure._tag) {
    case 'StoreFull':
      return {
        text: `There is no room for messages in ${path} (${showCode(failure.code)}).`,
        next: 'Make room on that disk; what is stored there is unharmed.'
      }
    case 'StoreUnwritable':
      return {
        text: `Messages cannot be stored: ${path} may not be written (${showCode(failure.code)}).`,
        next: 'Make the file and its folder writable for you, or name another file: history_file.'
      }
    case 'StoreBusy': {
      const holder = failure.pid === undefined ? 'another process' : `process ${failure.pid}`
      return {
        text: `The store of messages ${path} is in use by ${holder}.`,
        next: 'Quit that one. Each profile needs a history_file of its own.'
      }
    }
    case 'StoreNewer':
      return {
        text: `The store of messages ${path} is of a newer Earshot (version ${failure.version}, this one knows ${failure.supported}); it was left as it is.`,
        next: 'Use that Earshot, or start with another --profile.'
      }
    case 'StoreDamaged':
      return {
        text: `The store of messages ${path} is damaged: ${safeLine(failure.detail, 200)}.`,
        next: 'The next start of a conversation sets it aside, deletes nothing of it, and begins a new one.'
      }
    case 'StoreForeign':
      return {
        text: `The store of messages ${path} belongs to another identity (${shortPeerId(failure.owner)}); it was left as it is.`,
        next: 'Start with the --profile that it belongs to, or name another file: history_file.'
      }
    case 'StoreSealed':
      return {
        text: `The store of messages ${path} cannot be read with the key in ${safeLine(failure.keyPath, 300)}; it was left as it is.`,
        next: 'Restore that key from a backup. Without it nobody can read the store: moved away, a new one is begun.'
      }
    case 'StoreIo':
      return {
        text: `The disk failed at ${path} (${showCode(failure.code)}): the last messages may not be stored.`,
        next: 'Check the disk, then start again; messages that were not acknowledged are sent again.'
      }
  }
}
