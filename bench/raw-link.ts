/** The yardstick's link: TLS as Earshot has it (tls-profile.ts, both ends with a certificate), and no more. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import { certificateToPem, selfSignedCertificate } from '../src/adapters/self-signed-certificate.ts'
import { createEarshotContext, SOCKET_OPTIONS } from '../src/adapters/tls-profile.ts'
import { answer } from './task.ts'

const HOST = '127.0.0.1'

const { privateKey } = generateKeyPairSync('ed25519')
const secureContext = createEarshotContext(
  String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  certificateToPem(selfSignedCertificate(privateKey, randomBytes(16)))
)

/** Waits for the other end, and says on which port. */
export const listen = (use: (socket: Socket) => void): void => {
  const server = createServer({ noDelay: true }, (raw) => {
    const socket = new TLSSocket(raw, { ...SOCKET_OPTIONS, isServer: true, secureContext })
    // The dialling end leaves without a word when it has what it wanted.
    socket.on('error', () => socket.destroy())
    use(socket)
  })
  server.listen(0, HOST, () => answer({ port: (server.address() as AddressInfo).port }))
}

export const dial = (port: number, use: (socket: Socket) => void): void => {
  const raw = connect({ host: HOST, port, noDelay: true })
  const socket = connectTls({
    ...SOCKET_OPTIONS,
    socket: raw,
    secureContext,
    servername: '',
    checkServerIdentity: () => undefined
  })
  socket.once('secureConnect', () => use(socket))
}
