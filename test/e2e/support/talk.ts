/** Two people who talk: the built program twice, each in a terminal and a home of its own. */
import type { EarshotEvent, EventType } from '../../../src/domain/events.ts'
import { type Pipe, type PipeOptions, startPipe } from './pipe.ts'
import { startTerminal, type Terminal, type TerminalOptions } from './terminal.ts'
import type { WaitOptions } from './waiting.ts'

export interface TalkOptions {
  readonly ann?: TerminalOptions
  readonly bob?: TerminalOptions
  readonly annArgs?: readonly string[]
  readonly bobArgs?: readonly string[]
}

const LISTENING = /Listening on: \[?[0-9a-f.:]+?\]?:(\d+)/

/** The port that a terminal says it listens on, once it waits there. */
export const portOf = async (terminal: Terminal): Promise<number> => {
  const history = await terminal.waitForHistory((text) => /Waiting for peer/.test(text))
  return Number(LISTENING.exec(history)?.[1])
}

/** A program that waits for a call, and where. */
export const startListening = async (
  args: readonly string[] = [],
  options: TerminalOptions = {}
): Promise<{ readonly terminal: Terminal; readonly port: number; readonly address: string }> => {
  const terminal = startTerminal(['--port', '0', ...args], options)
  const port = await portOf(terminal)
  return { terminal, port, address: `127.0.0.1:${port}` }
}

/** A program that calls an address. */
export const startCalling = (
  address: string,
  args: readonly string[] = [],
  options: TerminalOptions = {}
): Terminal => startTerminal(['--port', '0', '--connect', address, ...args], options)

/** Ann listens, bob calls, and both see each other. */
export const startTalk = async (
  options: TalkOptions = {}
): Promise<{ readonly ann: Terminal; readonly bob: Terminal; readonly port: number }> => {
  const { terminal: ann, port } = await startListening(
    ['--nickname', 'ann', ...(options.annArgs ?? [])],
    options.ann
  )
  const bob = startCalling(
    `127.0.0.1:${port}`,
    ['--nickname', 'bob', ...(options.bobArgs ?? [])],
    options.bob
  )
  await Promise.all([
    ann.waitForHistory(/First contact with bob/),
    bob.waitForHistory(/First contact with ann/)
  ])
  return { ann, bob, port }
}

/** One line of `--json`. */
export type Told<T extends EventType = EventType> = Extract<EarshotEvent, { readonly type: T }> & {
  readonly v: number
  readonly time: number
}

export interface JsonProgram {
  readonly pipe: Pipe
  /** Sends a command. */
  readonly ask: (command: object) => void
  /** Every event so far. */
  readonly events: () => readonly Told[]
  /** The first event of this type that satisfies. */
  readonly waitFor: <T extends EventType>(
    type: T,
    where?: (event: Told<T>) => boolean,
    options?: WaitOptions
  ) => Promise<Told<T>>
}

const parse = (line: string): Told => JSON.parse(line) as Told

/** The program as another program runs it: events out, commands in. */
export const startJson = (args: readonly string[], options: PipeOptions = {}): JsonProgram => {
  const pipe = startPipe(['--json', ...args], options)
  // Lines are parsed once, however often somebody looks.
  const seen: Told[] = []
  let read = 0
  const events = (): readonly Told[] => {
    const text = pipe.stdout()
    for (let end = text.indexOf('\n', read); end >= 0; end = text.indexOf('\n', read)) {
      seen.push(parse(text.slice(read, end)))
      read = end + 1
    }
    return seen
  }
  return {
    pipe,
    events,
    ask: (command) => pipe.write(`${JSON.stringify(command)}\n`),
    waitFor: <T extends EventType>(
      type: T,
      where: (event: Told<T>) => boolean = () => true,
      wait: WaitOptions = {}
    ) =>
      pipe.until(
        `an event ${type}`,
        () =>
          events().find(
            (event): event is Told<T> => event.type === type && where(event as Told<T>)
          ),
        wait
      )
  }
}

/** A JSON program that waits for a call, and where. */
export const startJsonListening = async (
  args: readonly string[] = [],
  options: PipeOptions = {}
): Promise<{ readonly program: JsonProgram; readonly port: number; readonly address: string }> => {
  const program = startJson(['--port', '0', ...args], options)
  const { address } = await program.waitFor('listen.opened')
  await program.waitFor('listen.waiting')
  return { program, port: address.port, address: `127.0.0.1:${address.port}` }
}

/** Ann listens and bob calls, both as programs; both have told that they are connected. */
export const startJsonTalk = async (
  options: {
    readonly ann?: PipeOptions
    readonly bob?: PipeOptions
    readonly annArgs?: readonly string[]
    readonly bobArgs?: readonly string[]
  } = {}
): Promise<{ readonly ann: JsonProgram; readonly bob: JsonProgram; readonly port: number }> => {
  const { program: ann, port } = await startJsonListening(
    ['--nickname', 'ann', ...(options.annArgs ?? [])],
    options.ann
  )
  const bob = startJson(
    ['--port', '0', '-c', `127.0.0.1:${port}`, '-n', 'bob', ...(options.bobArgs ?? [])],
    options.bob
  )
  await Promise.all([ann.waitFor('peer.connected'), bob.waitFor('peer.connected')])
  return { ann, bob, port }
}
