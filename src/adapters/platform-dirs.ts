/**
 * Where this system keeps what a program keeps: the XDG Base Directory Specification 0.8 on Linux and
 * its like, Apple's and Microsoft's folders elsewhere, or all of it under one folder of the user's
 * choice. Pure: the surroundings are arguments.
 */
import { posix, win32 } from 'node:path'

export interface Surroundings {
  /** As process.platform. */
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home folder; undefined where the system knows none. */
  readonly userHome: string | undefined
  /** Everything goes under this folder (`--home`, EARSHOT_HOME). Absolute. */
  readonly home: string | undefined
}

/** Absolute paths. None needs to exist. */
export interface PlatformDirs {
  readonly config: string
  /** Keys and known peers. */
  readonly data: string
  /** Logs. */
  readonly state: string
  readonly downloads: string
}

const xdg = (variable: string | undefined, otherwise: string): string =>
  // The specification: a relative path is invalid and to be ignored.
  variable !== undefined && posix.isAbsolute(variable)
    ? posix.join(variable, 'earshot')
    : posix.join(otherwise, 'earshot')

/** @returns undefined when neither a home folder nor `home` is known. */
export const platformDirs = ({
  platform,
  env,
  userHome,
  home
}: Surroundings): PlatformDirs | undefined => {
  const path = platform === 'win32' ? win32 : posix
  if (home !== undefined)
    return {
      config: home,
      // A folder of its own, since keys want one that nobody else can enter, and `home` may be any.
      data: path.join(home, 'data'),
      state: home,
      downloads: path.join(home, 'downloads')
    }
  if (userHome === undefined || userHome === '') return undefined
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] ?? path.join(userHome, 'AppData', 'Local')
    const roaming = env['APPDATA'] ?? path.join(userHome, 'AppData', 'Roaming')
    // The key belongs to one machine, so it must not roam with the user.
    const data = path.join(local, 'earshot')
    const downloads = path.join(userHome, 'Downloads')
    return { config: path.join(roaming, 'earshot'), data, state: data, downloads }
  }
  const downloads = path.join(userHome, 'Downloads')
  if (platform === 'darwin') {
    const support = path.join(userHome, 'Library', 'Application Support', 'earshot')
    return { config: support, data: support, state: support, downloads }
  }
  return {
    config: xdg(env['XDG_CONFIG_HOME'], path.join(userHome, '.config')),
    data: xdg(env['XDG_DATA_HOME'], path.join(userHome, '.local', 'share')),
    state: xdg(env['XDG_STATE_HOME'], path.join(userHome, '.local', 'state')),
    downloads
  }
}
