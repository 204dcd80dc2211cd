/**
 * Goal: nothing that is said, and no name, is to be read on the wire; what is changed there is found
 * out (issue 2, item 4; security plan §7, rows 16, 19).
 * Method: a proxy between two built programs that records, or changes, every byte.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startJson, startJsonListening } from './support/talk.ts'

type Way = 'up' | 'down'

/** Stands between a caller and a port. `pass` sees each chunk and gives what goes on. */
const startProxy = async (port: number, pass: (chunk: Buffer, way: Way) => Buffer) => {
  const recorded: Buffer[] = []
  const open: Socket[] = []
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    open.push(near, far)
    const carry = (from: Socket, to: Socket, way: Way): void => {
      from.on('data', (chunk: Buffer) => {
        recorded.push(chunk)
        to.write(pass(chunk, way))
      })
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
    carry(near, far, 'up')
    carry(far, near, 'down')
  })
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    recorded: () => Buffer.concat(recorded)
  }
}

const SECRET = 'a sentence that nobody on the way may read'
const NAMES = ['annabella-of-the-wire', 'bartholomew-of-the-wire'] as const

describe('S13: the wire', () => {
  it('shows no word, no name and no id, in any encoding', async () => {
    const { program: ann, port } = await startJsonListening(['-n', NAMES[0]])
    const proxy = await startProxy(port, (chunk) => chunk)
    const bob = startJson(['-p', '0', '-c', proxy.address, '-n', NAMES[1]])
    await Promise.all([ann.waitFor('peer.connected'), bob.waitFor('peer.connected')])
    const { id: annId } = await ann.waitFor('app.started')
    const { id: bobId } = await bob.waitFor('app.started')
    for (let i = 0; i < 20; i += 1) bob.ask({ type: 'say', text: SECRET })
    await bob.waitFor('message.delivered')
    ann.ask({ type: 'say', text: SECRET })
    await bob.waitFor('message.received')
    bob.ask({ type: 'nick', nickname: 'someone-else-of-the-wire' })
    await ann.waitFor('peer.renamed')
    bob.ask({ type: 'quit' })
    await ann.waitFor('peer.disconnected')
    const bytes = proxy.recorded()
    expect(bytes.length).toBeGreaterThan(3000)
    const said = [SECRET, ...NAMES, 'of-the-wire', annId, bobId, '"versions"', '"nick"', '"epoch"']
    for (const text of said)
      for (const encoding of ['utf8', 'utf16le', 'base64', 'hex'] as const) {
        const form = Buffer.from(text).toString(encoding === 'utf16le' ? 'utf8' : encoding)
        const needle = encoding === 'utf16le' ? Buffer.from(text, 'utf16le') : Buffer.from(form)
        expect(bytes.includes(needle), `${text} as ${encoding}`).toBe(false)
      }
    // Both ends speak TLS 1.3 from the first byte, and the ALPN name is all that is told.
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0x16, 0x03]))
    expect(bytes.includes('earshot/1')).toBe(true)
    // Certificates are under encryption in TLS 1.3.
    expect(bytes.includes(Buffer.from('0603550403', 'hex'))).toBe(false)
  })

  it('is read where nobody protects it, by the same proxy: --plain-text', async () => {
    const ann = startJson(['--plain-text', '-p', '0'])
    const { port } = (await ann.waitFor('listen.opened')).address
    const proxy = await startProxy(port, (chunk) => chunk)
    const bob = startJson(['--plain-text', '-c', proxy.address])
    await bob.waitFor('plain.connected')
    bob.ask({ type: 'say', text: SECRET })
    await ann.waitFor('plain.line')
    expect(proxy.recorded().includes(SECRET)).toBe(true)
  })

  it('one flipped bit ends the link, nothing false is shown, and the message still arrives', async () => {
    const { program: ann, port } = await startJsonListening()
    let flip = false
    const proxy = await startProxy(port, (chunk, way) => {
      if (!flip || way !== 'up') return chunk
      flip = false
      const changed = Buffer.from(chunk)
      changed[changed.length - 5] = (changed.at(-5) ?? 0) ^ 0x10
      return changed
    })
    const env = { EARSHOT_RECONNECT_DELAY_SECS: '0.1' }
    const bob = startJson(['-p', '0', '-c', proxy.address], { env })
    await ann.waitFor('peer.connected')
    await bob.waitFor('peer.connected')
    bob.ask({ type: 'say', text: 'before' })
    await bob.waitFor('message.delivered')
    flip = true
    bob.ask({ type: 'say', text: 'changed on the way' })
    await ann.waitFor('peer.connected', ({ returned }) => returned)
    await ann.waitFor('message.received', ({ text }) => text !== 'before')
    const got = ann
      .events()
      .flatMap((event) => (event.type === 'message.received' ? [event.text] : []))
    expect(got).toEqual(['before', 'changed on the way'])
  })

  it('S7: any fragmentation: byte by byte, it is the same conversation', async () => {
    const { program: ann, port } = await startJsonListening()
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      far.setNoDelay(true)
      near.setNoDelay(true)
      for (const [from, to] of [
        [near, far],
        [far, near]
      ] as const) {
        from.on('data', (chunk: Buffer) => {
          for (const byte of chunk) to.write(Buffer.from([byte]))
        })
        from.on('close', () => to.destroy())
        from.on('error', () => to.destroy())
      }
    })
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const bob = startJson(['-p', '0', '-c', address])
    await bob.waitFor('peer.connected')
    for (let i = 0; i < 20; i += 1) bob.ask({ type: 'say', text: `${i} 日本語` })
    await ann.waitFor('message.received', ({ text }) => text === '19 日本語')
    const got = ann.events().filter(({ type }) => type === 'message.received')
    expect(got).toHaveLength(20)
  })
})
