/** The named parts of the session machine: its children, actions, guards and delays. */
import { sendParent, setup, stopChild } from 'xstate'
import type { EarshotEvent } from '../domain/events.ts'
import type { CloseReason } from '../domain/failures.ts'
import { PROBE_TIMEOUT_MS, RECONNECT_DELAY_MS_MAX, RECONNECT_RESET_MS } from '../domain/limits.ts'
import type { TransferId } from '../domain/transfers.ts'
import type { LinkFacts } from './connection.types.ts'
import { incomingTransferMachine } from './incoming-transfer.machine.ts'
import { outgoingTransferMachine } from './outgoing-transfer.machine.ts'
import type { SessionContext, SessionEvent, SessionInput, SessionReport } from './session.types.ts'
import type { TransferEvent } from './transfer.types.ts'

const without = (links: readonly LinkFacts[], link: string | undefined): readonly LinkFacts[] =>
  links.filter((facts) => facts.link !== link)

/** Losses that nobody wanted: only after these is the peer dialled again. */
const isUnwanted = (reason: CloseReason): boolean =>
  reason._tag === 'Lost' ||
  reason._tag === 'Silent' ||
  reason._tag === 'QueueOverflow' ||
  // The link was open for us, but our SELECT did not reach the peer within its deadline.
  (reason._tag === 'Refused' && reason.by === 'them' && reason.why === 'timeout')

/** Nobody said no: the way to the peer, or the peer itself, was not there this time. */
const isUnreached = (reason: CloseReason): boolean =>
  isUnwanted(reason) ||
  reason._tag === 'DialError' ||
  reason._tag === 'GreetingTimeout' ||
  (reason._tag === 'SecureError' &&
    (reason.failure._tag === 'StreamLost' || reason.failure._tag === 'SecureTimeout'))

/** A peer that we called is called again where we called it; one that called us, at its own port. */
const redialOf = (facts: LinkFacts) =>
  facts.target ??
  (facts.port === undefined ? undefined : { host: facts.remote.host, port: facts.port })

const linkOf = (event: SessionEvent): string | undefined =>
  'link' in event ? event.link : 'facts' in event ? event.facts.link : undefined

export const transferName = (id: TransferId) => `transfer-${id}`

const base = setup({
  types: {
    context: {} as SessionContext,
    events: {} as SessionEvent,
    input: {} as SessionInput
  },
  actors: {
    outgoingTransfer: outgoingTransferMachine,
    incomingTransfer: incomingTransferMachine
  }
})

