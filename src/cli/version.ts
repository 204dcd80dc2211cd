/** The version of this program, as package.json names it (semver). */
import manifest from '../../package.json' with { type: 'json' }

export const VERSION: string = manifest.version
