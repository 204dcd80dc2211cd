/** Promises that somebody may stop waiting for. */

/**
 * The promise, or a failure with the signal's reason once that is aborted. @param onAbort called then,
 * to end the work that nobody waits for any more.
 */
export const orAborted = <A>(
  promise: Promise<A>,
  signal: AbortSignal | undefined,
  onAbort: () => void = () => undefined
): Promise<A> => {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const give = (): void => {
      onAbort()
      reject(signal.reason)
    }
    if (signal.aborted) give()
    else signal.addEventListener('abort', give, { once: true })
    const stop = (): void => signal.removeEventListener('abort', give)
    promise.then(resolve, reject).finally(stop)
  })
}
