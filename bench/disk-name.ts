/** The file system on which the benches have their stores: what a flush costs depends on nothing else. */
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** f_type of statfs(2), as the system's magic.h has them. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0x794c7630, 'overlayfs'],
  [0x6969, 'nfs'],
  [0x01021994, 'tmpfs: MEMORY, so nothing was flushed to a disk (set TMPDIR)']
])

export const diskName = (): string => {
  const { type } = statfsSync(tmpdir())
  return NAMES.get(type) ?? `a file system of type 0x${type.toString(16)}`
}
