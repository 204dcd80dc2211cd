/** What must hold after any plan of hunt.ts: a story that makes sense. */
import type { WorldHost } from '../../src/simulation/world-host.ts'

/** Something that had to hold did not. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

const runsOf = (host: WorldHost): readonly number[] => [
  ...new Set(host.events.map(({ instance }) => instance))
]

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
