import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/e2e/support/global-setup.ts'],
    // Twice the cores that we plan for: the tests of whole programs wait more than they work.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 60_000
  }
})
