/** Everything that a session can do; see exploration.ts. */
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import { sessionMachine } from '../../src/machines/session.machine.ts'
import type { SessionContext, SessionEvent } from '../../src/machines/session.types.ts'
import { explore, handledNow } from './exploration.ts'
import * as samples from './samples.ts'

/** What connections can report, given what the session knows of them. */
const isPossible = (context: SessionContext, event: SessionEvent): boolean => {
  const { candidates, chosen, active } = context
  const known = [...candidates, chosen, active].map((facts) => facts?.link)
  switch (event.type) {
    case 'link.authenticated':
      return !known.includes(event.facts.link)
    case 'link.offered':
      return context.ourId > context.peerId && candidates.some(({ link }) => link === event.link)
    case 'link.opened':
      return chosen?.link === event.link
    case 'link.closed':
      return known.includes(event.link)
    default:
      return true
  }
}

const events = (snapshot: AnyMachineSnapshot): readonly AnyEventObject[] => [
  ...Object.values(samples.sessionSamples)
    .flat()
    .filter((event) => isPossible(snapshot.context as SessionContext, event)),
  ...[...handledNow(snapshot)]
    .filter((type) => type.startsWith('xstate.after.'))
    .map((type) => ({ type }))
]

const keyOf = ({ value, context }: AnyMachineSnapshot): string => {
  const { candidates, chosen, active, suspect, mayRedial, attempt, redialTo } =
    context as SessionContext
  const links = [candidates.map(({ link }) => link), chosen?.link, active?.link]
  return JSON.stringify([value, links, suspect, mayRedial, attempt, redialTo === undefined])
}

/** Where we decide, and where the peer does. */
export const exploreSession = () =>
  explore(sessionMachine, {
    inputs: [samples.LOWER, samples.HIGHER].map((ourId) => samples.sessionInput({ ourId })),
    events,
    keyOf
  })
