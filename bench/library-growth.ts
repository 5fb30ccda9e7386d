/*
 * Does the library stay as fast with 10,000 corpora as with 10? Plants both on disk, opens each and times what an answer
 * needs, then prints a JSON array: medians in milliseconds and their ratio.
 *
 *   npm run bench -- library-growth
 *
 * Takes 10 to 30 seconds, nearly all of it planting. The corpora are copies of one that the library stored, so nothing is
 * measured about storing. Every corpus is of a server of its own: the worst case for anything that would look at others.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { FileLibrary } from '../src/library/file-library.ts';
import { STARTERS } from '../src/library/library.ts';
import { LibraryStoryteller } from '../src/story/library-storyteller.ts';
import { LocalTrainer } from '../src/training/local-trainer.ts';
import { trainCorpus } from '../src/training/train-corpus.ts';
import { compared, median } from './measurement.ts';
import { keyOf, nameOf, plant, STARTER, serverOf, startersOf } from './planted-library.ts';

const ROUNDS = 300;
/** A corpus of two versions, which nothing is told from. */
const NOTHING_LEARNED = {
  text: 'Long ago, the mice had a general council to consider what measures they could take. '.repeat(20),
  files: { 'model.json': Buffer.from('{}'), 'weights.bin': Buffer.alloc(1_000, 1) },
};

const work = await mkdtemp(path.join(tmpdir(), 'fabulist-growth-'));
try {
  const sizes = [10, 10_000] as const;
  const folders = [path.join(work, 'small'), path.join(work, 'large')] as const;
  for (const [which, folder] of folders.entries()) await plant(folder, sizes[which] as number, NOTHING_LEARNED);
  const [small, large] = await measure(folders, sizes);
  const measured = Object.entries(small).map(([name, ms]) =>
    compared({ name: `${name}, 10,000 corpora`, unit: 'ms' }, large[name] ?? null, { name: '10 corpora', value: ms }),
  );
  console.log(JSON.stringify(measured, null, 2));
} finally {
  await rm(work, { recursive: true });
}

/**
 * Medians in ms for each of two libraries, which take turns, so that what else the machine does slows both. Asks about
 * corpora all over a library, and checks every answer. `firstLook` is what `corpora` costs a process that just began.
 */
async function measure(
  folders: readonly [string, string],
  sizes: readonly [number, number],
): Promise<[Record<string, number>, Record<string, number>]> {
  const times: [Record<string, number[]>, Record<string, number[]>] = [{}, {}];
  const libraries: FileLibrary[] = [];
  const { engine } = await openEngine({ choice: 'auto' });
  const houses = [await house(folders[0], engine), await house(folders[1], engine)] as const;
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of [0, 1] as const) {
      const time = async (name: string, work: () => Promise<boolean>) => {
        const start = performance.now();
        const right = await work();
        times[which][name] = [...(times[which][name] ?? []), performance.now() - start];
        if (!right) throw new Error(`${name} answered wrongly`);
      };
      const index = (round * 7_919) % sizes[which];
      const { server, name } = { server: serverOf(index), name: nameOf(index) };
      const look = async (library: FileLibrary) => (await library.corpora(server)).length === 2;
      let library = libraries[which] as FileLibrary;
      if (round % 10 === 0) {
        await time('open', async () => {
          library = new FileLibrary({
            dataFolder: folders[which],
            starterFolder: startersOf(folders[which]),
          });
          return true;
        });
        libraries[which] = library;
        await time('firstLook', () => look(library));
        await time('start-up', async () => {
          const trainer = trainerOf(library, folders[which]);
          await trainer.resume();
          setImmediate(() => void trainer.close());
          return true;
        });
        await time('/story', async () => {
          const asker = { server, channel: 'bench', user: 'bench' };
          const story = await houses[which].tell(asker, { opening: 'long ago', corpus: STARTER, seed: 1 });
          return story.continuation.length === 32;
        });
      }
      await time('corpora', () => look(library));
      await time('/corpora', async () => {
        const shown = await houses[which].corpora({ server, channel: 'bench', user: 'bench' });
        return shown.length === 2;
      });
      await time('corpus', async () => (await library.corpus(server, name))?.name === name);
      await time('starter', async () => (await library.corpus(server, STARTER))?.name === STARTER);
      await time('versions', async () => (await library.versions({ server, name })).versions.length === 2);
      await time('readDocument', async () => (await library.readDocument('settings', keyOf(index))) !== undefined);
    }
  }
  const medians = (all: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(all).map(([name, values]) => [name, median(values)]));
  return [medians(times[0]), medians(times[1])];
}

/** A storyteller on a library, whose starter has learned its one sentence. */
async function house(dataFolder: string, engine: Engine): Promise<LibraryStoryteller> {
  const library = new FileLibrary({ dataFolder, starterFolder: startersOf(dataFolder) });
  const corpus = { server: STARTERS, name: STARTER };
  await trainCorpus(library, engine, { corpus, options: { units: 64 }, reason: 'starter', by: 'bench' }, 0);
  const trainer = trainerOf(library, dataFolder);
  return new LibraryStoryteller({ library, trainer, openEngine: async () => engine });
}

function trainerOf(library: FileLibrary, dataFolder: string): LocalTrainer {
  return new LocalTrainer({ library, dataFolder, starterFolder: startersOf(dataFolder), engine: 'auto' });
}
