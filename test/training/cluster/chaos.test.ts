import { describe, expect, it } from 'vitest';
import { starterFolder, temporaryFolder } from '../../library/folders.ts';
import { postgresPrograms, startPostgres } from '../../postgres.ts';
import { chaos, chaosLine } from './chaos.ts';

/*
 * In small, about a minute on two cores. `npm run bench -- cluster` does it with 200 trainings of 40 corpora, 4 trainers,
 * and a blow every five seconds.
 */

describe.skipIf(!postgresPrograms())('a cluster whose processes are killed and stopped', () => {
  it('ends every training once, with no model of an attempt that was overtaken', { timeout: 600_000 }, async () => {
    const server = await startPostgres();
    try {
      const result = await chaos({
        server,
        folders: { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() },
        corpora: 6,
        rounds: 2,
        chats: 2,
        trainers: 4,
        every: 2_000,
        stopped: 14_000,
        restarts: 2,
        seed: Number(process.env.FABULIST_SEED ?? 1),
        options: { name: 'article', units: 24, iterations: 60 },
      });
      console.log(chaosLine(result));
      expect(result).toMatchObject({ trainings: 12, missing: 0, doubled: 0, stale: 0, overlaps: 0, endedTwice: 0 });
      expect(result.kills + result.stops).toBeGreaterThan(2);
    } finally {
      server.remove();
    }
  });
});
