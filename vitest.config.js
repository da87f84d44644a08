import { defineConfig } from 'vitest/config';

const E2E = 'tests/e2e/**/*.test.js';
const TEMPORARY_FOLDER = 'tests/temporary-folder.js';

export default defineConfig({
  test: {
    // A worker loads jsdom, the simulator and a browser once for all its files. Half of the time a test in a
    // browser waits; a fourth worker would not fit into 4 GB of memory.
    isolate: false,
    maxWorkers: 3,
    // Without a limit Node.js lets the windows of tests that have ended lie until there are 2 GB of them.
    execArgv: ['--max-old-space-size=1000'],
    // Generous: they end what hangs, and say nothing about speed.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['tests/**/*.test.js'],
          exclude: ['**/node_modules/**', E2E],
          globalSetup: TEMPORARY_FOLDER,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: [E2E],
          // Only these need the server, and Python.
          globalSetup: [TEMPORARY_FOLDER, 'tests/e2e/shared-recogniser.js'],
        },
      },
    ],
  },
});
