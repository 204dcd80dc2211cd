import { defineConfig } from 'vitest/config'

/** Tests that put another module in the place of one of Node's. */
const MOCKED = 'test/**/*.mocked.test.ts'

export default defineConfig({
  test: {
    globalSetup: ['test/e2e/support/global-setup.ts'],
    // Twice the cores that we plan for: the tests of whole programs wait more than they work.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        // A worker keeps what it has loaded for its next file: to load it anew for each took half the time.
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [MOCKED],
          isolate: false
        }
      },
      { extends: true, test: { name: 'apart', include: [MOCKED] } }
    ]
  }
})
