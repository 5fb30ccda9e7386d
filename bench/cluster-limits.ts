/*
 * Where a cluster's database becomes its limit. Measures, on this machine, how many trainings a second PostgreSQL can queue,
 * hand out, follow and keep (with no training done in between), what a story costs it, and how long a training of the fable
 * takes with one and with two trainers; then simulates clusters of 10, 100 and 1,000 trainers with those times.
 *
 *   npm run bench -- cluster-limits          (two to four minutes; PostgreSQL of Debian's packages must be installed)
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Corpus } from '../src/library/library.ts';
import { Claims } from '../src/library/postgres/claims.ts';
import { existingRowOf } from '../src/library/postgres/corpus-rows.ts';
import { PostgresLibrary } from '../src/library/postgres/postgres-library.ts';
import { ask } from '../src/training/cluster/asking.ts';
import { ClusterQueue } from '../src/training/cluster/cluster-queue.ts';
import { ClusterTrainer } from '../src/training/cluster/cluster-trainer.ts';
import { ClusterWorker } from '../src/training/cluster/cluster-worker.ts';
import { endTraining, takeUp, tellEvent } from '../src/training/cluster/training-rows.ts';
import { story, versionFor } from '../test/library/fixtures.ts';
import { startPostgres } from '../test/postgres.ts';
import type { Measurement } from './measurement.ts';

const TRAININGS = 120;
const TOGETHER = 8;
/** Events told of one training: one a second, of a training of twenty seconds. */
const EVENTS = 20;
const WEIGHTS = 1_000_000;

const folder = await mkdtemp(path.join(tmpdir(), 'fabulist-limits-'));
const fable = await readFile(path.join(import.meta.dirname, '../corpora/belling-the-cat.txt'), 'utf8');
await writeFile(path.join(folder, 'fable.txt'), 'Long ago, the mice had a general council.');
const folders = { dataFolder: folder, starterFolder: folder };
const server = await startPostgres();
const measured: Measurement[] = [];
const figure = (name: string, ours: number, unit: string) => {
  measured.push({ name, ours: Number(ours.toPrecision(3)), peer: null, peerName: null, unit, ratio: null });
};
try {
  const cycles = await trainingsOfTheDatabase(await server.database('cycles'));
  figure('trainings that the database can keep up with', cycles, '/s');
  figure(
    'stories that the database can keep up with',
    await storiesOfTheDatabase(await server.database('cycles')),
    '/s',
  );
  const one = await trainingsOfTrainers(await server.database('one'), 1);
  const two = await trainingsOfTrainers(await server.database('two'), 2);
  figure('trainings of the fable, 1 trainer', 60 * one, '/min');
  figure('trainings of the fable, 2 trainers', 60 * two, '/min');
  for (const trainers of [10, 100, 1_000]) {
    const { throughput, busy } = simulate(trainers, Math.min(1 / one, 2 / two), cycles);
    figure(`simulated, ${trainers} trainers: trainings`, throughput * 3_600, '/h');
    figure(`simulated, ${trainers} trainers: the database is busy`, busy * 100, '%');
  }
  console.log(JSON.stringify(measured, null, 2));
} finally {
  server.remove();
  await rm(folder, { recursive: true, force: true });
}

async function ground(url: string) {
  const library = await PostgresLibrary.open({ url, ...folders });
  const queue = new ClusterQueue(url);
  await queue.open();
  return { library, queue, database: library.database };
}

