/**
 * A bot that says everything back. `node examples/echo-bot.ts [port] [home]`
 *
 * With a home it stays the same peer, and what it owes somebody outlives a restart.
 */
import { createPeer, EarshotError } from 'earshot'

const [port = '0', home] = process.argv.slice(2)

try {
  const bot = await createPeer({
    nickname: 'echo',
    listen: { port: Number(port) },
    ...(home === undefined ? {} : { home })
  })

  // The first stranger comes in; further ones knock, and everybody is welcome here.
  bot.on('peer.knocking', ({ peer }) => bot.accept(peer))

  // A message is done with when the answer cannot be lost any more: what `send` promises.
  bot.on('message.received', ({ peer, text }) => bot.send(peer, text))

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void bot.close())

  console.log(`I am ${bot.id}`)
  console.log(`Call me: earshot --connect 127.0.0.1:${bot.address?.port}`)
  for (const address of bot.addresses) console.log(`From elsewhere: earshot --connect ${address}`)
} catch (error) {
  if (!(error instanceof EarshotError)) throw error
  console.error(`${error.message} ${error.next ?? ''}`)
  process.exitCode = 1
}
