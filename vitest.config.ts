import { defineConfig } from 'vitest/config';

/** Proofs that need minutes; `npm run test:long`. */
const LONG = 'test/**/*.long.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['test/database-template.ts'],
    reporters: ['default', './test/core/drift/proof-reporter.ts'],
    // An embedded database takes some 200 MB.
    maxWorkers: 2,
    // They guard against hanging only: a busy machine may take its time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    projects: [
      {
        extends: true,
        // The files of a worker share its modules and its database, which take longer to load than most files to run.
        test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: [LONG], isolate: false },
      },
      { extends: true, test: { name: 'long', include: [LONG], testTimeout: 900_000 } },
    ],
  },
});
