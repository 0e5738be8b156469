import { defineConfig } from 'vitest/config';

/** The suite that runs every test runner which can be installed from a registry; see tests/setup/test-tools.mjs. */
export default defineConfig({
  test: {
    include: ['tests/runners/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    pool: 'forks',
    globalSetup: ['tests/setup/global.ts'],
  },
});
