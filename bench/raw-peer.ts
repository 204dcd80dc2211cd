/**
 * The yardstick: the same texts over the same TLS, as lines, written and flushed where Earshot writes
 * and flushes, and nothing around them: no identity, numbers, seals, heartbeat or machines. It is a floor,
 * not a rival.
 */
import type { Socket } from 'node:net'
import { dial, listen } from './raw-link.ts'
import { RawStore } from './raw-store.ts'
import { answer, FlowTimer, REST_MS, taskOfArguments, textOf, TripTimer } from './task.ts'

const NEWLINE = 0x0a
/** Lines of one write, as many as one read of Earshot's pump. */
const PUMP_BATCH = 1024
/** Unacknowledged lines at most, as many as Earshot's pump lets wait. */
const WAITING_MAX = 8192

const task = taskOfArguments()
const store = new RawStore(task.folder)

/** Calls back with the whole lines of each read. */
const onLines = (socket: Socket, use: (lines: string) => void): void => {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1
    const whole = rest + text.slice(0, end)
    rest = end > 0 ? text.slice(end) : rest + text
    if (end > 0) use(whole)
  })
}

/** Answers each line with itself: what it hears is safe first, and then what it says. */
const echo = (socket: Socket): void =>
  onLines(socket, (lines) => store.put(lines, () => store.put(lines, () => socket.write(lines))))

/** One line at a time, safe before it is sent. @param heard done when the answer is there. */
const oneByOne = (
  socket: Socket,
  restMs: number,
  heard: (answer: string, done: () => void) => void
): void => {
  const timer = new TripTimer(task)
  let trip = 0
  const say = (): void => {
    timer.begin()
    const line = `${textOf(trip++)}\n`
    store.put(line, () => socket.write(line))
  }
  const done = (): void => {
    const timed = timer.end()
    if (timed !== undefined) {
      answer(timed)
      socket.destroy()
    } else if (restMs > 0) setTimeout(say, restMs)
    else say()
  }
  onLines(socket, (lines) => heard(lines, done))
  say()
}

/** What comes back is a message, and safe before it counts. */
const ping = (socket: Socket): void => oneByOne(socket, 0, (lines, done) => store.put(lines, done))

/** What comes back is an acknowledgement. */
const tap = (socket: Socket): void => oneByOne(socket, REST_MS, (_, done) => done())

const linesIn = (bytes: Buffer): number => {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

/** Acknowledges the lines of each read, once they are safe, with a line that says how many. */
const sink = (socket: Socket): void => {
  socket.on('data', (bytes: Buffer) => {
    const lines = linesIn(bytes)
    store.put(bytes, () => socket.write(`${lines}\n`))
  })
}

const pump = (socket: Socket): void => {
  const timer = new FlowTimer(task)
  let left = task.warmUp + task.count
  let waiting = 0
  const fill = (): void => {
    while (left > 0 && waiting < WAITING_MAX) {
      const count = Math.min(PUMP_BATCH, left)
      let lines = ''
      for (let at = 0; at < count; at += 1) lines += `${textOf(left - at)}\n`
      left -= count
      waiting += count
      store.put(lines, () => socket.write(lines))
    }
  }
  onLines(socket, (acknowledged) => {
    let count = 0
    for (const line of acknowledged.trim().split('\n')) count += Number(line)
    waiting -= count
    const pumped = timer.arrived(count)
    if (pumped === undefined) return fill()
    answer(pumped)
    socket.destroy()
  })
  fill()
}

switch (task.role) {
  case 'echo':
    listen(echo)
    break
  case 'sink':
    listen(sink)
    break
  case 'ping':
    dial(task.port, ping)
    break
  case 'tap':
    dial(task.port, tap)
    break
  case 'pump':
    dial(task.port, pump)
}
