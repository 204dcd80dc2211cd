/** `scp` over loopback, with a server of our own: what people use today for a large file. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { timed } from './children.ts'

/** Where distributions put the server, which is not on every PATH. */
const SERVER = '/usr/sbin/sshd'
const PATIENCE_MS = 10_000
const SHORTEST_SECONDS = 0.001

const runs = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** true: this machine has all of it. */
export const hasScp = (): boolean =>
  [SERVER, 'scp', 'ssh-keygen', 'sync'].every((name) => runs('sh', ['-c', `command -v ${name}`]))

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

/** Keys and settings that nothing else of this machine is asked for. */
const prepare = (folder: string): void => {
  mkdirSync(folder, { mode: 0o700 })
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
  const settings = [
    `HostKey ${join(folder, 'host')}`,
    `AuthorizedKeysFile ${join(folder, 'user.pub')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin yes',
    'Subsystem sftp internal-sftp'
  ]
  writeFileSync(join(folder, 'sshd_config'), `${settings.join('\n')}\n`)
}

/**
 * Seconds that `scp` takes for `source` until its copy is flushed to the disk, less what it takes for an
 * empty file: the start of the processes and their handshake.
 */
export const scpSeconds = async (folder: string, source: string): Promise<number> => {
  const keys = join(folder, 'ssh')
  prepare(keys)
  const port = await freePort()
  // A server of root's locks itself into this folder, which its service would have made.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const server = spawn(
    SERVER,
    ['-D', '-f', join(keys, 'sshd_config'), '-p', String(port), '-o', 'ListenAddress=127.0.0.1'],
    { stdio: 'ignore' }
  )
  const copy = join(folder, 'copied.bin')
  const scp = (from: string): boolean =>
    runs('scp', [
      ...['-q', '-B', '-P', String(port), '-i', join(keys, 'user'), '-F', 'none'],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
      ...[from, `${userInfo().username}@127.0.0.1:${copy}`]
    ])
  try {
    const empty = join(keys, 'empty')
    writeFileSync(empty, '')
    const late = performance.now() + PATIENCE_MS
    while (!scp(empty)) {
      if (performance.now() > late) throw new Error('sshd takes no connection')
      await wait(50)
    }
    const seconds = async (from: string): Promise<number> =>
      (await timed(async () => {
        if (!scp(from)) throw new Error('scp failed')
        execFileSync('sync', ['-d', copy])
      })) / 1000
    const handshake = await seconds(empty)
    const all = await seconds(source)
    if (statSync(copy).size !== statSync(source).size) throw new Error('scp copied a part')
    // Of a file that takes no time the difference may be none.
    return Math.max(all - handshake, SHORTEST_SECONDS)
  } finally {
    server.kill()
    rmSync(keys, { recursive: true })
    rmSync(copy, { force: true })
  }
}
