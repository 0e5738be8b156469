import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [
      'tests/containers/**',
      'tests/data/**',
      'tests/runners/**',
      'tests/repos/**',
      'tests/demo/packages/**',
    ],
    globalSetup: ['tests/setup/global.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Real processes on a machine that others may keep busy: one second chance, which the report names.
    retry: process.env.CI ? 1 : 0,
    maxWorkers: 2,
    pool: 'forks',
  },
});
