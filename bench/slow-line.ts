/**
 * A slow line for real processes: a relay between two sockets that lets so many bytes a second through, each
 * after so many milliseconds. It takes from a socket only what the line has taken, so that what is written too
 * early waits in the buffers of its sender's system, as in front of a slow router.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Line {
  readonly bytesPerSecond: number
  /** One way. */
  readonly delayMs: number
}

/** A line that leads to a port of this host. */
export interface Relay {
  readonly line: Line
  readonly port: number
  /** Where whoever uses it calls; left out: loopback. */
  readonly address?: string
}

const LOOPBACK = '127.0.0.1'
/** What the line takes at once: a few packets. */
const TAKE_BYTES = 4096

/** Carries out one thing after the other, each when its time has come: timers alone may change places. */
const makeDelay = (): ((at: number, what: () => void) => void) => {
  const waiting: { readonly at: number; readonly what: () => void }[] = []
  const next = (): void => {
    const [first] = waiting
    if (first === undefined) return
    setTimeout(
      () => {
        waiting.shift()
        first.what()
        next()
      },
      Math.max(0, first.at - performance.now())
    )
  }
  return (at, what) => {
    waiting.push({ at, what })
    if (waiting.length === 1) next()
  }
}

const relay = (from: Socket, to: Socket, { bytesPerSecond, delayMs }: Line): void => {
  const delay = makeDelay()
  /** When the line has let through what it took. */
  let freeAt = performance.now()
  const take = (): void => {
    const waiting = from.readableLength
    if (waiting === 0) return
    const chunk = from.read(Math.min(TAKE_BYTES, waiting)) as Buffer | null
    if (chunk === null) return
    freeAt = Math.max(freeAt, performance.now()) + (chunk.length / bytesPerSecond) * 1000
    delay(freeAt + delayMs, () => to.write(chunk))
    from.off('readable', take)
    setTimeout(
      () => {
        from.on('readable', take)
        take()
      },
      Math.max(0, freeAt - performance.now())
    )
  }
  from.on('readable', take)
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
  from.on('end', () => delay(freeAt + delayMs, () => to.end()))
}

/** Opens a port that leads to another one over the line. @returns the port, and what closes it. */
export const slowLine = ({
  line,
  port,
  address = LOOPBACK
}: Relay): Promise<{ readonly port: number; readonly close: () => void }> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>()
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const far = connect({ host: LOOPBACK, port, noDelay: true, allowHalfOpen: true })
      for (const socket of [near, far]) sockets.add(socket)
      relay(near, far, line)
      relay(far, near, line)
    })
    server.listen(0, address, () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => {
          server.close()
          for (const socket of sockets) socket.destroy()
        }
      })
    )
  })
