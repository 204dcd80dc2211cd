/** The texts of one side of a talk, and what its user was told of each. */

const fault = (what: string): never => {
  throw new Error(what)
}

interface Said {
  readonly index: number
  readonly text: string
  id: string | undefined
  wasSent: boolean
  /** Told as failed or cancelled: it may not be shown any more. */
  isTakenBack: boolean
  /** It is to be taken back, and nobody was told yet what became of that. */
  isAsked: boolean
  /** What became of it was in a store or a process that is gone: it may be shown, or not. */
  isAtLarge: boolean
  /** The run that told last that it is delivered. */
  delivered: number
}

export class SaidTexts {
  readonly #byText = new Map<string, Said>()
  readonly #byId = new Map<string, Said>()

  say(index: number, text: string): void {
    this.#byText.set(text, {
      index,
      text,
      id: undefined,
      wasSent: false,
      isTakenBack: false,
      isAsked: false,
      isAtLarge: false,
      delivered: 0
    })
  }

  /** When it was said: 1, 2, …; nobody says the same twice. */
  indexOf(text: string): number {
    return this.#named(text).index
  }

  queued(text: string, id: string): void {
    const said = this.#named(text)
    if (said.id !== undefined) fault(`${said.index} is queued twice`)
    said.id = id
    this.#byId.set(id, said)
  }

  sent(ids: readonly string[]): void {
    for (const said of this.#identified(ids)) {
      said.wasSent = true
      // Too late.
      said.isAsked = false
    }
  }

  delivered(ids: readonly string[], run: number): void {
    for (const said of this.#identified(ids)) {
      if (said.delivered === run) fault(`${said.index} is delivered twice`)
      said.delivered = run
    }
  }

  /** The user wants it back. */
  asked(text: string): void {
    this.#named(text).isAsked = true
  }

  failed(text: string): void {
    this.#named(text).isTakenBack = true
  }

  /** @param wasLost the store that told this may not know that it was sent. */
  cancelled(ids: readonly string[], wasLost: boolean): void {
    for (const said of this.#identified(ids)) {
      said.isTakenBack = true
      if (said.wasSent && wasLost) said.isAtLarge = true
    }
  }

  crashed(): void {
    for (const said of this.#byText.values()) if (said.isAsked) said.isAtLarge = true
  }

  /** Another store is in place, in which these wait. */
  lost(waiting: readonly string[]): void {
    for (const said of this.#byText.values()) said.isAtLarge = true
    for (const said of this.#identified(waiting)) said.isAtLarge = said.isTakenBack
  }

  textsOf(ids: readonly string[]): readonly string[] {
    return this.#identified(ids).map(({ text }) => text)
  }

  /** What holds at the end. @param shown every showing at the other side, by the life of its store. */
  check(shown: readonly { readonly text: string; readonly life: number }[]): void {
    for (const { text, index, id, isTakenBack, isAtLarge } of this.#byText.values()) {
      const lives = shown.flatMap((each) => (each.text === text ? [each.life] : []))
      const count = lives.length
      if (new Set(lives).size < count) fault(`${index} is doubled`)
      if (isAtLarge) continue
      if (count === 0 && id !== undefined && !isTakenBack) fault(`${index} is lost`)
      if (count > 0 && isTakenBack) fault(`${index} was taken back, and is shown`)
    }
  }

  #named(text: string): Said {
    return this.#byText.get(text) ?? fault(`nobody said ${text}`)
  }

  #identified(ids: readonly string[]): readonly Said[] {
    return ids.flatMap((id) => this.#byId.get(id) ?? [])
  }
}
