/**
 * Event-loop delay of the process that talks with people while a book trains beside it, with a story told every second.
 * Run: npm run bench -- event-loop   (about 45 s; needs nothing but this checkout)
 * The book is made up: 100,000 words.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEngine } from '../src/engine/open-engine.ts';
import { decodeModel } from '../src/language/checkpoint.ts';
import { Teller } from '../src/language/telling/teller.ts';
import { FileLibrary } from '../src/library/file-library.ts';
import { LocalTrainer } from '../src/training/local-trainer.ts';
import { madeUpBook } from './made-up-book.ts';
import type { Measurement } from './measurement.ts';

const SECONDS = 30;

async function eventLoop(): Promise<Measurement[]> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'fabulist-bench-'));
  const folders = { dataFolder, starterFolder: join(import.meta.dirname, '../corpora') };
  const library = new FileLibrary(folders);
  const trainer = new LocalTrainer({ library, ...folders, engine: 'auto' });
  try {
    const fable = { server: 'starters', name: 'belling-the-cat' };
    await (await trainer.train({ corpus: fable, options: {}, reason: 'starter', by: 'bench' })).ended;
    const { telling } = await library.versions(fable);
    const model = decodeModel(await library.readVersion(fable, telling as string));
    const { engine } = await openEngine({ choice: 'auto' });
    const teller = await Teller.open(engine, model);
    const context = model.vocabulary.encode(['had', 'a', 'general']);
    const tell = () => teller.tell(context, { words: 32, temperature: 0, seed: 1 });
    await tell();

    const book = { server: 'local', name: 'book' };
    const text = madeUpBook(100_000);
    await library.addStories(
      book,
      [{ fileName: 'book.txt', by: 'bench', encoding: 'utf-8', bytes: text.length, text }],
      'append',
    );
    const training = await trainer.train({ corpus: book, options: { seconds: 600 }, reason: 'asked', by: 'bench' });
    await new Promise<void>((resolve) => {
      const unwatch = training.watch((event) => {
        if (event.kind !== 'progress') return;
        resolve();
        setImmediate(() => unwatch());
      });
    });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const stories: number[] = [];
    for (let second = 0; second < SECONDS; second++) {
      const start = performance.now();
      await tell();
      stories.push(performance.now() - start);
      await sleep(1_000);
    }
    delay.disable();
    await trainer.cancel(book);
    await training.ended;
    stories.sort((a, b) => a - b);
    // The monitor counts its own resolution of 1 ms in.
    const milliseconds = (percentile: number) => Number((delay.percentile(percentile) / 1e6 - 1).toFixed(2));
    const alone = { peer: null, peerName: null, unit: 'ms', ratio: null };
    return [
      { name: 'event-loop delay while a book trains, 99th percentile', ours: milliseconds(99), ...alone },
      { name: 'event-loop delay while a book trains, median', ours: milliseconds(50), ...alone },
      {
        name: 'a 32-word story while a book trains, median',
        ours: Number((stories[stories.length >> 1] as number).toFixed(1)),
        ...alone,
      },
    ];
  } finally {
    await trainer.close();
    await library.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

console.log(JSON.stringify(await eventLoop()));
