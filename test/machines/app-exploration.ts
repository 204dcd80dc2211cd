/**
 * What the app can do with a few connections and two peers, whose reports follow from what the
 * app knows of them; see exploration.ts.
 */
import type { AnyEventObject, AnyMachineSnapshot } from 'xstate'
import type { PeerId } from '../../src/domain/peer-id.ts'
import { appMachine } from '../../src/machines/app.machine.ts'
import type { AppContext, AppEvent, ConnectionRow } from '../../src/machines/app.types.ts'
import { explore, handledNow } from './exploration.ts'
import * as samples from './samples.ts'

const LINKS_MAX = 2

/** Every second link is of the other peer. */
const peerOf = (link: string): PeerId =>
  Number(link.split('-')[1]) % 2 === 1 ? samples.PEER : samples.OTHER_PEER

const closed = (row: ConnectionRow, peerId: PeerId | undefined): AppEvent => ({
  type: 'connection.closed',
  link: row.id,
  role: row.role,
  target: row.role === 'dialer' ? samples.ADDRESS : undefined,
  remote: samples.ADDRESS,
  peerId,
  reason: peerId === undefined && row.role === 'dialer' ? samples.REFUSED : samples.LOST
})

const reports = (context: AppContext, row: ConnectionRow): readonly AppEvent[] => {
  const link = row.id
  const peerId = row.redialFor ?? peerOf(link)
  const { role } = row
  const remote = samples.ADDRESS
  switch (row.state) {
    case 'listening':
      return []
    case 'working':
      return [
        { type: 'connection.knocked', link, peerId, role, remote, trust: undefined },
        closed(row, undefined),
        ...(role === 'dialer' && row.redialFor === undefined && context.mayFallBack
          ? [
              {
                type: 'connection.fell-back',
                link,
                target: samples.ADDRESS,
                reason: samples.REFUSED
              } as const
            ]
          : [])
      ]
    case 'knocking':
      return [closed(row, peerId)]
    case 'granted':
      return [
        { type: 'connection.authenticated', facts: samples.facts(link, { peerId, role }) },
        ...(context.sessions.some((one) => one.peerId === peerId)
          ? ([
              { type: 'connection.offered', link, peerId },
              { type: 'connection.opened', link, peerId }
            ] as const)
          : []),
        closed(row, peerId)
      ]
    case 'open':
      return [
        { type: 'connection.suspect', link, peerId, silentMs: 15_000 },
        { type: 'connection.recovered', link, peerId },
        { type: 'connection.answered', link, peerId },
        closed(row, peerId)
      ]
    case 'closed':
      return [{ type: 'connection.over', link }]
  }
}

const sessionReports = (context: AppContext): readonly AppEvent[] =>
  context.sessions.flatMap(({ peerId, online }): readonly AppEvent[] => [
    ...(context.stays
      ? []
      : ([
          { type: 'delivery.waiting', peerId, waiting: 1 },
          { type: 'delivery.waiting', peerId, waiting: 0 }
        ] as const)),
    ...(online
      ? ([
          { type: 'session.offline', peerId, reason: samples.LEFT },
          { type: 'session.offline', peerId, reason: samples.LOST }
        ] as const)
      : ([
          { type: 'session.online', peerId },
          { type: 'session.dials', peerId, target: samples.ADDRESS, attempt: 1 },
          { type: 'session.lost', peerId, reason: samples.LOST }
        ] as const))
  ])

const events = (snapshot: AnyMachineSnapshot): readonly AnyEventObject[] => {
  const context = snapshot.context as AppContext
  const one = samples.appSamples
  return [
    ...context.connections.flatMap((row) => reports(context, row)),
    ...sessionReports(context),
    ...(context.listening === undefined
      ? one['acceptor.opened']
      : [...one['acceptor.accepted'], ...one['clock.jumped']]),
    ...one['acceptor.failed'],
    ...one['user.connect'],
    ...one['user.accept'],
    ...one['user.decline'],
    ...one['user.quit'],
    ...(context.stays ? [] : one['user.input-ended']),
    ...one['session.selects'],
    ...[...handledNow(snapshot)]
      .filter((type) => type.startsWith('xstate.after.'))
      .map((type) => ({ type }))
  ]
}

const keyOf = ({ value, context }: AnyMachineSnapshot): string => {
  const { connections, sessions, listening, inputEnded, links } = context as AppContext
  const rows = connections.map(({ id, role, state, redialFor }) => [id, role, state, redialFor])
  // On the way out only the connections count.
  if (value !== 'running') return JSON.stringify([value, rows, links])
  return JSON.stringify([value, rows, sessions, listening === undefined, inputEnded, links])
}

/** A person who waits; one who calls; a pipe that calls; a pipe that waits. */
export const exploreApp = () =>
  explore(appMachine, {
    inputs: [
      samples.appInput(),
      samples.appInput({ target: samples.ADDRESS, stays: false }),
      samples.appInput({
        target: samples.ADDRESS,
        attended: false,
        mayFallBack: false,
        stays: false
      }),
      samples.appInput({ attended: false, unknownPeers: 'deny' })
    ],
    events,
    keyOf,
    isFar: ({ context }) => (context as AppContext).links > LINKS_MAX
  })
