/** Finds the machines: `<name>.machine.ts` exports `<name>Machine`, and `<name>Sends` for the map. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyStateMachine } from 'xstate'
import { chartOf } from './chart.ts'
import type { Actor, Sends } from './send-map.ts'

const camelCase = (name: string): string =>
  name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** @throws Error when a machine file does not export what its name says. */
export const readActors = async (folder: string): Promise<readonly Actor[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.machine.ts')).toSorted()
  return Promise.all(
    files.map(async (file) => {
      const name = camelCase(file.slice(0, -'.machine.ts'.length))
      const exported = (await import(pathToFileURL(join(folder, file)).href)) as Readonly<
        Record<string, unknown>
      >
      const machine = exported[`${name}Machine`] as AnyStateMachine | undefined
      const sends = exported[`${name}Sends`] as readonly Sends[] | undefined
      if (machine === undefined || sends === undefined)
        throw new Error(`${file} must export ${name}Machine and ${name}Sends`)
      return { chart: chartOf(machine), sends }
    })
  )
}
