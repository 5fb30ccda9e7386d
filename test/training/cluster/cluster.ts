import { onTestFinished } from 'vitest';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { ClusterQueue } from '../../../src/training/cluster/cluster-queue.ts';
import { ClusterTrainer } from '../../../src/training/cluster/cluster-trainer.ts';
import { ClusterWorker } from '../../../src/training/cluster/cluster-worker.ts';
import { starterFolder, temporaryFolder } from '../../library/folders.ts';
import { emptied } from '../../library/postgres/tables.ts';

/** Chat processes and trainers of one cluster, all in this process, each with connections of its own. */
export async function cluster(url: string) {
  const folders = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  onTestFinished(close);
  const warnings: string[] = [];
  const log = {
    warn: (details: object, message: string) => void warnings.push(`${message} ${JSON.stringify(details)}`),
  };
  const ground = async () => {
    const library = await PostgresLibrary.open({ url, ...folders });
    const queue = new ClusterQueue(url, log);
    closing.push(async () => {
      await queue.close(5_000);
      await library.close();
    });
    await queue.open();
    return { library, queue, database: library.database };
  };
  const first = await ground();
  await emptied(first.library);
  await first.database.query('delete from fabulist_queue.job');
  return {
    library: first.library,
    warnings,
    queue: async () => (await ground()).queue,
    async chat() {
      const trainer = await ClusterTrainer.open({ ...(await ground()), log });
      closing.push(() => trainer.close());
      return trainer;
    },
    async worker(together = 1) {
      const { library, queue, database } = await ground();
      const run = { library, ...folders, database: url, engine: 'wasm', log } as const;
      const worker = new ClusterWorker({ database, queue, run, together });
      closing.push(() => worker.close());
      await worker.start();
      return worker;
    },
    async store(name: string, text: string, server = 'local') {
      const story = { fileName: `${name}.txt`, by: 'ann', encoding: 'utf-8', bytes: Buffer.byteLength(text), text };
      return (await first.library.addStories({ server, name }, [story], 'append')).corpus;
    },
  };
}
