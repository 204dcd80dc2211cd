/**
 * Goal: each system's own folders, the user's choice before them, and nothing without a home.
 * Method: the pure function, with the surroundings of each system.
 */
import { describe, expect, it } from '@effect/vitest'
import { reachableAddresses } from '../../../src/adapters/own-addresses.ts'
import { platformDirs } from '../../../src/adapters/platform-dirs.ts'

const linux = { platform: 'linux', env: {}, userHome: '/home/a', home: undefined }

describe('platformDirs', () => {
  it('Linux and its like', () => {
    expect(platformDirs(linux)).toEqual({
      config: '/home/a/.config/earshot',
      data: '/home/a/.local/share/earshot',
      state: '/home/a/.local/state/earshot',
      downloads: '/home/a/Downloads'
    })
    expect(platformDirs({ ...linux, platform: 'freebsd' })).toEqual(platformDirs(linux))
  })

  it('Linux with XDG variables, of which relative and empty ones are ignored', () => {
    const env = { XDG_CONFIG_HOME: '/c', XDG_DATA_HOME: 'relative', XDG_STATE_HOME: '' }
    expect(platformDirs({ ...linux, env })).toMatchObject({
      config: '/c/earshot',
      data: '/home/a/.local/share/earshot',
      state: '/home/a/.local/state/earshot'
    })
  })

  it('macOS', () => {
    const support = '/Users/a/Library/Application Support/earshot'
    expect(
      platformDirs({
        platform: 'darwin',
        env: { XDG_CONFIG_HOME: '/c' },
        userHome: '/Users/a',
        home: undefined
      })
    ).toEqual({ config: support, data: support, state: support, downloads: '/Users/a/Downloads' })
  })

  it('Windows: the key does not roam', () => {
    const windows = { platform: 'win32', userHome: 'C:\\Users\\a', home: undefined }
    expect(platformDirs({ ...windows, env: {} })).toEqual({
      config: 'C:\\Users\\a\\AppData\\Roaming\\earshot',
      data: 'C:\\Users\\a\\AppData\\Local\\earshot',
      state: 'C:\\Users\\a\\AppData\\Local\\earshot',
      downloads: 'C:\\Users\\a\\Downloads'
    })
    expect(
      platformDirs({ ...windows, env: { APPDATA: 'D:\\r', LOCALAPPDATA: 'D:\\l' } })
    ).toMatchObject({ config: 'D:\\r\\earshot', data: 'D:\\l\\earshot' })
  })

  it('everything under one folder, on every system and without a home', () => {
    const env = { XDG_CONFIG_HOME: '/c' }
    expect(platformDirs({ ...linux, env, userHome: undefined, home: '/x' })).toEqual({
      config: '/x',
      data: '/x/data',
      state: '/x',
      downloads: '/x/downloads'
    })
  })

  it('knows nothing without any home', () => {
    expect(platformDirs({ ...linux, userHome: undefined })).toBeUndefined()
    expect(platformDirs({ ...linux, userHome: '' })).toBeUndefined()
  })
})

describe('reachableAddresses', () => {
  it('leaves out what only this machine or one cable knows, IPv4 first, each once', () => {
    const of = (family: 'IPv4' | 'IPv6', address: string, internal = false) =>
      ({ family, address, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as const
    expect(
      reachableAddresses({
        lo: [of('IPv4', '127.0.0.1', true), of('IPv6', '::1', true)],
        a: [of('IPv6', 'fe80::1'), of('IPv6', 'FEBF::1'), of('IPv6', 'fd00::2')],
        b: [of('IPv4', '169.254.1.1'), of('IPv4', '192.168.1.5')],
        c: [of('IPv4', '192.168.1.5')],
        d: undefined
      })
    ).toEqual(['192.168.1.5', 'fd00::2'])
  })
})
