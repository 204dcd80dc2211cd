/** What came at once, as the few writes that it needs: one for each file in it. */

/** Bytes that follow each other in one file. */
export interface WriteRun {
  readonly entry: number
  readonly at: number
  readonly views: Uint8Array[]
  bytes: number
}

export class WriteBatch {
  readonly #runs: WriteRun[] = []

  get runs(): readonly WriteRun[] {
    return this.#runs
  }

  /** In order. */
  add(entry: number, at: number, bytes: Uint8Array): void {
    const last = this.#runs.at(-1)
    if (last?.entry === entry) {
      last.views.push(bytes)
      last.bytes += bytes.length
    } else this.#runs.push({ entry, at, views: [bytes], bytes: bytes.length })
  }
}
