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

export type PeersAction =
  | { readonly _tag: 'List' }
  | { readonly _tag: 'Forget'; readonly id: PeerId }
  | { readonly _tag: 'Block'; readonly id: PeerId }
  | { readonly _tag: 'Unblock'; readonly id: PeerId }
  | { readonly _tag: 'Rekey'; readonly from: PeerId; readonly to: PeerId }

export type Shell = 'bash' | 'zsh' | 'fish'

export type Invocation =
  | { readonly _tag: 'Chat'; readonly flags: ChatFlags }
  | {
      readonly _tag: 'Config'
      readonly flags: CommonFlags
      readonly mode: 'write' | 'path' | 'show'
      readonly force: boolean
    }
  | { readonly _tag: 'Id'; readonly flags: CommonFlags }
  | { readonly _tag: 'Peers'; readonly flags: CommonFlags; readonly action: PeersAction }
  | { readonly _tag: 'Completion'; readonly shell: Shell }
  /** Help or the version, asked for: goes to standard output and is a success. */
  | { readonly _tag: 'Print'; readonly text: string }
