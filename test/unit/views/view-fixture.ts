/** What the tests of the views share: two peers, a screen in UTC, and lines as they are written. */
import { renderChat } from '../../../src/cli/views/chat-view.ts'
import { makeLocalTime } from '../../../src/cli/views/local-time.ts'
import { makeStyle } from '../../../src/cli/views/style.ts'
import type { ViewContext } from '../../../src/cli/views/view-context.ts'
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { displayName } from '../../../src/domain/nicknames.ts'
import { peerIdFromPublicKey } from '../../../src/domain/peer-id.ts'

export const bob = { id: peerIdFromPublicKey(new Uint8Array(32).fill(7)), nickname: 'bob' }
export const carol = { id: peerIdFromPublicKey(new Uint8Array(32).fill(9)), nickname: 'carol' }

export const context = (
  given: Partial<ViewContext> & { readonly color?: boolean; readonly ascii?: boolean } = {}
): ViewContext => ({
  style: makeStyle({ color: given.color ?? false, ascii: given.ascii ?? false }),
  columns: 80,
  nameOf: (peer) => displayName(peer),
  several: false,
  marks: false,
  time: makeLocalTime('UTC'),
  ...given
})

/** The lines of an event with their marks. */
export const linesOf = (event: EarshotEvent, ctx = context()): readonly string[] =>
  renderChat(event, ctx).map((line) =>
    typeof line === 'string' ? line : `${line.text}${line.mark}`
  )
