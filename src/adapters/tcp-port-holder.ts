/**
 * Who holds a port, for the error message that says so: Linux tells in /proc, as far as we may
 * look. Only read when a port could not be opened.
 */
import * as fs from 'node:fs'
import { basename } from 'node:path'

/** State 0A of /proc/net/tcp: listening. */
const LISTENING = '0A'

const readText = (path: string): string => {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const names = (path: string): readonly string[] => {
  try {
    return fs.readdirSync(path)
  } catch {
    return []
  }
}

/** `sl local_address rem_address st … inode`, with the port in hexadecimal behind the colon. */
const listeningInodes = (table: string, port: number): readonly string[] =>
  table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const matches =
      Number.parseInt(fields[1]?.split(':')[1] ?? '', 16) === port && fields[3] === LISTENING
    return matches && fields[9] !== undefined ? [fields[9]] : []
  })

const holdsOneOf = (pid: string, sockets: ReadonlySet<string>): boolean =>
  names(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      return sockets.has(fs.readlinkSync(`/proc/${pid}/fd/${descriptor}`))
    } catch {
      return false
    }
  })

/** What was started, as `ps` shows it: a thread may call itself anything (Node's does). */
const programName = (pid: string): string => {
  const [program = ''] = readText(`/proc/${pid}/cmdline`).split('\0')
  return basename(program) || readText(`/proc/${pid}/comm`).trim()
}

/** `name (pid 123)` of the process that listens on a TCP port; undefined where nobody tells. */
export const portHolder = (port: number): string | undefined => {
  const tables = readText('/proc/net/tcp') + readText('/proc/net/tcp6')
  const sockets = new Set(listeningInodes(tables, port).map((inode) => `socket:[${inode}]`))
  if (sockets.size === 0) return undefined
  const pid = names('/proc').find((name) => /^\d+$/.test(name) && holdsOneOf(name, sockets))
  return pid === undefined ? undefined : `${programName(pid)} (pid ${pid})`
}
