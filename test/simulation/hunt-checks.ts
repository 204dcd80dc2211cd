/** What must hold after any plan of hunt.ts: delivery, and a story that makes sense. */
import type { WorldHost } from '../../src/simulation/world-host.ts'
import { told } from './stage.ts'

/** Something that had to hold did not. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

const runsOf = (host: WorldHost): readonly number[] => [
  ...new Set(host.events.map(({ instance }) => instance))
]

const fromRun = (sender: WorldHost, run: number, text: string): boolean =>
  text.startsWith(`${sender.name}#${run} `)

/**
 * Every run of the receiver got one stretch of what a run of the sender said: in order, nothing twice,
 * nothing missing inside. Each stretch begins where, or before, the earlier ones ended. The runs that
 * live at the end have it to the last word, and the sender was told so, once for each.
 */
export const checkDelivery = (sender: WorldHost, receiver: WorldHost): void => {
  const runs = runsOf(sender)
  for (const run of runs) {
    const queued = told(sender, 'message.queued', run)
    const said = queued.map(({ text }) => text)
    let reached = 0
    for (const life of runsOf(receiver)) {
      const heard = told(receiver, 'message.received', life)
        .map(({ text }) => text)
        .filter((text) => fromRun(sender, run, text))
      if (heard.length === 0) continue
      const from = said.indexOf(heard[0] ?? '')
      const where = `${receiver.name}#${life} of ${sender.name}#${run}`
      if (from < 0) throw new Fault(`${where}: heard what was not said: ${heard[0]}`)
      if (from > reached)
        throw new Fault(`${where}: begins at ${from}, after a gap from ${reached}`)
      heard.forEach((text, index) => {
        if (text !== said[from + index])
          throw new Fault(`${where}: number ${index} is ${text.slice(0, 30)}`)
      })
      reached = Math.max(reached, from + heard.length)
    }
    const ids = told(sender, 'message.delivered', run).flatMap((event) => event.ids)
    const expected = queued.slice(0, ids.length).map(({ id }) => id)
    if (ids.join() !== expected.join())
      throw new Fault(`${sender.name}#${run}: told ids out of order`)
    if (ids.length > reached)
      throw new Fault(`${sender.name}#${run}: ${ids.length} delivered, ${reached} received`)
    if (run === runs.at(-1) && (reached < said.length || ids.length < said.length))
      throw new Fault(
        `${sender.name}#${run}: ${said.length} said, ${reached} received, ${ids.length} told`
      )
  }
}

/** A peer leaves only after it came, is back only after it was suspect, and comes back as itself. */
export const checkStory = (host: WorldHost): void => {
  for (const run of runsOf(host)) {
    let here = false
    let suspect = false
    let times = 0
    for (const { event } of host.events.filter(({ instance }) => instance === run)) {
      const say = (what: string) => new Fault(`${host.name}#${run}: ${what} (${event.type})`)
      if (event.type === 'peer.connected') {
        if (event.returned !== times > 0) throw say('returned is wrong')
        here = true
        suspect = false
        times++
      }
      if (event.type === 'peer.disconnected') {
        if (!here) throw say('was not here')
        here = false
      }
      if (event.type === 'peer.suspect') {
        if (!here || suspect) throw say('out of turn')
        suspect = true
      }
      if (event.type === 'peer.recovered') {
        if (!suspect) throw say('was not suspect')
        suspect = false
      }
      if (event.type === 'peer.lost') throw say('gave up in spite of its attempts')
    }
  }
}
