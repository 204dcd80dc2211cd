/**
 * Run once before the tests (vitest's globalSetup): the program that the e2e tests start is built. A
 * build that fails stops those tests only, which say so.
 */
import type { TestProject } from 'vitest/node'
import { buildIfStale } from './program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What the build said when it failed; empty when it is there. */
    readonly buildFailure: string
  }
}

export const setup = (project: TestProject): void => {
  try {
    buildIfStale()
    project.provide('buildFailure', '')
  } catch (error) {
    project.provide('buildFailure', String(error))
  }
}
