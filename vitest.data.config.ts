import { defineConfig } from 'vitest/config';

/** The suite that needs `../shared/data`; a missing file fails the test that names it. */
export default defineConfig({
  test: {
    include: ['tests/data/**/*.test.ts'],
    globalSetup: ['tests/setup/global.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    retry: process.env.CI ? 1 : 0,
    maxWorkers: 2,
    pool: 'forks',
    passWithNoTests: false,
  },
});
