/** The built program as a script has it: JSON lines both ways, on loopback, at home in its own folder. */
import { join } from 'node:path'
import { type Child, PROGRAM, start } from './children.ts'

const LOOPBACK = '127.0.0.1'

/** Where a program of this name keeps its secrets and its store. */
export const profileFolder = (home: string, name: string): string => join(home, name, 'data')

/** @param port to listen on; 0: any free one. */
export const earshot = (home: string, name: string, port = 0, ...more: readonly string[]): Child =>
  start(home, [
    PROGRAM,
    '--json',
    '--port',
    String(port),
    '--listen',
    LOOPBACK,
    '--home',
    join(home, name),
    ...more
  ])

/** What makes it dial another one. */
export const dialling = (port: number): readonly string[] => ['--connect', `${LOOPBACK}:${port}`]

/** Whether a line tells the event. */
export const tells =
  (type: string) =>
  (line: string): boolean =>
    line.includes(`"type":"${type}"`)

/** The port that it listens on, once it does. */
export const portOf = async (child: Child): Promise<number> => {
  const { address } = JSON.parse(await child.line(tells('listen.opened'))) as {
    readonly address: { readonly port: number }
  }
  return address.port
}
