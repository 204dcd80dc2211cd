import * as Context from 'effect/Context'
import type { Settings as Values } from '../domain/settings.ts'

/** The settings of this run; see domain/settings.ts. */
export class Settings extends Context.Service<Settings, Values>()('earshot/Settings') {}
