/**
 * One end of a talk as its user has it: a person in front of a screen, or a program that reads `--json`.
 * Both can be asked the same.
 */
import type { EarshotEvent } from '../../../src/domain/events.ts'
import { startJson } from './talk.ts'
import { startTerminal } from './terminal.ts'

export type Face = 'screen' | 'json'
export type Restarted = Extract<EarshotEvent, { readonly type: 'delivery.restarted' }>
/** Whose store was lost, and how: `ours new`. */
export type Loss = `${Restarted['whose']} ${Restarted['why']}`

export interface Person {
  readonly home: string
  readonly pid: number
  /** Until it listens. @returns where it can be called. */
  readonly address: () => Promise<string>
  readonly connected: () => Promise<void>
  readonly say: (text: string) => void
  /** Until the peer has this in its store. */
  readonly delivered: (text: string) => Promise<void>
  /** Until this was shown. */
  readonly hears: (text: string) => Promise<void>
  /** What the peer said, as it was shown in this run. */
  readonly heard: () => readonly string[]
  /** Until it was told of a loss. */
  readonly learns: (loss: Loss) => Promise<void>
  /** The losses of which it was told. */
  readonly learned: () => readonly Loss[]
  /** Until it was told that a damaged store was set aside. @returns where. */
  readonly damage: () => Promise<string>
  readonly quit: () => Promise<void>
}

export interface PersonOptions {
  readonly name: string
  readonly other: string
  readonly home: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const SENTENCES: Readonly<Record<Loss, string>> = {
  'theirs new': "The peer's store of messages is new: ",
  'theirs behind': "The peer's store is an older copy, or in use on two machines: ",
  'ours new': 'Your store of messages is new, but the peer knows an older one: ',
  'ours behind': 'Your store is an older copy, or this identity runs on two machines: noticed with '
}

const LOSSES = Object.keys(SENTENCES) as Loss[]

const everyMatch = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found ?? '')

const expectCleanEnd = (code: number | null): void => {
  if (code !== 0) throw new Error(`it ended with exit code ${code}`)
}

const atScreen = ({ name, other, home, args = [], env = {} }: PersonOptions): Person => {
  const terminal = startTerminal(['-p', '0', '-n', name, ...args], { home, env, cols: 120 })
  const until = async (what: RegExp | string): Promise<string> => terminal.waitForHistory(what)
  return {
    home,
    pid: terminal.pid,
    address: async () =>
      `127.0.0.1:${/Listening on: \S+:(\d+)/.exec(await until('Waiting for peer'))?.[1]}`,
    connected: async () =>
      void (await until(/First contact with|Connected (?:again )?to peer!|Peer connected from/)),
    say: (text) => terminal.enter(text),
    delivered: async (text) => void (await until(new RegExp(`You: ${text} +✓`))),
    hears: async (text) => void (await until(`\n${other}: ${text}\n`)),
    heard: () => everyMatch(terminal.history(), new RegExp(`^${other}: (.*)$`, 'gm')),
    learns: async (loss) => void (await until(`${SENTENCES[loss]}${other}`)),
    learned: () => {
      const lines = terminal.history().split('\n')
      return lines.flatMap((line) => LOSSES.filter((loss) => line.includes(SENTENCES[loss])))
    },
    damage: async () => {
      const text = await until('The old one is not deleted: ')
      return /The old one is not deleted: (\S+)/.exec(text)?.[1] ?? ''
    },
    quit: async () => {
      terminal.enter('/quit')
      expectCleanEnd((await terminal.exit).code)
    }
  }
}

const asProgram = ({ name, home, args = [], env = {} }: PersonOptions): Person => {
  const program = startJson(['-p', '0', '-n', name, ...args], { home, env })
  const { ask, waitFor, events, pipe } = program
  return {
    home,
    pid: pipe.pid,
    address: async () => {
      await waitFor('listen.waiting')
      return `127.0.0.1:${(await waitFor('listen.opened')).address.port}`
    },
    connected: async () => void (await waitFor('peer.connected')),
    say: (text) => ask({ type: 'say', text }),
    delivered: async (text) => {
      const { id } = await waitFor('message.queued', (event) => event.text === text)
      await waitFor('message.delivered', ({ ids }) => ids.includes(id))
    },
    hears: async (text) => void (await waitFor('message.received', (event) => event.text === text)),
    heard: () =>
      events().flatMap((event) => (event.type === 'message.received' ? [event.text] : [])),
    learns: async (loss) =>
      void (await waitFor('delivery.restarted', ({ whose, why }) => `${whose} ${why}` === loss)),
    learned: () =>
      events().flatMap((event): Loss[] =>
        event.type === 'delivery.restarted' ? [`${event.whose} ${event.why}`] : []
      ),
    damage: async () => (await waitFor('store.set-aside')).aside,
    quit: async () => {
      ask({ type: 'quit' })
      expectCleanEnd((await pipe.exit).code)
    }
  }
}

/** Starts the program for a person. */
export const startPerson = (face: Face, options: PersonOptions): Person =>
  face === 'screen' ? atScreen(options) : asProgram(options)
