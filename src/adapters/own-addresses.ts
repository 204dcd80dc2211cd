/** The addresses under which other machines may reach this one. */
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** Only within one cable or radio cell, and useless without the interface's name (RFC 4291 §2.5.6). */
const isLinkLocal = (address: string): boolean => /^(?:fe[89ab]|169\.254\.)/i.test(address)

/** IPv4 before IPv6, without loopback and link-local ones, each once. */
export const reachableAddresses = (interfaces: Interfaces): readonly string[] => {
  const all = Object.values(interfaces).flatMap((list) => list ?? [])
  const outside = all.filter(({ internal, address }) => !internal && !isLinkLocal(address))
  const of = (family: string) => outside.filter((each) => each.family === family)
  return [...new Set([...of('IPv4'), ...of('IPv6')].map(({ address }) => address))]
}

/**
 * Those of this machine now; none when the system does not tell.
 * @param listening the only address that is listened on, where it is not every one.
 */
export const ownAddresses = (listening?: string): readonly string[] => {
  if (listening !== undefined && listening !== '0.0.0.0' && listening !== '::') return [listening]
  try {
    return reachableAddresses(networkInterfaces())
  } catch {
    return []
  }
}
