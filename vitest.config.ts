import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/database-template.ts'],
    reporters: ['default', './test/core/drift/proof-reporter.ts'],
    // Each file may start an embedded database, which takes some 200 MB.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
