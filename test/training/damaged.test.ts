/** Damaged and odd files all the way: read, stored, learned for a few steps, told from. About half a minute. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { FabulistError } from '../../src/errors.ts';
import type { RecipeOptions } from '../../src/language/recipe.ts';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { LibraryStoryteller } from '../../src/story/library-storyteller.ts';
import { LiveTraining } from '../../src/training/live-training.ts';
import { trainCorpus } from '../../src/training/train-corpus.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { damagedFiles, ODD } from '../language/reading/damaged-files.ts';

const ANN = { server: 'local', channel: 'c', user: 'ann' };
/** Learns next to nothing, at once. */
const QUICK: RecipeOptions = { units: 8, embedding: 8, iterations: 3 };
const CODES = ['bad-file', 'too-short', 'too-large'];

/** Trains in this process what a trainer process would: a defect is thrown here, where a trainer would log it. */
function trainerHere(library: MemoryLibrary, engine: () => Engine): Trainer {
  return {
    async train(request) {
      const training = new LiveTraining(request);
      const trained = await trainCorpus(library, engine(), request, 0.02);
      if (trained.kind === 'finished') training.tell(trained);
      return training;
    },
    trainings: () => [],
    cancel: async () => false,
    stop: async () => false,
    close: async () => undefined,
  };
}

describe('a damaged file', () => {
  let engine: Engine;
  beforeAll(async () => {
    ({ engine } = await openEngine({ choice: 'auto' }));
  });
  const library = new MemoryLibrary();
  const storyteller = new LibraryStoryteller({
    library,
    trainer: trainerHere(library, () => engine),
    openEngine: async () => engine,
  });
  afterAll(() => storyteller.close());
  let corpora = 0;

  /** Hands a file over as people do and tells from what was learned of it: the kind of model, or why it was refused. */
  async function outcome(fileName: string, bytes: Buffer, options: RecipeOptions): Promise<string> {
    const corpus = `corpus ${corpora++}`;
    try {
      const files = [{ fileName, bytes }];
      const reply = await storyteller.train(ANN, { files, corpus, mode: 'clean', options: { ...QUICK, ...options } });
      expect(reply.training.latest.kind).toBe('finished');
      // An opening that the corpus cannot know, and none at all.
      for (const opening of ['Once upon a time', '']) {
        const told = await storyteller.tell(ANN, { opening, corpus, words: 8, seed: 1 });
        expect(told.continuation.length).toBeGreaterThan(0);
        expect(told.prose.opening + told.prose.continuation).not.toMatch(/<unk>|\0/);
      }
      const [newest] = (await library.versions({ server: ANN.server, name: corpus })).versions;
      for (const [key, figure] of Object.entries(newest?.figures ?? {})) {
        if (typeof figure === 'number') expect(figure, `${fileName}: ${key}`).toBeGreaterThanOrEqual(0);
      }
      return options.model ?? 'default';
    } catch (error) {
      if (!(error instanceof FabulistError)) throw error;
      expect(error.message).toMatch(/^[^\n]{10,250}\.$/);
      expect(CODES).toContain(error.code);
      return error.code;
    }
  }

  it('is learned and told from, or refused in one sentence, 200 times', async () => {
    const outcomes = new Map<string, number>();
    let count = 0;
    for (const [name, bytes] of damagedFiles()) {
      const holdOut = [0, 0.1, 0.5][count % 3] as number;
      const what = await outcome(name, bytes, { model: count % 2 === 0 ? 'window' : 'sequence', holdOut });
      outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
      count++;
    }
    expect(count).toBeGreaterThanOrEqual(200);
    expect(outcomes.get('window')).toBeGreaterThan(40);
    expect(outcomes.get('sequence')).toBeGreaterThan(40);
    expect(outcomes.get('bad-file')).toBeGreaterThan(20);
  }, 240_000);

  it.each(ODD)(
    'is learned and told from, or refused in one sentence: %s',
    async (name, bytes) => {
      const fileName = name.includes('Markdown') ? 'odd.md' : 'odd.txt';
      expect(['default', ...CODES]).toContain(await outcome(fileName, bytes(), {}));
    },
    240_000,
  );
});
