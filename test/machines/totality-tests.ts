/**
 * Nobody has to guess what a machine does with an event: every (state, event) pair is handled in the chart or
 * listed as ignored or illegal, with the reason, and never both. Checked for every configuration that an
 * exploration reached, against every type of event; what is listed is sent as well, and must change nothing.
 */
import { describe, expect, it } from '@effect/vitest'
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { Totality, Unhandled } from '../../src/machines/totality.ts'
import { type Exploration, handledNow, leavesOf } from './exploration.ts'
import { pureSteps } from './pure-steps.ts'

interface Subject {
  readonly name: string
  readonly machine: AnyStateMachine
  readonly exploration: Exploration
  readonly totality: Totality<string>
  readonly samples: Readonly<Record<string, readonly AnyEventObject[]>>
}

const covers = (leaves: readonly string[], state: string): boolean =>
  leaves.some((leaf) => leaf === state || leaf.startsWith(`${state}.`))

const lists = (leaves: readonly string[], event: string) => (group: Unhandled<string>) =>
  group.events.includes(event) && group.states.some((state) => covers(leaves, state))

/** One snapshot for each configuration: which states are active, whatever the context. */
const configurations = ({ exploration }: Subject): readonly AnyMachineSnapshot[] => [
  ...new Map(
    exploration.states
      .filter(({ snapshot }) => snapshot.status === 'active')
      .map(({ snapshot }) => [JSON.stringify(snapshot.value), snapshot])
  ).values()
]

/** What is known about a pair, as one word; more than one when the tables contradict the chart. */
const verdicts = ({ totality }: Subject, snapshot: AnyMachineSnapshot, event: string): string => {
  const leaves = leavesOf(snapshot.value)
  return [
    ...(handledNow(snapshot).has(event) ? ['handled'] : []),
    ...(totality.ignored.some(lists(leaves, event)) ? ['ignored'] : []),
    ...(totality.illegal.some(lists(leaves, event)) ? ['illegal'] : [])
  ].join(' and ')
}

const pairsOf = (subject: Subject) =>
  configurations(subject).flatMap((snapshot) =>
    Object.keys(subject.samples).map((event) => ({
      snapshot,
      event,
      verdict: verdicts(subject, snapshot, event)
    }))
  )

const ONE_VERDICT = ['handled', 'ignored', 'illegal']

/** The tests of one machine. */
export const describeTotality = (subject: Subject): void => {
  describe(`the ${subject.name} machine`, () => {
    it('says of every pair exactly one thing', () => {
      const wrong = pairsOf(subject)
        .filter(({ verdict }) => !ONE_VERDICT.includes(verdict))
        .map(
          ({ snapshot, event, verdict }) =>
            `${leavesOf(snapshot.value).join()} ${event}: ${verdict}`
        )
      expect(wrong).toEqual([])
    })

    it('does nothing about what it does not handle', () => {
      const { step } = pureSteps(subject.machine)
      const unhandled = pairsOf(subject).filter(({ verdict }) => verdict !== 'handled')
      for (const { snapshot, event } of unhandled) {
        for (const sample of subject.samples[event] ?? []) {
          const { snapshot: after, done } = step(snapshot, sample)
          expect([after.value, after.context, done], event).toEqual([
            snapshot.value,
            snapshot.context,
            []
          ])
        }
      }
    })

    it('lists no state and no event that it has not', () => {
      const leaves = configurations(subject).flatMap(({ value }) => leavesOf(value))
      const groups = [...subject.totality.ignored, ...subject.totality.illegal]
      for (const { states, events, why } of groups) {
        expect(states.filter((state) => !covers(leaves, state))).toEqual([])
        expect(events.filter((event) => !(event in subject.samples))).toEqual([])
        expect(why).toMatch(/\.$/)
      }
    })
  })
}
