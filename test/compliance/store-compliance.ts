/**
 * What every provider of the Store port must do, as one suite: adapters/store and simulation/ run the
 * same. What a change means is tested in full on the model (test/unit/services/); here it is that the
 * provider does it, keeps it over its runs, and leaves nothing half done.
 */
import { describe } from '@effect/vitest'
import { badCases, changeCases } from './store-change-cases.ts'
import { commitCases, idCases } from './store-commit-cases.ts'
import { historyCases, keepCases } from './store-history-cases.ts'
import type { StoreProvider } from './store-world.ts'

const SUITE: readonly (readonly [string, (provider: StoreProvider) => void])[] = [
  ['each change', changeCases],
  ['changes that contradict what is there', badCases],
  ['commits', commitCases],
  ['ids', idCases],
  ['the history', historyCases],
  ['what is kept', keepCases]
]

export const storeCompliance = (provider: StoreProvider): void => {
  for (const [name, cases] of SUITE)
    describe(`${provider.name}: ${name}`, () => {
      cases(provider)
    })
}
