import { PostgresLibrary } from '../library/postgres/postgres-library.ts';
import { ClusterQueue } from '../training/cluster/cluster-queue.ts';
import { ClusterTrainer } from '../training/cluster/cluster-trainer.ts';
import { livingProcesses } from '../training/cluster/membership.ts';
import { mayBeginNight } from '../training/cluster/nights.ts';
import { queueAge } from '../training/cluster/training-rows.ts';
import type { NightlyReport } from '../training/nightly-run.ts';
import type { Closable, Ground, GroundOptions } from './ground.ts';

/** Milliseconds that what is at work is given to end when a process closes. */
const ENDING = 5_000;
/** Corpora of the nightly run that wait or are trained at a time, in the whole cluster. */
const NIGHTLY_TOGETHER = 200;

/** What a chat process of a cluster stands on. */
export async function openClusterGround({ config, log }: GroundOptions, url: string): Promise<Ground> {
  const { dataFolder, starterFolder } = config;
  const library = await PostgresLibrary.open({ url, dataFolder, starterFolder });
  const queue = new ClusterQueue(url, log);
  const { database } = library;
  const parts: Closable[] = [library, { close: () => queue.close(ENDING) }];
  try {
    await queue.open();
    const trainer = await ClusterTrainer.open({ library, database, queue, log });
    parts.push(trainer);
    return {
      library,
      trainer,
      takeUp: (surfaces) => trainer.adopt(surfaces),
      async report(report, announcements) {
        const surface = report.reportTo?.surface;
        if (surface === undefined) await announcements.report(report);
        else await queue.post(surface, JSON.stringify(report));
      },
      async receive(surfaces, announcements) {
        for (const surface of surfaces) {
          await queue.receive(surface, (text) => announcements.report(JSON.parse(text) as NightlyReport));
        }
      },
      nightly: { together: NIGHTLY_TOGETHER, mayBegin: (shift, due) => mayBeginNight(database, shift, due) },
      check: async () => {
        await database.query('select');
      },
      oldest: () => queueAge(database),
      processes: () => livingProcesses(database),
      parts,
    };
  } catch (error) {
    for (const part of parts.toReversed()) await part.close().catch(() => undefined);
    throw error;
  }
}
