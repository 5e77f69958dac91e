import { defineConfig } from 'vitest/config';

/** What needs a browser is apart, so that `npm test` needs none. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: ['test/database-template.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
