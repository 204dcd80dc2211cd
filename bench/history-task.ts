/** What a process of the history bench is asked to do, and what it answers: one line of JSON each way. */

export interface HistoryTask {
  /** `make` fills a store, `look` opens it and reads its last page, `search` goes through all of it. */
  readonly work: 'make' | 'look' | 'search'
  /** The folder of the profile. */
  readonly folder: string
  /** The other end of the conversation. */
  readonly peer: string
  /** Messages of the whole history, half of them ours. */
  readonly count: number
  /** Messages that came or went together, and so are one row: 1 where people type, more from pipes. */
  readonly rowMessages: number
}

/** Milliseconds that the work took. */
export interface Looked {
  readonly tookMs: number
  /** Of `search`: for how long nothing else could be done at most. */
  readonly pauseMs?: number
}

export const historyTaskOfArguments = (): HistoryTask =>
  JSON.parse(process.argv[2] ?? '') as HistoryTask

export const answerHistory = (value: Looked): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
