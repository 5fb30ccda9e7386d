import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { LibraryStoryteller } from '../../src/story/library-storyteller.ts';
import type { Quotas } from '../../src/story/quota.ts';
import { LiveTraining } from '../../src/training/live-training.ts';
import type { Trainer, Training } from '../../src/training/trainer.ts';

const asker = (server: string) => ({ server, channel: 'c', user: 'ann' });
let library: MemoryLibrary;
let trainings: Training[];

beforeEach(() => {
  library = new MemoryLibrary();
  trainings = [];
});

function teller(quotas: Quotas): LibraryStoryteller {
  const trainer: Trainer = {
    async train(request) {
      const training = new LiveTraining(request);
      trainings.push(training);
      return training;
    },
    trainings: () => trainings,
    cancel: async () => false,
    stop: async () => false,
    close: async () => undefined,
  };
  const openEngine = () => Promise.reject(new Error('no story is told'));
  return new LibraryStoryteller({ library, trainer, quotas, openEngine });
}

function upload(corpus: string, text: string, mode: 'append' | 'clean' = 'append') {
  return { corpus, files: [{ fileName: `${corpus}.txt`, bytes: Buffer.from(text) }], mode, options: {} };
}

const TEN = 'one two three four five six seven eight nine .';

describe('a quota', () => {
  it('of corpora refuses the next one, of this server alone', async () => {
    const storyteller = teller({ corpora: 2 });
    await storyteller.train(asker('a'), upload('one', TEN));
    await storyteller.train(asker('a'), upload('two', TEN));
    await storyteller.train(asker('a'), upload('ONE', `${TEN} ${TEN}`));
    const refused = storyteller.train(asker('a'), upload('three', TEN));
    await expect(refused).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(refused).rejects.toThrow(/^This server may have 2 corpora, and has 2: [^\n]+\.$/);
    await storyteller.train(asker('b'), upload('three', TEN));
    expect(await library.corpora('a')).toHaveLength(2);
  });

  it('of words counts those of all its stories, and what a clean start frees', async () => {
    const storyteller = teller({ words: 25 });
    await storyteller.train(asker('a'), upload('one', TEN));
    await storyteller.train(asker('a'), upload('two', `so ${TEN}`));
    const refused = storyteller.train(asker('a'), upload('two', `it was ${TEN}`));
    await expect(refused).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(refused).rejects.toThrow(/25 words, and with this story would have 33/);
    await storyteller.train(asker('a'), upload('two', `it was ${TEN}`, 'clean'));
    await storyteller.train(asker('b'), upload('two', TEN));
    expect(await library.corpora('a')).toHaveLength(2);
  });

  it('of trainings refuses before anything is stored, and lets what is there already be joined', async () => {
    const storyteller = teller({ trainings: 1 });
    await storyteller.train(asker('a'), upload('one', TEN));
    const refused = storyteller.train(asker('a'), upload('two', TEN));
    await expect(refused).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(refused).rejects.toThrow(/one training at a time: wait for “one”/);
    expect(await library.corpora('a')).toHaveLength(1);
    await storyteller.train(asker('a'), upload('one', `so ${TEN}`));
    await storyteller.train(asker('b'), upload('two', TEN));
    trainings = [];
    await storyteller.train(asker('a'), upload('two', TEN));
  });
});
