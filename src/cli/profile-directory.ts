/** The folder of a profile, for commands that read it without taking it. */
import { join } from 'node:path'
import type { Places } from './load-settings.ts'

export const DEFAULT_PROFILE = 'default'

/** Where adapters/profile-lock.ts keeps a profile. */
export const profileDirectory = ({ dirs, profile = DEFAULT_PROFILE }: Places): string =>
  profile === DEFAULT_PROFILE ? dirs.data : join(dirs.data, 'profiles', profile)
