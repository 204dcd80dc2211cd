/**
 * Two hosts on one machine, with a line between them that the kernel keeps slow: network namespaces of Linux and a
 * token bucket (tc-tbf(8)) at each end. Only root may make them, and not everywhere.
 */
import { execFileSync, spawnSync } from 'node:child_process'

export interface Host {
  /** Of its namespace. */
  readonly name: string
  readonly address: string
}

export interface Hosts {
  readonly one: Host
  readonly two: Host
}

const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args, { stdio: 'ignore' })
}

const hostsOf = (run: string): Hosts => ({
  one: { name: `earshot-${run}-1`, address: '10.213.77.1' },
  two: { name: `earshot-${run}-2`, address: '10.213.77.2' }
})

const make = ({ one, two }: Hosts, bitsPerSecond: number): void => {
  for (const { name } of [one, two]) ip('netns', 'add', name)
  ip(
    ...['link', 'add', 'line', 'netns', one.name, 'type', 'veth'],
    'peer',
    'line',
    'netns',
    two.name
  )
  for (const { name, address } of [one, two]) {
    ip('-n', name, 'address', 'add', `${address}/24`, 'dev', 'line')
    for (const device of ['line', 'lo']) ip('-n', name, 'link', 'set', device, 'up')
    // A queue as long as those of slow routers: what a program puts there makes its own messages wait.
    const bucket = ['rate', `${bitsPerSecond}bit`, 'burst', '16kb', 'latency', '400ms']
    execFileSync('tc', ['-n', name, 'qdisc', 'add', 'dev', 'line', 'root', 'tbf', ...bucket])
  }
}

const remove = ({ one, two }: Hosts): void => {
  for (const { name } of [one, two]) spawnSync('ip', ['netns', 'delete', name], { stdio: 'ignore' })
}

/** Gives two hosts to `work`, and removes them afterwards. undefined: this machine does not let us. */
export const betweenHosts = async <A>(
  bitsPerSecond: number,
  work: (hosts: Hosts) => Promise<A>
): Promise<A | undefined> => {
  const hosts = hostsOf(String(process.pid))
  try {
    try {
      make(hosts, bitsPerSecond)
    } catch {
      return undefined
    }
    return await work(hosts)
  } finally {
    remove(hosts)
  }
}
