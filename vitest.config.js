import { defineConfig } from 'vitest/config';

const E2E = ['tests/e2e/**/*.test.js'];
const CHROMIUM = ['tests/**/*.chromium.test.js'];

/**
 * Each loads jsdom, the simulator and a browser once for all its files; more would not fit into 4 GB of memory.
 * Without a limit Node.js lets the windows of tests that have ended lie until there are 2 GB of them.
 */
const WORKERS = { isolate: false, maxWorkers: 2, execArgv: ['--max-old-space-size=1000'] };
/** Generous: they end what hangs, and say nothing about speed. */
const LIMITS = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['tests/**/*.test.js'],
          exclude: ['**/node_modules/**', ...E2E, ...CHROMIUM],
          ...WORKERS,
          ...LIMITS,
        },
      },
      {
        test: {
          name: 'chromium',
          include: CHROMIUM,
          exclude: ['**/node_modules/**', ...E2E],
          ...WORKERS,
          ...LIMITS,
        },
      },
      {
        test: { name: 'e2e', include: E2E, globalSetup: 'tests/e2e/shared-recogniser.js', ...WORKERS, ...LIMITS },
      },
    ],
  },
});
