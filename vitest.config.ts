import { defineConfig } from 'vitest/config'

/** test/db and test/guards need only a PostgreSQL, whichever; test/house starts whole programs. */
export default defineConfig({
  test: {
    globalSetup: ['test/harness/global-setup.ts'],
    // Two files at once also where vitest would leave one core to itself.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'db', include: ['test/db/**/*.test.ts'] } },
      { extends: true, test: { name: 'guards', include: ['test/guards/**/*.test.ts'] } },
      { extends: true, test: { name: 'worker', include: ['test/worker/**/*.test.ts'] } },
      { extends: true, test: { name: 'api', include: ['test/api/**/*.test.ts'] } },
      { extends: true, test: { name: 'http', include: ['test/http/**/*.test.ts'] } },
      // Needs Chromium.
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      // No database: what runs here needs only Node.
      {
        extends: false,
        test: {
          name: 'identity',
          include: [
            'test/identity/**/*.test.ts',
            'test/imports/**/*.test.ts',
            'test/mail/**/*.test.ts',
            'test/personal/**/*.test.ts',
          ],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: ['test/house/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
