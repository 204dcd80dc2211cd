/** What a user, a script or a library asks of the program. One union for all three. */

export type Command =
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'help' }
  | { readonly type: 'quit' }
  | { readonly type: 'info' }
  | { readonly type: 'nick'; readonly nickname: string }
  | { readonly type: 'peers' }
  | { readonly type: 'to'; readonly who: string }
  | { readonly type: 'verify'; readonly confirm: boolean }
  | { readonly type: 'accept'; readonly who?: string }
  | { readonly type: 'decline'; readonly who?: string }
  | { readonly type: 'autoopen' }
  | { readonly type: 'send'; readonly paths: string }
  | { readonly type: 'connect'; readonly target: string }
  | {
      readonly type: 'invalid'
      readonly input: string
      readonly detail: string
      readonly suggestion?: string
    }
