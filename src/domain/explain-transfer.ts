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
        next: 'Split it, or raise max_file_size at both ends.'
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

/** At the end where the file came from, or at the one where it was to go. */
const ofSource = ({ direction }: EndedBy, ours: Explanation, theirs: Explanation): Explanation =>
  direction === 'out' ? ours : theirs

const ASK_AGAIN = 'Ask your peer to send it again.'

/** Why a transfer will never be finished. */
export const explainEnd = (why: TransferEnd, ended: EndedBy): Explanation => {
  const ours = ended.by === 'us'
  switch (why) {
    case 'declined':
      return { text: ours ? 'You declined it.' : 'The peer declined it.' }
    case 'cancelled':
      return { text: ours ? 'You cancelled it.' : 'The peer cancelled it.' }
    case 'too-large':
      return ofSource(
        ended,
        {
          text: 'The peer takes nothing so large.',
          next: 'Split it, or ask your peer to raise max_file_size.'
        },
        {
          text: 'It is larger than you take.',
          next: 'To take it, raise max_file_size, and ask your peer to send it again.'
        }
      )
    case 'unsafe':
      return ofSource(
        ended,
        {
          text: 'The peer takes no files with such names.',
          next: 'Both ends may need the same version of Earshot.'
        },
        { text: 'A name in it is not safe for this machine, so it was turned away.' }
      )
    case 'too-many':
      return ofSource(
        ended,
        {
          text: 'Too many offers wait for the peer already.',
          next: 'When some are answered: /retry.'
        },
        {
          text: 'Too many offers wait for you already, so this one was turned away.',
          next: 'Answer some of them first; /transfers lists them.'
        }
      )
    case 'source-changed':
      return ofSource(
        ended,
        { text: 'It was changed after it was offered.', next: 'Send it as it is now: /retry.' },
        { text: 'The peer changed it while it was on its way.', next: ASK_AGAIN }
      )
    case 'source-unreadable':
      return ofSource(
        ended,
        { text: 'It could not be read any more.', next: 'Check that it is there, then: /retry.' },
        { text: 'The peer cannot read it any more.', next: ASK_AGAIN }
      )
    case 'damaged':
      return {
        text: 'A part of it arrived damaged twice; nothing of it was kept.',
        next: ofSource(ended, { text: 'Try it once more: /retry.' }, { text: ASK_AGAIN }).text
      }
    case 'not-writable':
      return ofSource(
        ended,
        { text: 'The peer could not write it.', next: 'Ask your peer, then: /retry.' },
        { text: 'It could not be written here.', next: ASK_AGAIN }
      )
    case 'unknown':
      return {
        text: ours
          ? 'Nothing is known of it here any more: the notes about it were lost.'
          : 'The peer knows nothing of it any more: its notes were lost.',
        next: ofSource(ended, { text: 'Send it again: /retry.' }, { text: ASK_AGAIN }).text
      }
  }
}