export const parts = base.extend({
  actions: {
    /** Provided by runtime/: hands a fact to everybody who watches. */
    tell: (_, _event: EarshotEvent | undefined) => undefined,
    addCandidate: base.assign(({ context, event }) =>
      event.type === 'link.authenticated'
        ? {
            candidates: [...context.candidates, event.facts],
            // A link that may never carry the talk does not change whom the user talks to.
            nickname: context.active === undefined ? event.facts.nickname : context.nickname,
            trust: event.facts.trust
          }
        : {}
    ),
    dropLink: base.assign(({ context, event }) => ({
      candidates: without(context.candidates, linkOf(event)),
      chosen: context.chosen?.link === linkOf(event) ? undefined : context.chosen
    })),
    chooseNext: base.enqueueActions(({ context, enqueue }) => {
      const next = context.candidates[0]
      if (next === undefined) return
      enqueue.assign({ chosen: next, candidates: without(context.candidates, next.link) })
      enqueue.sendParent({ type: 'session.selects', link: next.link } satisfies SessionReport)
    }),
    /** The peer decides, and chose this link: what it chose last is what counts. */
    noteOffered: base.assign(({ context, event }) => {
      const offered = context.candidates.find((one) => one.link === linkOf(event))
      return offered === undefined
        ? {}
        : { chosen: offered, candidates: without(context.candidates, offered.link) }
    }),
    agree: base.enqueueActions(({ context, enqueue }) => {
      if (context.chosen === undefined) return
      enqueue.sendParent({
        type: 'session.selects',
        link: context.chosen.link
      } satisfies SessionReport)
    }),
    refuseOffer: base.enqueueActions(({ context, enqueue }) => {
      if (context.chosen === undefined) return
      const { link } = context.chosen
      enqueue.sendParent({ type: 'session.refuses-elsewhere', link } satisfies SessionReport)
      enqueue.assign({ chosen: undefined })
    }),
    activate: base.enqueueActions(({ context, event, enqueue }) => {
      const link = linkOf(event)
      const facts = [context.chosen, ...context.candidates].find((one) => one?.link === link)
      if (facts === undefined) return
      const old = context.active
      enqueue.assign({
        active: facts,
        nickname: facts.nickname,
        chosen: undefined,
        candidates: without(context.candidates, link),
        suspect: false,
        redialTo: redialOf(facts) ?? context.redialTo,
        mayRedial: true,
        reason: undefined
      })
      if (old !== undefined) {
        enqueue.sendParent({ type: 'session.supersedes', link: old.link } satisfies SessionReport)
      }
    }),
    markOnline: base.assign({ everOnline: true }),
    /** Where the peer decides, the other links stay candidates: it may select one of them later. */
    refuseCandidates: base.enqueueActions(({ context, enqueue }) => {
      if (context.ourId > context.peerId) return
      for (const { link, instance } of context.candidates) {
        const type =
          instance === context.active?.instance
            ? ('session.duplicates' as const)
            : ('session.refuses-elsewhere' as const)
        enqueue.sendParent({ type, link } satisfies SessionReport)
      }
      enqueue.assign({ candidates: [] })
    }),
    noteLoss: base.assign(({ event }) =>
      event.type === 'link.closed'
        ? {
            active: undefined,
            suspect: false,
            reason: event.reason,
            mayRedial: isUnwanted(event.reason)
          }
        : {}
    ),
    noteDialFailure: base.assign(({ event }) =>
      event.type === 'dial.failed'
        ? {
            reason: event.reason,
            mayRedial: isUnreached(event.reason)
          }
        : {}
    ),
    noteSuspect: base.assign({ suspect: true }),
    noteRecovered: base.assign({ suspect: false }),
    rename: base.assign(({ event }) =>
      event.type === 'peer.renamed' ? { nickname: event.nickname } : {}
    ),
    trust: base.assign(({ event }) =>
      event.type === 'peer.trusted' ? { trust: event.trust } : {}
    ),
    /** runtime/ provides the same with jitter from the dice. */
    planRetry: base.assign(({ context }) => plannedRetry(context, 0.5)),
    clearAttempts: base.assign({ attempt: 0 }),
    probeActive: sendParent(
      ({ context }): SessionReport => ({
        type: 'session.probes',
        link: context.active?.link ?? ''
      })
    ),
    requestDial: base.enqueueActions(({ context, enqueue }) => {
      if (context.redialTo === undefined) return
      enqueue.sendParent({
        type: 'session.dials',
        peerId: context.peerId,
        target: context.redialTo,
        attempt: context.attempt
      } satisfies SessionReport)
    }),
    /** One that is here already, from before a link was lost, goes on. */
    startTransfer: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'transfer.start' || context.transfers.includes(event.input.id)) return
      const id = transferName(event.input.id)
      if (event.direction === 'out')
        enqueue.spawnChild('outgoingTransfer', { id, input: event.input })
      else enqueue.spawnChild('incomingTransfer', { id, input: event.input })
      enqueue.assign({ transfers: [...context.transfers, event.input.id] })
    }),
    /** What was on its way to one that is over is lost, as it should be. */
    passToTransfer: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'transfer.event' || !context.transfers.includes(event.id)) return
      enqueue.sendTo(transferName(event.id), event.event)
    }),
    stopTransfer: base.enqueueActions(({ context, event, enqueue }) => {
      if (event.type !== 'transfer.over' || !context.transfers.includes(event.id)) return
      enqueue(stopChild(transferName(event.id)))
      enqueue.assign({ transfers: context.transfers.filter((id) => id !== event.id) })
    }),
    interruptTransfers: base.enqueueActions(({ context, enqueue }) => {
      for (const id of context.transfers)
        enqueue.sendTo(transferName(id), { type: 'link.lost' } satisfies TransferEvent)
    }),
    /** What they reached is in their notes. */
    stopTransfers: base.enqueueActions(({ context, enqueue }) => {
      for (const id of context.transfers) enqueue(stopChild(transferName(id)))
      enqueue.assign({ transfers: [] })
    }),
    reportOnline: sendParent(
      ({ context }): SessionReport => ({ type: 'session.online', peerId: context.peerId })
    ),
    reportOffline: sendParent(
      ({ context }): SessionReport => ({
        type: 'session.offline',
        peerId: context.peerId,
        reason: context.reason ?? { _tag: 'Stopped' }
      })
    ),
    reportLost: sendParent(
      ({ context }): SessionReport => ({
        type: 'session.lost',
        peerId: context.peerId,
        reason: context.reason ?? { _tag: 'Stopped' }
      })
    )
  },
  guards: {
    isDecider: ({ context }) => context.ourId < context.peerId,
    hasCandidate: ({ context }) =>
      context.ourId < context.peerId &&
      context.chosen === undefined &&
      context.candidates.length > 0,
    isActive: ({ context, event }) => context.active?.link === linkOf(event),
    isChosen: ({ context, event }) => context.chosen?.link === linkOf(event),
    isKnownLink: ({ context, event }) =>
      [context.chosen, ...context.candidates].some((facts) => facts?.link === linkOf(event)),
    nothingChosen: ({ context }) => context.chosen === undefined,
    /** Another process with the peer's identity, while the one that we talk to seems well. */
    isElsewhere: ({ context, event }) =>
      !context.suspect &&
      context.candidates.some(
        (one) => one.link === linkOf(event) && one.instance !== context.active?.instance
      ),
    isOfThisProcess: ({ context, event }) =>
      context.candidates.some(
        (one) => one.link === linkOf(event) && one.instance === context.active?.instance
      ),
    isSuspect: ({ context }) => context.suspect && context.ourId < context.peerId,
    mayRedial: ({ context }) =>
      context.mayRedial &&
      context.redialTo !== undefined &&
      context.attempt < context.reconnectAttempts,
    wantsRedial: ({ context }) => context.mayRedial && context.redialTo !== undefined
  },
  delays: {
    reconnectDelay: ({ context }) => context.delayMs,
    probeDeadline: PROBE_TIMEOUT_MS,
    stable: RECONNECT_RESET_MS
  }
})

/** The next attempt: the pause doubles up to a bound and is spread by ±25 %. @param dice 0 to 1. */
export const plannedRetry = (context: SessionContext, dice: number) => {
  const doubled = context.reconnectDelayMs * 2 ** Math.min(context.attempt, 16)
  const delayMs = Math.round(Math.min(doubled, RECONNECT_DELAY_MS_MAX) * (0.75 + dice * 0.5))
  return { attempt: context.attempt + 1, delayMs }
}
