import { PostgresLibrary } from '../library/postgres/postgres-library.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { ClusterQueue } from '../training/cluster/cluster-queue.ts';
import { ClusterWorker } from '../training/cluster/cluster-worker.ts';
import { livingProcesses } from '../training/cluster/membership.ts';
import { queueAge, waitingCount } from '../training/cluster/training-rows.ts';
import { type Closable, type GroundOptions, trainingOptions } from './ground.ts';

/** Milliseconds that what is at work is given to end when a trainer closes. */
const ENDING = 5_000;

/** Opens a process that only trains, for the whole cluster. Throws `unavailable`, `storage` and `usage`. */
export async function openTrainer(options: GroundOptions, url: string): Promise<Closable> {
  const { config, log } = options;
  // The engine and the process of a training look for it there.
  if (config.cacheFolder) process.env.FABULIST_CACHE = config.cacheFolder;
  const { dataFolder, starterFolder, trainers: together } = config;
  const library = await PostgresLibrary.open({ url, dataFolder, starterFolder });
  const parts: Closable[] = [library];
  const close = async () => {
    for (const part of parts.splice(0).toReversed()) await part.close();
  };
  try {
    const queue = new ClusterQueue(url, log);
    parts.push({ close: () => queue.close(ENDING) });
    await queue.open();
    const { database } = library;
    let metrics: Metrics | undefined;
    const run = { library, ...trainingOptions(options) };
    const onEnd = (how: Parameters<Metrics['trainingEnded']>[0]) => metrics?.trainingEnded(how);
    const worker = new ClusterWorker({ database, queue, run, together, onEnd });
    parts.push(worker);
    if (config.metrics) {
      const { observe } = await import('./observation.ts');
      let waiting = 0;
      const observation = await observe(config.metrics, {
        ready: async () => void (await database.query('select')),
        trainings: () => ({ waiting, running: worker.running }),
        oldest: async () => {
          waiting = await waitingCount(database);
          return await queueAge(database);
        },
        processes: () => livingProcesses(database),
      });
      metrics = observation.metrics;
      parts.push(observation);
    }
    await worker.start();
    return { close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}
