import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { ClusterQueue } from '../../../src/training/cluster/cluster-queue.ts';
import { ClusterTrainer } from '../../../src/training/cluster/cluster-trainer.ts';
import { story } from '../../library/fixtures.ts';

/* A chat process of a cluster: stores what it is handed, asks for its training, tells how it ends. Started by chaos.ts. */

const { url, ...folders } = JSON.parse(process.argv[2] ?? '') as {
  url: string;
  dataFolder: string;
  starterFolder: string;
};
const log = { warn: () => undefined };
const library = await PostgresLibrary.open({ url, ...folders, connections: 3 });
const queue = new ClusterQueue(url, log);
await queue.open();
const trainer = await ClusterTrainer.open({ library, database: library.database, queue, log });
const say = (message: object) => process.connected && process.send?.(message);

for (const training of await trainer.adopt(['chaos'])) follow(training);
say({ ready: true });

function follow(training: Awaited<ReturnType<typeof trainer.train>>): void {
  const { name } = training.request.corpus;
  void training.ended.then((event) => say({ ended: name, kind: event.kind }));
}

process.on('message', async ({ name, text, options }: { name: string; text: string; options: object }) => {
  const corpus = { server: `server ${name.length}`, name };
  const stored = await library.addStories(corpus, [story(text)], 'append');
  const reportTo = { surface: 'chaos', channel: name };
  follow(await trainer.train({ corpus, options, reason: 'asked', by: 'ann', reportTo }));
  say({ asked: name, hash: stored.corpus.hash });
});
