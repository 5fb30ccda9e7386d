import { defineConfig } from 'vitest/config';

/** A trainer runs at the lowest priority: beside other tests, this one, which waits for trainings at every step, would wait for minutes. */
const ALONE = 'test/chat/web/way.test.ts';

export default defineConfig({
  test: {
    // The engines live in native memory that threads of one process would share.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['test/**/*.test.ts'], exclude: [ALONE], sequence: { groupOrder: 1 } },
      },
      { extends: true, test: { name: 'alone', include: [ALONE], sequence: { groupOrder: 2 } } },
    ],
  },
});
