/** What the command line asks for, after it has been understood. Plain values; nothing has run yet. */
import type { Endpoint } from '../domain/failures.ts'
import type { PeerId } from '../domain/peer-id.ts'
import type { FlagTexts } from './config/resolve.ts'

/** Flags that every command takes. Paths are as they were typed. */
export interface CommonFlags {
  readonly home: string | undefined
  readonly profile: string | undefined
  readonly config: string | undefined
  readonly json: boolean
  readonly color: boolean
  /** Flags that stand for a key of the configuration, still as text. */
  readonly keys: FlagTexts
}

export interface ChatFlags extends CommonFlags {
  /** Port 0: none was named. */
  readonly connect: Endpoint | undefined
  readonly expect: PeerId | undefined
  readonly stay: boolean
  readonly plainText: boolean
  readonly debug: boolean
  readonly logFile: string | undefined
}

/** `earshot send`. */
export interface SendRequest {
  /** As they were typed; `-` is standard input. At least one. */
  readonly paths: readonly string[]
  /** What standard input is offered as. */
  readonly as: string | undefined
}

/** `earshot receive`. */
export interface ReceiveRequest {
  /** The folder, as it was typed; `-` is standard output; undefined: as the settings say. */
  readonly output: string | undefined
  /** Takes also what is risky: hidden names, what systems run. */
  readonly anyway: boolean
}

export type PeersAction =
  | { readonly _tag: 'List' }
  | { readonly _tag: 'Forget'; readonly id: PeerId }
  | { readonly _tag: 'Block'; readonly id: PeerId }
  | { readonly _tag: 'Unblock'; readonly id: PeerId }
  | { readonly _tag: 'Rekey'; readonly from: PeerId; readonly to: PeerId }

export type PassphraseAction =
  | { readonly _tag: 'Show' }
  | { readonly _tag: 'Set' }
  | { readonly _tag: 'Change'; readonly newFile: string | undefined }
  | { readonly _tag: 'Remove' }

export type KeepChoice = 'on' | 'off' | 'default'

/** `who` is what the user calls the peer. */
export type HistoryAction =
  | { readonly _tag: 'List' }
  | {
      readonly _tag: 'Show'
      readonly who: string
      /** Only the newest so many; undefined: all. */
      readonly limit: number | undefined
      /** As it was typed. */
      readonly since: string | undefined
      /** All of them must occur; without any, nothing is searched for. */
      readonly words: readonly string[]
      /** The file to write, as it was typed; undefined: standard output. */
      readonly path: string | undefined
    }
  | { readonly _tag: 'Erase'; readonly who: string; readonly confirmed: boolean }
  | { readonly _tag: 'Keep'; readonly who: string; readonly keep: KeepChoice }

export type Shell = 'bash' | 'zsh' | 'fish'

export type Invocation =
  | { readonly _tag: 'Chat'; readonly flags: ChatFlags }
  | { readonly _tag: 'Send'; readonly flags: ChatFlags; readonly request: SendRequest }
  | { readonly _tag: 'Receive'; readonly flags: ChatFlags; readonly request: ReceiveRequest }
  | {
      readonly _tag: 'Config'
      readonly flags: CommonFlags
      readonly mode: 'write' | 'path' | 'show'
      readonly force: boolean
    }
  | { readonly _tag: 'Id'; readonly flags: CommonFlags }
  | { readonly _tag: 'Peers'; readonly flags: CommonFlags; readonly action: PeersAction }
  | {
      readonly _tag: 'Passphrase'
      readonly flags: CommonFlags
      readonly action: PassphraseAction
    }
  | { readonly _tag: 'History'; readonly flags: CommonFlags; readonly action: HistoryAction }
  | { readonly _tag: 'Completion'; readonly shell: Shell }
  /** Help or the version, asked for: goes to standard output and is a success. */
  | { readonly _tag: 'Print'; readonly text: string }
