/** What each command does: some are facts for the app machine to decide on, some only show what is. */
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { Command } from '../domain/commands.ts'
import { parseEndpoint } from '../domain/endpoint.ts'
import type { EarshotEvent, Trust } from '../domain/events.ts'
import { cleanNickname } from '../domain/nicknames.ts'
import type { PeerId } from '../domain/peer-id.ts'
import { safetyNumber } from '../domain/safety-number.ts'
import type { AppContext, AppEvent } from '../machines/app.types.ts'
import type { PeerBook } from '../services/peer-book.ts'
import type { Conversations } from './conversations.ts'
import type { Directory } from './directory.ts'

export interface CommandWorld {
  readonly app: () => AppContext
  readonly send: (event: AppEvent) => void
  readonly emit: (events: readonly EarshotEvent[]) => void
  readonly conversations: Conversations
  readonly directory: Directory
  readonly peerBook: PeerBook['Service']
  /** Runs work whose outcome is told by events. */
  readonly run: (effect: Effect.Effect<void>) => void
  readonly defaultPort: number
}

const FILES_LATER = 'sending files arrives with the next versions of Earshot'

export const makeCommands = (world: CommandWorld): ((command: Command) => void) => {
  const { app, send, conversations, directory } = world
  const tell = (event: EarshotEvent): void => world.emit([event])
  const invalid = (input: string, detail: string): void =>
    tell({ type: 'command.invalid', input, detail })

  /** The one peer that a command means: the named one, else the only one there is to mean. */
  const pick = (
    input: string,
    who: string | undefined,
    among: readonly PeerId[],
    nobody: string
  ): PeerId | undefined => {
    const found =
      who === undefined ? among : directory.matching(who).filter((id) => among.includes(id))
    if (found.length === 1) return found[0]
    if (found.length === 0)
      invalid(input, who === undefined ? nobody : `nobody here is called ${who}`)
    else invalid(input, 'more than one peer is meant: name one, as /peers shows them')
    return undefined
  }

  const everybody = (): readonly PeerId[] => app().sessions.map(({ peerId }) => peerId)

  const say = (text: string): void => {
    const { focus } = app()
    if (focus === undefined) tell({ type: 'message.failed', text, why: 'no-peer' })
    else conversations.with(focus).say(text)
  }

  const nick = (input: string): void => {
    const nickname = cleanNickname(input)
    if (nickname === undefined)
      return invalid(`/nick ${input}`, 'a nickname needs a visible letter')
    conversations.rename(nickname)
    tell({ type: 'nick.changed', nickname })
  }

  const info = (): void => {
    const { ourId, listening } = app()
    const nickname = conversations.ourNickname()
    tell({
      type: 'info.shown',
      id: ourId,
      ...(nickname === undefined ? {} : { nickname }),
      ...(listening === undefined ? {} : { listening }),
      peers: directory.details()
    })
  }

  const showSafetyNumber = (peerId: PeerId, trust: Trust): void =>
    tell({
      type: 'peer.safety-number',
      peer: directory.refOf(peerId),
      safetyNumber: safetyNumber(app().ourId, peerId),
      trust
    })

  const verify = (confirm: boolean): void => {
    const focus = app().focus
    const peerId = pick(
      '/verify',
      undefined,
      focus === undefined ? everybody() : [focus],
      'nobody is connected yet'
    )
    if (peerId === undefined) return
    const trustNow = directory.details().find(({ id }) => id === peerId)?.trust ?? 'tofu'
    if (!confirm) return showSafetyNumber(peerId, trustNow)
    world.run(
      world.peerBook.setTrust(peerId, 'verified').pipe(
        Effect.match({
          onSuccess: () => {
            send({ type: 'peer.trusted', peerId, trust: 'verified' })
            showSafetyNumber(peerId, 'verified')
          },
          onFailure: ({ reason }) =>
            tell({ type: 'peer.unsaved', peer: directory.refOf(peerId), failure: reason })
        })
      )
    )
  }

  const answerKnock = (type: 'user.accept' | 'user.decline', who: string | undefined): void => {
    const word = type === 'user.accept' ? '/accept' : '/decline'
    const peerId = pick(word, who, directory.knocking(), 'nobody is knocking')
    if (peerId !== undefined) send({ type, peerId })
  }

  const focus = (who: string): void => {
    const peerId = pick('/to', who, everybody(), 'nobody is connected yet')
    if (peerId !== undefined) send({ type: 'user.focus', peerId })
  }

  const connect = (target: string): void => {
    const endpoint = parseEndpoint(target, world.defaultPort)
    if (Result.isSuccess(endpoint)) send({ type: 'user.connect', target: endpoint.success })
    else invalid(`/connect ${target}`, endpoint.failure)
  }

  return (command) => {
    switch (command.type) {
      case 'say':
        return say(command.text)
      case 'help':
        return tell({ type: 'help.shown' })
      case 'quit':
        return send({ type: 'user.quit' })
      case 'info':
        return info()
      case 'nick':
        return nick(command.nickname)
      case 'peers':
        return tell({ type: 'peers.shown', peers: directory.details() })
      case 'to':
        return focus(command.who)
      case 'verify':
        return verify(command.confirm)
      case 'accept':
        return answerKnock('user.accept', command.who)
      case 'decline':
        return answerKnock('user.decline', command.who)
      case 'autoopen':
        return tell({ type: 'command.unavailable', command: '/autoopen', detail: FILES_LATER })
      case 'send':
        return tell({ type: 'command.unavailable', command: '/send', detail: FILES_LATER })
      case 'connect':
        return connect(command.target)
      case 'invalid': {
        const { input, detail, suggestion } = command
        return tell({
          type: 'command.invalid',
          input,
          detail,
          ...(suggestion === undefined ? {} : { suggestion })
        })
      }
      default:
        return command satisfies never
    }
  }
}
