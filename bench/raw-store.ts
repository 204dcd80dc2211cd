/**
 * The yardstick's disk: what it is given as one row, in SQLite with the durability that Earshot has
 * (docs/adr/0006): write-ahead log, `synchronous=NORMAL`, and an fdatasync of the log beside the event
 * loop, one at a time, for all that was written before. Nothing is sealed, read or deleted.
 */
import { fdatasync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

interface Waiting {
  readonly upTo: number
  readonly safe: () => void
}

export class RawStore {
  readonly #insert: (row: string | Uint8Array) => void
  readonly #log: number
  #waiting: Waiting[] = []
  #written = 0
  #isFlushing = false

  constructor(folder: string) {
    const path = join(folder, 'raw.db')
    const database = new DatabaseSync(path)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    database.exec('CREATE TABLE batch (id INTEGER PRIMARY KEY, texts BLOB NOT NULL)')
    const statement = database.prepare('INSERT INTO batch (texts) VALUES (?1)')
    this.#insert = (row) => statement.run(row)
    this.#log = openSync(`${path}-wal`, 'r+')
  }

  /** Writes a row; calls back once a power cut cannot take it. */
  put(row: string | Uint8Array, safe: () => void): void {
    this.#insert(row)
    this.#written += 1
    this.#waiting.push({ upTo: this.#written, safe })
    this.#flush()
  }

  #flush(): void {
    if (this.#isFlushing || this.#waiting.length === 0) return
    this.#isFlushing = true
    const upTo = this.#written
    fdatasync(this.#log, (error) => {
      if (error !== null) throw error
      this.#isFlushing = false
      const done = this.#waiting.filter((each) => each.upTo <= upTo)
      this.#waiting = this.#waiting.filter((each) => each.upTo > upTo)
      for (const { safe } of done) safe()
      this.#flush()
    })
  }
}
