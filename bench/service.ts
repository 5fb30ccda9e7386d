/**
 * Does a story stay quick while a training runs? Asks a running house for 200 stories a second, for 30 seconds each: alone,
 * and while a made-up book is learned beside it. Every story is asked for at its time, however late the others are.
 * Run: npm run bench -- service   (about 80 s; needs nothing but this checkout)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEngine } from '../src/engine/open-engine.ts';
import { Random } from '../src/language/random.ts';
import { FileLibrary } from '../src/library/file-library.ts';
import { LibraryStoryteller } from '../src/story/library-storyteller.ts';
import { LocalTrainer } from '../src/training/local-trainer.ts';
import type { Measurement } from './measurement.ts';

const SECONDS = Number(process.env.FABULIST_BENCH_SECONDS ?? 30);
const A_SECOND = 200;
const OPENINGS = ['had a general', 'the young mouse', 'who is to bell', 'round the neck', ''];
const ASKER = { server: 'bench', channel: 'bench', user: 'bench' };

async function service(): Promise<Measurement[]> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'fabulist-bench-'));
  const folders = { dataFolder, starterFolder: join(import.meta.dirname, '../corpora') };
  const library = new FileLibrary(folders);
  const trainer = new LocalTrainer({ library, ...folders, engine: 'auto' });
  const { engine } = await openEngine({ choice: 'auto' });
  const storyteller = new LibraryStoryteller({ library, trainer, openEngine: async () => engine });
  /** Milliseconds that each story took from the time at which it was due. */
  const ask = async (seconds: number): Promise<number[]> => {
    const start = performance.now();
    const told: Promise<number>[] = [];
    while (told.length < seconds * A_SECOND) {
      const due = start + (told.length * 1_000) / A_SECOND;
      if (performance.now() < due) {
        await sleep(1);
        continue;
      }
      const opening = OPENINGS[told.length % OPENINGS.length] as string;
      const story = storyteller.tell(ASKER, { opening, corpus: 'belling-the-cat', seed: told.length });
      told.push(story.then(() => performance.now() - due));
    }
    return (await Promise.all(told)).sort((a, b) => a - b);
  };
  try {
    await storyteller.tell(ASKER, { opening: 'had a general' });
    await ask(2);
    const alone = await ask(SECONDS);
    const book = { fileName: 'book.txt', bytes: Buffer.from(madeUpBook(100_000)) };
    const { training } = await storyteller.train(ASKER, { files: [book], mode: 'append', options: { seconds: 600 } });
    await new Promise<void>((resolve) => {
      const unwatch = training.watch(({ kind }) => {
        if (kind !== 'progress') return;
        resolve();
        setImmediate(() => unwatch());
      });
    });
    const beside = await ask(SECONDS);
    await trainer.cancel(training.request.corpus);
    await training.ended;
    const at = (times: readonly number[], share: number) => times[Math.floor(share * (times.length - 1))] as number;
    return [0.5, 0.99].map((share): Measurement => {
      const [ours, peer] = [at(beside, share), at(alone, share)];
      return {
        name: `a story at ${A_SECOND} a second while a book trains, ${share === 0.5 ? 'median' : '99th percentile'}`,
        ours: Number(ours.toPrecision(3)),
        peer: Number(peer.toPrecision(3)),
        peerName: 'without a training',
        unit: 'ms',
        ratio: Number((ours / peer).toPrecision(3)),
      };
    });
  } finally {
    await storyteller.close();
    await trainer.close();
    await library.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** Words drawn by Zipf's law, a full stop after every 15 or so. */
function madeUpBook(words: number): string {
  const random = new Random(1);
  return Array.from({ length: words }, (_, k) => (k % 15 === 14 ? '.' : `w${Math.floor(8_000 ** random.next())}`)).join(
    ' ',
  );
}

console.log(JSON.stringify(await service()));
