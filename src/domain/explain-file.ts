/** The parts of explain.ts that speak of files: configuration, secrets, and what is written. */
import { type Explanation, sentence, showCode } from './explanation.ts'
import type { StartFailure } from './failures.ts'
import { safeLine } from './safe-text.ts'

/** The failures that are about one file. */
type FileFailure = Extract<
  StartFailure,
  {
    readonly _tag:
      | 'ConfigInvalid'
      | 'ConfigUnreadable'
      | 'ConfigExists'
      | 'HomeUnwritable'
      | 'SecretUnsafe'
      | 'SecretDamaged'
      | 'FileExists'
      | 'FileUnwritable'
  }
>

const explainConfig = (
  failure: Extract<StartFailure, { readonly _tag: 'ConfigInvalid' }>
): Explanation => {
  const line = failure.line === undefined ? '' : `:${failure.line}`
  const column =
    failure.line === undefined || failure.column === undefined ? '' : `:${failure.column}`
  const key = failure.key === undefined ? '' : `${safeLine(failure.key, 80)}: `
  return {
    text: `${safeLine(failure.file, 300)}${line}${column}: ${key}${sentence(safeLine(failure.detail, 300))}`,
    next: safeLine(failure.next, 300)
  }
}

/** A file that is wrong, or cannot be read or written. */
export const explainFile = (failure: FileFailure): Explanation => {
  switch (failure._tag) {
    case 'ConfigInvalid':
      return explainConfig(failure)
    case 'ConfigUnreadable':
      return failure.code === 'EISDIR'
        ? {
            text: `The configuration ${safeLine(failure.file, 300)} is a directory, not a file.`,
            next: 'Move it away, or name another file with --config.'
          }
        : {
            text: `The configuration ${safeLine(failure.file, 300)} could not be read (${showCode(failure.code)}).`,
            next: 'Check that the file is there and that you may read it.'
          }
    case 'ConfigExists':
      return {
        text: `There is a configuration at ${safeLine(failure.file, 300)} already; it was left as it is.`,
        next: 'Add --force to write the defaults over it.'
      }
    case 'HomeUnwritable':
      return {
        text: `Earshot cannot keep its data in ${safeLine(failure.path, 300)} (${showCode(failure.code)}).`,
        next: 'Make that folder writable, or choose another one with --home.'
      }
    case 'SecretUnsafe':
      return {
        text: `${safeLine(failure.path, 300)} is not safe to use: ${safeLine(failure.detail, 200)}.`,
        next: `If nobody else can have read or changed it: chmod go= ${safeLine(failure.path, 300)}`
      }
    case 'SecretDamaged':
      return {
        text: `${safeLine(failure.path, 300)} is damaged: ${safeLine(failure.detail, 200)}.`,
        next: 'Restore it from a backup. Moved away, it is made anew, without what it stood for: who you are, whom you know, or the messages that it opens.'
      }
    case 'FileExists':
      return {
        text: `There is a file at ${safeLine(failure.path, 300)} already; it was left as it is.`,
        next: 'Name another file.'
      }
    case 'FileUnwritable':
      return {
        text: `${safeLine(failure.path, 300)} could not be written (${showCode(failure.code)}).`,
        next: 'Check that the folder is there, that you may write to it, and that it has room.'
      }
  }
}
