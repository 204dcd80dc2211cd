/** Everything that can be wrong with files, in words: at this end, and what either end says when it gives up. */
import { type Explanation, showBytes, showCode } from './explanation.ts'
import { safeLine } from './safe-text.ts'
import type { TransferFailure } from './transfer-failures.ts'
import type { TransferDirection, TransferEnd } from './transfers.ts'

type Source = Extract<TransferFailure, { readonly _tag: `Source${string}` }>

const explainSource = (failure: Source): Explanation => {
  const path = safeLine(failure.path, 300)
  switch (failure._tag) {
    case 'SourceMissing':
      return {
        text: `There is no file or folder ${path}.`,
        next: 'Check the spelling; Tab completes paths, and quotes hold a name with spaces together.'
      }
    case 'SourceUnreadable':
      return {
        text: `${path} could not be read (${showCode(failure.code)}).`,
        next: 'Check that you may read it.'
      }
    case 'SourceSpecial':
      return {
        text: `${path} is neither a file nor a folder.`,
        next: 'Only files and folders can be sent.'
      }
    case 'SourceChanged':
      return {
        text: `${path} was changed after it was offered.`,
        next: 'Send it again, as it is now: /retry.'
      }
    case 'SourceTooLarge':
      return {
        text: `${path} is too large: ${showBytes(failure.bytes)}, at most ${showBytes(failure.limit)} can be sent.`,
        next: 'Split it, or raise max_file_size_mb at both ends.'
      }
    case 'SourceTooMany':
      return {
        text: `${path} holds too much: more than ${failure.limit} files and folders.`,
        next: 'Pack it into an archive and send that.'
      }
    case 'SourceTooDeep':
      return {
        text: `${path} is nested too deeply: more than ${failure.limit} folders within each other.`,
        next: 'Pack it into an archive and send that.'
      }
  }
}

/** What was wrong with a file, a folder, the disk or the notes of this machine. */
export const explainTransfer = (failure: TransferFailure): Explanation => {
  const path = safeLine(failure.path, 300)
  switch (failure._tag) {
    case 'FolderUnusable':
      return {
        text: `The download folder ${path} cannot be used (${showCode(failure.code)}).`,
        next: 'Make it a folder that you may write to, or choose another one: download_dir.'
      }
    case 'FolderUnsafe':
      return {
        text: `The download folder ${path} is not safe to use: ${safeLine(failure.detail, 200)}.`,
        next: 'Take that right from the others, or choose another folder: download_dir.'
      }
    case 'DiskFull':
      return {
        text: `There is no room for ${path} (${showCode(failure.code)}).`,
        next: 'Make room on that disk: then it goes on by itself.'
      }
    case 'NotWritable':
      return {
        text: `${path} could not be written (${showCode(failure.code)}).`,
        next: 'Check the disk and the download folder, and ask your peer to send it again.'
      }
    case 'PlaceLost':
      return {
        text: `The unfinished file ${path} is gone, or is not the same any more.`,
        next: 'Ask your peer to send it again.'
      }
    case 'NotesFull':
      return {
        text: `There is no room for the notes about transfers in ${path} (${showCode(failure.code)}).`,
        next: 'Make room on that disk; what is noted there is unharmed.'
      }
    case 'NotesIo':
      return {
        text: `The disk failed at the notes about transfers in ${path} (${showCode(failure.code)}).`,
        next: 'Check the disk; nothing moves that cannot be noted.'
      }
    case 'NotesUnusable':
      return {
        text: `The notes about transfers in ${path} cannot be used (${showCode(failure.code)}).`,
        next: 'Make that folder readable and writable for you.'
      }
    default:
      return explainSource(failure)
  }
}

/** Who ended a transfer, and which way it went. */
export interface EndedBy {
  readonly by: 'us' | 'them'
  readonly direction: TransferDirection
}

/** Told by one of the two ends, whichever knows. */
type ByEitherEnd = 'cancelled' | 'unknown'
type ByOneEnd = Readonly<Record<Exclude<TransferEnd, ByEitherEnd>, Explanation>>

/** What the user reads at the end where the files are. */
const AT_SENDER: ByOneEnd = {
  declined: { text: 'The peer declined it.' },
  'too-large': {
    text: 'The peer takes nothing so large.',
    next: 'Split it, or ask your peer to raise max_file_size_mb.'
  },
  unsafe: {
    text: 'The peer takes no files with such names.',
    next: 'Both ends may need the same version of Earshot.'
  },
  'too-many': {
    text: 'Too many offers wait for the peer already.',
    next: 'When some are answered: /retry.'
  },
  'source-changed': {
    text: 'It was changed after it was offered.',
    next: 'Send it as it is now: /retry.'
  },
  'source-unreadable': {
    text: 'It could not be read any more.',
    next: 'Check that it is there, then: /retry.'
  },
  damaged: { text: 'A part of it arrived damaged, twice.', next: 'Try it once more: /retry.' },
  'not-writable': { text: 'The peer could not write it.', next: 'Ask your peer, then: /retry.' }
}

const ASK_AGAIN = 'Ask your peer to send it again.'

/** And at the end where they were to go. */
const AT_RECEIVER: ByOneEnd = {
  declined: { text: 'You declined it.' },
  'too-large': {
    text: 'It is larger than you take.',
    next: 'To take it, raise max_file_size_mb, and ask your peer to send it again.'
  },
  unsafe: {
    text: 'A name in it is not safe for this machine, so it was turned away.',
    next: 'Ask your peer to give it another name.'
  },
  'too-many': {
    text: 'Too many offers wait for you already, so this one was turned away.',
    next: 'Answer some of them first; /transfers lists them.'
  },
  'source-changed': { text: 'The peer changed it while it was on its way.', next: ASK_AGAIN },
  'source-unreadable': { text: 'The peer cannot read it any more.', next: ASK_AGAIN },
  damaged: { text: 'A part of it arrived damaged, twice.', next: ASK_AGAIN },
  'not-writable': { text: 'It could not be written here.', next: ASK_AGAIN }
}

/** Why a transfer will never be finished. */
export const explainEnd = (why: TransferEnd, { by, direction }: EndedBy): Explanation => {
  const isOurs = direction === 'out'
  switch (why) {
    case 'cancelled':
      return { text: by === 'us' ? 'You cancelled it.' : 'The peer cancelled it.' }
    case 'unknown':
      return {
        text:
          by === 'us'
            ? 'Nothing is known of it here any more: the notes about it were lost.'
            : 'The peer knows nothing of it any more: its notes were lost.',
        next: isOurs ? 'Send it again: /retry.' : ASK_AGAIN
      }
    default:
      return (isOurs ? AT_SENDER : AT_RECEIVER)[why]
  }
}
