/**
 * Calls a peer and writes everything that happens, one JSON object a line, until the peer leaves.
 * `node examples/logger.ts host:port [home]`
 */
import { createPeer, EarshotError } from 'earshot'

const [target = '127.0.0.1:8080', home] = process.argv.slice(2)

try {
  // `await using` closes it at the end, whatever happens.
  await using peer = await createPeer({
    nickname: 'logger',
    ...(home === undefined ? {} : { home })
  })

  // All types of events, from now on; `peer.events('message.received')` gives one of them.
  const events = peer.events()
  const { id } = await peer.connect(target)

  for await (const event of events) {
    // JSON keeps controls that a peer may have sent away from the terminal, but not all of Unicode.
    console.log(JSON.stringify(event).replaceAll(/[^\x20-\x7e]/g, escaped))
    if (event.type === 'peer.disconnected' && event.peer.id === id) break
  }
} catch (error) {
  if (!(error instanceof EarshotError)) throw error
  console.error(`${error.message} ${error.next ?? ''}`)
  process.exitCode = 1
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
