import { defineConfig } from 'vitest/config';

/** Test runners of other languages, each run for real; `tests/setup/prepare.mjs --runners` installs them. */
export default defineConfig({
  test: {
    include: ['tests/runners/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    passWithNoTests: false,
  },
});
