import { PostgresLibrary } from '../library/postgres/postgres-library.ts';
import { ClusterQueue } from '../training/cluster/cluster-queue.ts';
import { ClusterTrainer } from '../training/cluster/cluster-trainer.ts';
import { ClusterWorker } from '../training/cluster/cluster-worker.ts';
import { mayBeginNight } from '../training/cluster/nights.ts';
import type { NightlyReport } from '../training/nightly-run.ts';
import { type Closable, type Ground, type GroundOptions, trainingOptions } from './ground.ts';

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
      parts,
    };
  } catch (error) {
    for (const part of parts.toReversed()) await part.close().catch(() => undefined);
    throw error;
  }
}

/** A process that only trains, for the whole cluster. */
export interface TrainerHouse extends Closable {
  /** Trainings it makes now. */
  running(): number;
  check(): Promise<void>;
}

export async function openTrainerHouse(options: GroundOptions, url: string): Promise<TrainerHouse> {
  const { dataFolder, starterFolder, trainers: together } = options.config;
  const library = await PostgresLibrary.open({ url, dataFolder, starterFolder });
  const queue = new ClusterQueue(url, options.log);
  const { database } = library;
  const run = { library, ...trainingOptions(options) };
  const worker = new ClusterWorker({ database, queue, run, together });
  const close = async () => {
    await worker.close();
    await queue.close(ENDING);
    await library.close();
  };
  try {
    await queue.open();
    await worker.start();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return {
    close,
    running: () => worker.running,
    check: async () => {
      await database.query('select');
    },
  };
}
