/*
 * What a cluster survives, and how fast it is: 2 chat processes and 4 trainers on one PostgreSQL make 200 trainings of 40
 * corpora, while every five seconds one of them is killed or stopped and the database is restarted twice.
 *
 *   npm run bench -- cluster          (10 to 30 minutes on two cores; PostgreSQL of Debian's packages must be installed)
 *
 * CLUSTER_CORPORA, CLUSTER_ROUNDS, CLUSTER_ITERATIONS and CLUSTER_EVERY (seconds) make it smaller or harder, FABULIST_SEED another one.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../test/postgres.ts';
import { chaos, chaosLine } from '../test/training/cluster/chaos.ts';
import type { Measurement } from './measurement.ts';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const folder = await mkdtemp(path.join(tmpdir(), 'fabulist-cluster-'));
const server = await startPostgres();
try {
  await writeFile(path.join(folder, 'fable.txt'), 'Long ago, the mice had a general council.');
  const result = await chaos({
    server,
    folders: { dataFolder: folder, starterFolder: folder },
    corpora: number('CLUSTER_CORPORA', 40),
    rounds: number('CLUSTER_ROUNDS', 5),
    chats: 2,
    trainers: number('CLUSTER_TRAINERS', 4),
    every: 1_000 * number('CLUSTER_EVERY', 5),
    stopped: 14_000,
    restarts: 2,
    seed: number('FABULIST_SEED', 1),
    options: { name: 'article', units: 24, iterations: number('CLUSTER_ITERATIONS', 600) },
    onLook: (line) => console.error(line),
  });
  console.error(chaosLine(result));
  const figure = (name: string, ours: number, unit: string): Measurement => {
    return { name: `cluster: ${name}`, ours, peer: null, peerName: null, unit, ratio: null };
  };
  const sorted = [...result.takeovers].sort((a, b) => a - b);
  const measured = [
    figure(
      'trainings missing, doubled or of a stale attempt',
      result.missing + result.doubled + result.stale,
      'trainings',
    ),
    figure('overlaps', result.overlaps, 'claims'),
    figure('takeover, median', sorted[Math.floor(sorted.length / 2)] ?? 0, 's'),
    figure('takeover, longest', sorted.at(-1) ?? 0, 's'),
  ];
  console.log(JSON.stringify(measured, null, 2));
} finally {
  server.remove();
  await rm(folder, { recursive: true, force: true });
}
