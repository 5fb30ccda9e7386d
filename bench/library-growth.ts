/*
 * Does the library stay as fast with 10,000 corpora as with 10? Plants both on disk, opens each and times what an answer
 * needs, then prints a JSON array: medians in milliseconds and their ratio.
 *
 *   npm run bench -- library-growth
 *
 * Takes 10 to 30 seconds, nearly all of it planting. The corpora are copies of one that the library stored, so nothing is
 * measured about storing. Every corpus is of a server of its own: the worst case for anything that would look at others.
 */
import { linkSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Engine } from '../src/engine/engine.ts';
import { openEngine } from '../src/engine/open-engine.ts';
import { FileLibrary } from '../src/library/file-library.ts';
import { type Figures, STARTERS } from '../src/library/library.ts';
import { corpusFolderName, folderName, serverFolderName } from '../src/library/safe-names.ts';
import { LibraryStoryteller } from '../src/story/library-storyteller.ts';
import { LocalTrainer } from '../src/training/local-trainer.ts';
import { trainCorpus } from '../src/training/train-corpus.ts';
import type { Measurement } from './measurement.ts';

const PER_SERVER = 1;
const STARTER = 'belling-the-cat';
const ROUNDS = 300;

const work = await mkdtemp(path.join(tmpdir(), 'fabulist-growth-'));
try {
  const sizes = [10, 10_000] as const;
  const [small, large] = await measure([await plant(sizes[0]), await plant(sizes[1])], sizes);
  const measured = Object.entries(small).map(([name, ms]): Measurement => {
    const grown = large[name] ?? Number.NaN;
    const ratio = round(grown / ms);
    return {
      name: `${name}, 10,000 corpora`,
      ours: round(grown),
      peer: round(ms),
      peerName: '10 corpora',
      unit: 'ms',
      ratio,
    };
  });
  console.log(JSON.stringify(measured, null, 2));
} finally {
  await rm(work, { recursive: true });
}

/** A data folder with that many corpora, two versions and one setting each. */
async function plant(corpora: number): Promise<string> {
  const dataFolder = path.join(work, String(corpora));
  await mkdir(path.join(dataFolder, 'corpora'), { recursive: true });
  await writeFile(path.join(dataFolder, 'corpora', `${STARTER}.txt`), 'Long ago, the mice had a general council.');
  const library = new FileLibrary({ dataFolder, starterFolder: path.join(dataFolder, 'corpora') });
  const first = { server: serverOf(0), name: nameOf(0) };
  const text = 'Long ago, the mice had a general council to consider what measures they could take. '.repeat(20);
  const story = { fileName: 'mice.txt', by: 'ann', encoding: 'utf-8', bytes: text.length, text };
  const { corpus } = await library.addStories(first, [story], 'append');
  const files = { 'model.json': Buffer.from('{}'), 'weights.bin': Buffer.alloc(1_000, 1) };
  const version = { corpusHash: corpus.hash, stories: [corpus.stories[0]?.hash ?? ''], figures: {} as Figures };
  for (let i = 0; i < 2; i++) await library.addVersion(first, { ...version, keptOut: null, files });
  await library.writeDocument('settings', keyOf(0), { corpus: first.name });
  await library.close();

  const record = await readFile(path.join(dataFolder, 'corpora', folderOf(0), 'corpus.json'), 'utf8');
  for (let index = 1; index < corpora; index++) {
    for (const tree of ['corpora', 'models']) {
      linkAll(path.join(dataFolder, tree, folderOf(0)), path.join(dataFolder, tree, folderOf(index)));
    }
    const own = { ...JSON.parse(record), server: serverOf(index), name: nameOf(index) };
    writeFileSync(path.join(dataFolder, 'corpora', folderOf(index), 'corpus.json'), JSON.stringify(own, null, 2));
    const setting = { key: keyOf(index), value: { corpus: nameOf(index) } };
    const file = `${folderName(keyOf(index), keyOf(index))}.json`;
    writeFileSync(path.join(dataFolder, 'documents', 'settings', file), JSON.stringify(setting));
  }
  // The names of a folder that changed within the last second are read at every look.
  const earlier = new Date(Date.now() - 60_000);
  await utimes(path.join(dataFolder, 'corpora'), earlier, earlier);
  return dataFolder;
}

/** A copy of a folder; nothing writes into the files, so links do, but for the record, which is written anew. */
function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [old, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkAll(old, copy);
    else if (entry.name !== 'corpus.json') linkSync(old, copy);
  }
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
      const look = async (library: FileLibrary) => (await library.corpora(server)).length === PER_SERVER + 1;
      let library = libraries[which] as FileLibrary;
      if (round % 10 === 0) {
        await time('open', async () => {
          library = new FileLibrary({
            dataFolder: folders[which],
            starterFolder: path.join(folders[which], 'corpora'),
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
        return shown.length === PER_SERVER + 1;
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
  const library = new FileLibrary({ dataFolder, starterFolder: path.join(dataFolder, 'corpora') });
  const corpus = { server: STARTERS, name: STARTER };
  await trainCorpus(library, engine, { corpus, options: { units: 64 }, reason: 'starter', by: 'bench' }, 0);
  const trainer = trainerOf(library, dataFolder);
  return new LibraryStoryteller({ library, trainer, openEngine: async () => engine });
}

function trainerOf(library: FileLibrary, dataFolder: string): LocalTrainer {
  return new LocalTrainer({ library, dataFolder, starterFolder: path.join(dataFolder, 'corpora'), engine: 'auto' });
}

function serverOf(index: number): string {
  return `server ${Math.floor(index / PER_SERVER)}`;
}

function nameOf(index: number): string {
  return `Corpus ${index}`;
}

function keyOf(index: number): string {
  return `channel ${index}`;
}

function folderOf(index: number): string {
  return path.join(serverFolderName(serverOf(index)), corpusFolderName(nameOf(index)));
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
