/** What a user, a script or a library asks of the program. One union for all three. */
import type { PeerId } from './peer-id.ts'

export type Command =
  /** `to`: a peer, here or not; without it, the one that is talked to. */
  | { readonly type: 'say'; readonly text: string; readonly to?: PeerId }
  | { readonly type: 'help' }
  | { readonly type: 'quit' }
  | { readonly type: 'info' }
  | { readonly type: 'nick'; readonly nickname: string }
  | { readonly type: 'peers' }
  | { readonly type: 'to'; readonly who: string }
  /** `who`: the peer that is talked to, where it is not given. */
  | { readonly type: 'verify'; readonly confirm: boolean; readonly who?: string }
  /** `who`: an offer by its number (t1), or a peer that knocks or offers; without it the only one that waits. `anyway`: with its risks. */
  | { readonly type: 'accept'; readonly who?: string; readonly anyway?: boolean }
  | { readonly type: 'decline'; readonly who?: string }
  /** Takes everything that this peer offers in this run, but what is risky or too large; `on` false: not any more. */
  | { readonly type: 'accept-all'; readonly who?: string; readonly on: boolean }
  /** Opens received media, or not: the other than now. */
  | { readonly type: 'autoopen' }
  /** `paths`: shell-like words (quotes, backslash, ~). `to`: a peer, here or not; without it, the one that is talked to. */
  | { readonly type: 'send'; readonly paths: string; readonly to?: PeerId }
  | { readonly type: 'transfers' }
  | { readonly type: 'pause' | 'resume' | 'retry'; readonly which: number | 'all' }
  | { readonly type: 'transfer-cancel'; readonly which: number | 'all' }
  /**
   * `target`: an address, or what names a known peer. `expect`: who must answer. `call`: any name of the
   * asker's, which the events that answer carry.
   */
  | {
      readonly type: 'connect'
      readonly target: string
      readonly expect?: PeerId
      readonly call?: string
    }
  /** Gives up the dial of this `call`, if it has not led to a peer yet. */
  | { readonly type: 'hang-up'; readonly call: string }
  /** What waits to be delivered, of all peers. */
  | { readonly type: 'queue' }
  /** `which`: the number that /queue shows, or all of the peer that is talked to. */
  | { readonly type: 'cancel'; readonly which: number | 'all' }
  /** The last lines, 20 where `count` is not given. */
  | { readonly type: 'history'; readonly count?: number; readonly who?: string }
  /** Keeps this conversation from now on, or not, or as the settings say. */
  | { readonly type: 'history-keep'; readonly keep: 'on' | 'off' | 'default' }
  /** Deletes what is kept of this conversation. `confirm` false: says what would go. */
  | { readonly type: 'history-erase'; readonly confirm: boolean }
  | { readonly type: 'search'; readonly words: string }
  | {
      readonly type: 'invalid'
      readonly input: string
      readonly detail: string
      readonly suggestion?: string
    }