/** All that a training costs the database, and nothing of what it costs a trainer. */
async function trainingsOfTheDatabase(url: string): Promise<number> {
  const { library, queue, database } = await ground(url);
  const corpora: Corpus[] = [];
  for (let index = 0; index < TRAININGS; index++) {
    const ref = { server: `server ${index}`, name: 'corpus' };
    corpora.push((await library.addStories(ref, [story(`${fable} ${index}`)], 'append')).corpus);
  }
  const request = (corpus: Corpus) => ({ corpus, options: {}, reason: 'asked', by: 'ann' }) as const;
  const progress = { step: 1, share: 0.5, secondsSpent: 1, secondsLeft: 1, loss: 1, accuracy: 0.5 };
  const event = {
    kind: 'progress',
    progress: { ...progress, heldOutPerplexity: null, sample: 'The mice ran.' },
  } as const;
  const begun = performance.now();
  let ended = 0;
  const all = new Promise<void>((resolve) => {
    void queue.work(TOGETHER, async ({ job, number }) => {
      const row = await takeUp(database, job, number, '00000000-0000-0000-0000-000000000000');
      const corpus = corpora.find(({ server: of }) => of === row?.request.corpus.server);
      if (!row || !corpus) return;
      const claims = new Claims(database, `${job}:${number}`);
      await claims.claim((await existingRowOf(database, corpus)) ?? '');
      for (let count = 0; count < EVENTS; count++) await tellEvent(database, `${job}:${number}`, event);
      const weights = Buffer.alloc(WEIGHTS, number);
      const version = await library.addVersion(corpus, { ...versionFor(corpus), files: { 'weights.bin': weights } });
      await claims.close();
      const end = { kind: 'finished', version, stopped: false } as const;
      await database.transaction((statements) => endTraining(statements, job, end, 'true', []));
      if (++ended === TRAININGS) resolve();
    });
  });
  for (const corpus of corpora) await ask(database, queue, corpus, request(corpus), null);
  await all;
  const seconds = (performance.now() - begun) / 1_000;
  await queue.close(1_000);
  await library.close();
  return TRAININGS / seconds;
}

/** What a story asks of the database when its model is in memory already. */
async function storiesOfTheDatabase(url: string): Promise<number> {
  const library = await PostgresLibrary.open({ url, ...folders });
  const begun = performance.now();
  let told = 0;
  const teller = async (index: number) => {
    for (; performance.now() - begun < 5_000; told++) {
      const ref = { server: `server ${(index * 7 + told) % TRAININGS}`, name: 'corpus' };
      await library.readDocument('settings', `channel ${told}`);
      await library.corpus(ref.server, ref.name);
      await library.versions(ref);
      await library.writeDocument('sessions', `story ${index} ${told}`, { opening: fable.slice(0, 200) });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, (_, index) => teller(index)));
  await library.close();
  return told / 5;
}

/** Trainings a second of the fable by so many trainers, each with one thread. */
async function trainingsOfTrainers(url: string, trainers: number): Promise<number> {
  const { library, queue, database } = await ground(url);
  const run = { library, ...folders, database: url, engine: 'auto', threads: 1 } as const;
  const chat = await ClusterTrainer.open({ library, queue, database });
  const count = 4;
  const trainings = [];
  for (let index = 0; index < count; index++) {
    const corpus = { server: `server ${index}`, name: 'fable' };
    await library.addStories(corpus, [story(`${fable} ${index}`)], 'append');
    trainings.push(await chat.train({ corpus, options: {}, reason: 'asked', by: 'ann' }));
  }
  const begun = performance.now();
  const worker = new ClusterWorker({ database, queue, run, together: trainers });
  await worker.start();
  await Promise.all(trainings.map(({ ended }) => ended));
  const seconds = (performance.now() - begun) / 1_000;
  await worker.close();
  await chat.close();
  await queue.close(1_000);
  await library.close();
  return count / seconds;
}

/** An hour in which there is always something to train: trainers take `service` seconds, the database one at a time. */
function simulate(trainers: number, service: number, cycles: number): { throughput: number; busy: number } {
  const free = Array.from({ length: trainers }, (_, index) => (index / trainers) * service);
  const cost = 1 / cycles;
  let database = 0;
  let busy = 0;
  let done = 0;
  for (;;) {
    const at = Math.min(...free);
    if (at >= 3_600) break;
    database = Math.max(database, at) + cost;
    busy += cost;
    free[free.indexOf(at)] = database + service;
    done++;
  }
  return { throughput: done / 3_600, busy: Math.min(1, busy / 3_600) };
}
