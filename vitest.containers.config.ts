import { defineConfig } from 'vitest/config';

/**
 * The suite that needs a container engine: what every workspace must do, done in a container, and what only containers
 * do. Its set-up installs, starts and ends the engine; see tests/setup/containers.ts.
 */
export default defineConfig({
  test: {
    include: [
      'tests/containers/**/*.test.ts',
      'tests/workspace/{exec,files,kill-all,leftovers,limits}.test.ts',
    ],
    env: { PATCHWRIGHT_TEST_WORKSPACES: 'container' },
    globalSetup: ['tests/setup/global.ts', 'tests/setup/containers.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
    pool: 'forks',
    passWithNoTests: false,
  },
});
