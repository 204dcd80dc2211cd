/**
 * The tables, as the steps that made them. A step that was published is never changed; a new one goes
 * to the end, and `PRAGMA user_version` counts those that a file has.
 *
 * Places: the messages of a conversation are numbered for good (HistoryEntry's `n`), and a batch of
 * them is a row whose id is `conversation << 39 | n of its first message`. So each conversation is one
 * stretch of the table in its own order, and needs no other index. No two batches overlap.
 */
import type { DatabaseSync } from 'node:sqlite'

/** "Ears": what tells our files from those of other programs (sqlite.org/fileformat2.html, offset 68). */
export const APPLICATION_ID = 0x45_61_72_73

/** Bits of a row's id below the conversation: 2^39 messages each, and 2^24 conversations. */
export const PLACE_BITS = 39
export const PLACE_MAX = 2 ** PLACE_BITS - 1

const FIRST = `
  -- One row (meta.ts). digest: of all of it.
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    identity TEXT NOT NULL,
    holder TEXT NOT NULL,
    is_clean INTEGER NOT NULL,
    saves_history INTEGER NOT NULL,
    digest BLOB NOT NULL
  ) STRICT;
  -- state: JSON (state-format.ts), authenticated by mac.
  CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    peer TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    mac BLOB NOT NULL
  ) STRICT;
  CREATE TABLE data_key (
    conversation INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (conversation, generation)
  ) STRICT, WITHOUT ROWID;
  -- direction: 0 ours, 1 the peer's. since, until: the earliest and latest time in it, by our clock.
  CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    direction INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    texts INTEGER NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    sealed BLOB NOT NULL
  ) STRICT;
  -- The batches of which something is not settled.
  CREATE TABLE pending (id INTEGER PRIMARY KEY) STRICT;
  -- id: conversation << 39 | how many were taken before. ids: each 22 characters, authenticated by mac.
  CREATE TABLE taken_ids (
    id INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    ids TEXT NOT NULL,
    mac BLOB NOT NULL
  ) STRICT;
`

const MIGRATIONS: readonly string[] = [FIRST]

/** The version that this program reads and writes. */
export const VERSION = MIGRATIONS.length

/** Brings a store to VERSION, each step whole or not at all. */
export const migrate = (database: DatabaseSync, from: number): void => {
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < from) continue
    try {
      database.exec(`BEGIN IMMEDIATE; ${step} PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${index + 1}; COMMIT`)
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}
