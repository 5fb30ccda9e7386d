import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { ClusterQueue } from '../../../src/training/cluster/cluster-queue.ts';
import { ClusterWorker } from '../../../src/training/cluster/cluster-worker.ts';

/* A trainer of a cluster as its own process, which says by which id the others know it. Started by chaos.ts. */

const { url, ...folders } = JSON.parse(process.argv[2] ?? '') as {
  url: string;
  dataFolder: string;
  starterFolder: string;
};
const log = { warn: () => undefined };
const library = await PostgresLibrary.open({ url, ...folders, connections: 3 });
const queue = new ClusterQueue(url, log);
await queue.open();
const { database } = library;
const run = { library, ...folders, database: url, engine: 'wasm', threads: 1, log } as const;
const worker = new ClusterWorker({ database, queue, run, together: 1 });
await worker.start();
process.send?.({ worker: worker.id });
process.on('SIGTERM', async () => {
  await worker.close();
  await queue.close(5_000);
  await library.close();
  process.exit();
});
