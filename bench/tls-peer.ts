/**
 * The yardstick: the same texts over the same TLS (tls-profile.ts, both ends with a certificate), as
 * lines and with nothing around them: no identity, no delivery, no heartbeat, no machines.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import { certificateToPem, selfSignedCertificate } from '../src/adapters/self-signed-certificate.ts'
import { createEarshotContext, SOCKET_OPTIONS } from '../src/adapters/tls-profile.ts'
import { answer, FlowTimer, taskOfArguments, textOf, TripTimer } from './task.ts'

const HOST = '127.0.0.1'
const NEWLINE = 0x0a
/** Lines of one write, as many as one read of Earshot's pump. */
const PUMP_BATCH = 1024
/** Unacknowledged lines at most, as many as Earshot's pump lets wait. */
const WAITING_MAX = 8192

const { privateKey } = generateKeyPairSync('ed25519')
const secureContext = createEarshotContext(
  String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  certificateToPem(selfSignedCertificate(privateKey, randomBytes(16)))
)
const task = taskOfArguments()

/** Answers each whole line with itself. */
const echo = (socket: Socket): void => {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1
    if (end > 0) socket.write(rest + text.slice(0, end))
    rest = end > 0 ? text.slice(end) : rest + text
  })
}

const ping = (socket: Socket): void => {
  const timer = new TripTimer(task)
  let trip = 0
  const say = (): void => {
    timer.begin()
    socket.write(`${textOf(trip++)}\n`)
  }
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    if (!text.endsWith('\n')) return
    const pinged = timer.end()
    if (pinged === undefined) return say()
    answer(pinged)
    socket.destroy()
  })
  say()
}

const linesIn = (bytes: Buffer): number => {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

/** Counts lines, and answers each read with their number as u32be. */
const sink = (socket: Socket): void => {
  socket.on('data', (bytes: Buffer) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(linesIn(bytes))
    socket.write(count)
  })
}

const pump = (socket: Socket): void => {
  const timer = new FlowTimer(task)
  let left = task.warmUp + task.count
  let waiting = 0
  let rest = Buffer.alloc(0)
  const fill = (): void => {
    while (left > 0 && waiting < WAITING_MAX) {
      const lines = Math.min(PUMP_BATCH, left)
      let text = ''
      for (let at = 0; at < lines; at += 1) text += `${textOf(left - at)}\n`
      left -= lines
      waiting += lines
      if (!socket.write(text)) break
    }
  }
  socket.on('drain', fill)
  socket.on('data', (bytes: Buffer) => {
    let all = Buffer.concat([rest, bytes])
    for (; all.length >= 4; all = all.subarray(4)) {
      const count = all.readUInt32BE()
      waiting -= count
      const pumped = timer.arrived(count)
      if (pumped === undefined) continue
      answer(pumped)
      socket.destroy()
    }
    rest = all
    fill()
  })
  fill()
}

const listen = (use: (socket: Socket) => void): void => {
  const server = createServer({ noDelay: true }, (raw) => {
    const socket = new TLSSocket(raw, { ...SOCKET_OPTIONS, isServer: true, secureContext })
    // The dialling end leaves without a word when it has what it wanted.
    socket.on('error', () => socket.destroy())
    use(socket)
  })
  server.listen(0, HOST, () => answer({ port: (server.address() as AddressInfo).port }))
}

const dial = (use: (socket: Socket) => void): void => {
  const raw = connect({ host: HOST, port: task.port, noDelay: true })
  const socket = connectTls({
    ...SOCKET_OPTIONS,
    socket: raw,
    secureContext,
    servername: '',
    checkServerIdentity: () => undefined
  })
  socket.once('secureConnect', () => use(socket))
}

if (task.role === 'echo') listen(echo)
else if (task.role === 'sink') listen(sink)
else if (task.role === 'ping') dial(ping)
else dial(pump)
