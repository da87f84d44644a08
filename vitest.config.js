import { defineConfig } from 'vitest/config';

const CHROMIUM = ['tests/e2e/**/*.test.js', 'tests/**/*.chromium.test.js'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['tests/**/*.test.js'],
          exclude: ['**/node_modules/**', ...CHROMIUM],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'chromium',
          include: CHROMIUM,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
