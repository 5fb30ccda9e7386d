/*
 * What a story costs with 10,000 corpora known: of 1,000 corpora told in turn, each with a model of its own, beside one that
 * is told again and again. Two storytellers of one library take turns; the models are the fable's, by the default recipe, in
 * memory up to the default bound. Every story is asked for as people ask for it, and kept. Prints a JSON array.
 *
 *   npm run bench -- growth     (a minute; --rounds N tells each corpus N times, at least twice)
 *
 * The files of the models are links to one another: they come from the disk's cache on both sides.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { encodeModel } from '../src/language/checkpoint.ts';
import { predictionsOf } from '../src/language/telling/predictions.ts';
import { PAUSED, trainModel } from '../src/language/train-model.ts';
import { FileLibrary } from '../src/library/file-library.ts';
import { LibraryStoryteller } from '../src/story/library-storyteller.ts';
import { LocalTrainer } from '../src/training/local-trainer.ts';
import { compared, median } from './measurement.ts';
import { nameOf, plant, serverOf, startersOf } from './planted-library.ts';

const KNOWN = 10_000;
const IN_TURN = 1_000;
const STORIES = Math.max(2, Number(process.env.BENCH_ROUNDS ?? 2)) * IN_TURN;
const FABLE = path.join(import.meta.dirname, '../corpora/belling-the-cat.txt');

const work = await mkdtemp(path.join(tmpdir(), 'fabulist-many-'));
try {
  const { engine } = await openEngine({ choice: 'auto' });
  const text = readFileSync(FABLE, 'utf8');
  const trained = await trainModel(engine, [text], {});
  if (trained === PAUSED) throw new Error('Nobody paused the training.');
  await plant(work, KNOWN, {
    text,
    files: encodeModel({
      ...trained.model,
      predictions: await predictionsOf(engine, trained.model),
    }),
  });

  const [one, many] = [await house(engine), await house(engine)];
  const times: [number[], number[]] = [[], []];
  let most = 0;
  for (let round = 0; round < STORIES; round++) {
    for (const [which, storyteller, index] of [
      [0, one, 0],
      [1, many, round % IN_TURN],
    ] as const) {
      const asker = { server: serverOf(index), channel: 'bench', user: 'bench' };
      const start = performance.now();
      const told = await storyteller.tell(asker, { opening: 'had a general', corpus: nameOf(index) });
      times[which].push(performance.now() - start);
      if (told.words.length !== 32) throw new Error('A story was told wrongly.');
    }
    most = Math.max(most, process.memoryUsage.rss());
  }
  const note = `memory ${Math.round(most / 1024 ** 2)} MB at most`;
  const row = (name: string, part: (values: number[]) => number[]) =>
    compared(
      { name: `a story, 10,000 corpora known, 1,000 told in turn${name}`, unit: 'ms', note },
      median(part(times[1])),
      {
        name: 'one told again and again',
        value: median(part(times[0])),
      },
    );
  const rows = [
    row(', the first of each', (values) => values.slice(0, IN_TURN)),
    row('', (values) => values.slice(IN_TURN)),
  ];
  console.log(JSON.stringify(rows, null, 2));
} finally {
  await rm(work, { recursive: true });
}

async function house(engine: Engine): Promise<LibraryStoryteller> {
  const library = new FileLibrary({ dataFolder: work, starterFolder: startersOf(work) });
  const trainer = new LocalTrainer({ library, dataFolder: work, starterFolder: startersOf(work), engine: 'auto' });
  return new LibraryStoryteller({ library, trainer, openEngine: async () => engine });
}
