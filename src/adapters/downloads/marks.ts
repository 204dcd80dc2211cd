/**
 * The mark that a received file gets on systems that ask before they run what came from elsewhere: the quarantine of
 * macOS and the zone of Windows. It is made while nothing has its name yet. A disk that knows no marks, as FAT, is no
 * reason to lose a file: what cannot be marked is not.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * Marks what is under `part`: the file itself, or the files of the folder by their paths in it. `now` is milliseconds
 * since the epoch.
 */
export type Mark = (part: string, files: readonly string[], now: number) => Promise<void>

/** What marks are made with. */
export interface MarkTools {
  readonly write: (path: string, text: string) => Promise<void>
  readonly run: (program: string, args: readonly string[]) => Promise<void>
}

/** A folder of 20,000 files takes a second or two. */
const RUN_MS_MAX = 30_000

const TOOLS: MarkTools = {
  write: (path, text) => writeFile(path, text),
  run: async (program, args) => {
    await promisify(execFile)(program, [...args], { timeout: RUN_MS_MAX, shell: false })
  }
}

const QUARANTINE = 'com.apple.quarantine'
/** Downloaded, and nobody has agreed to run it. */
const DOWNLOADED = '0081'

/** Of macOS, as its own tool writes it: Node has no call for attributes. */
const quarantine =
  ({ run }: MarkTools): Mark =>
  async (part, _files, now) => {
    const seconds = Math.floor(now / 1000).toString(16)
    await run('/usr/bin/xattr', ['-r', '-w', QUARANTINE, `${DOWNLOADED};${seconds};Earshot;`, part])
  }

/** The internet. It names no place, so that no copy of the file tells whom it came from. */
const ZONE = '[ZoneTransfer]\r\nZoneId=3\r\n'

/** Of Windows: a second stream of each file. */
const zone =
  ({ write }: MarkTools): Mark =>
  async (part, files) => {
    const paths = files.length === 0 ? [part] : files.map((file) => `${part}/${file}`)
    for (const path of paths) await write(`${path}:Zone.Identifier`, ZONE)
  }

const bestOf =
  (mark: Mark): Mark =>
  (part, files, now) =>
    mark(part, files, now).catch(() => undefined)

/** The mark of a system; nothing where it knows none, as Linux. */
export const markOf = (platform: NodeJS.Platform, tools: MarkTools = TOOLS): Mark => {
  if (platform === 'darwin') return bestOf(quarantine(tools))
  return platform === 'win32' ? bestOf(zone(tools)) : () => Promise.resolve()
}
