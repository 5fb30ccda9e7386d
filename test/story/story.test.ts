import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { TELLING_FILES } from '../../src/language/checkpoint.ts';
import { tokenize } from '../../src/language/text/tokenizer.ts';
import { type Library, STARTERS } from '../../src/library/library.ts';
import type { Training } from '../../src/training/trainer.ts';
import { ALICE, BOB, EVE, FABLE, FIGURES, HeartTeller, learn, modelOf, openHouse, textFile } from './fakes.ts';

const CAT = { server: STARTERS, name: 'belling-the-cat' };
const LISTING_11 =
  'council to consider what measures they could take to outwit their common enemy , the cat . some said this , and some ' +
  'said that but at last a young mouse got';
const DAY = 24 * 60 * 60 * 1000;

/** A text of so many symbols that it is not learned by heart. */
const BOOK = Array.from({ length: 400 }, (_, k) => `Word${k % 97} follows word${k % 89}, then.`).join(' ');

describe('a story', () => {
  it("is the article's Listing 11 by default", async () => {
    const { storyteller } = openHouse();
    const story = await storyteller.tell(ALICE, { opening: 'had a general' });
    expect(story.continuation.join(' ')).toBe(LISTING_11);
    expect(story).toMatchObject({
      corpus: 'belling-the-cat',
      opening: 'had a general',
      prose: { opening: 'had a general' },
      replaced: [],
      originality: { longestCopiedWords: 32, newFourWordRuns: 0 },
      engine: 'wasm',
      parts: 1,
    });
    expect(story.prose.continuation).toBe(
      ' council to consider what measures they could take to outwit their common enemy, the cat. Some said this, and some ' +
        'said that but at last a young mouse got',
    );
    expect(story.id).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    'general',
    'young mouse',
    '  HAD \n a   General ',
    '"had a general"',
    FABLE.slice(0, 400),
    '🐭',
    'xyzzy',
    '—',
  ])('goes on after %j', async (opening) => {
    const { storyteller } = openHouse();
    const story = await storyteller.tell(ALICE, { opening });
    expect(story.continuation).toHaveLength(32);
    expect(story.prose.opening).toBe(opening.replace(/\s+/g, ' ').trim());
    expect(tokenize(story.prose.opening + story.prose.continuation)).toEqual([
      ...tokenize(opening),
      ...story.continuation,
    ]);
  });

  it.each(['', '   ', '\u0007', '___'])(
    'begins with a sentence of the corpus where %j says nothing',
    async (opening) => {
      const { storyteller } = openHouse();
      const openings = new Set<string>();
      for (let seed = 0; seed < 20; seed++)
        openings.add((await storyteller.tell(ALICE, { opening, seed })).prose.opening);
      expect(openings.size).toBeGreaterThan(3);
      expect([...openings].every((text) => FABLE.includes(text.toLowerCase()))).toBe(true);
      const again = await storyteller.tell(ALICE, { opening, seed: 3 });
      expect(again.prose).toEqual((await storyteller.tell(ALICE, { opening, seed: 3 })).prose);
    },
  );

  it('reports the word that it did not know', async () => {
    const { storyteller } = openHouse();
    const story = await storyteller.tell(ALICE, { opening: 'had a Generals' });
    expect(story.replaced).toEqual([{ unknown: 'Generals', known: 'general' }]);
    expect(story.prose.opening).toBe('had a Generals');
  });

  it.each([
    [{ words: 0 }, 'words must be a whole number from 8 to 256, not 0.'],
    [{ words: 257 }, 'words must be a whole number from 8 to 256, not 257.'],
    [{ words: 8.5 }, 'words must be a whole number from 8 to 256, not 8.5.'],
    [{ temperature: -1 }, 'temperature must be a number from 0 to 2, not -1.'],
    [{ temperature: Number.NaN }, 'temperature must be a number from 0 to 2, not NaN.'],
    [{ seed: -1 }, 'seed must be a whole number from 0 to 4294967295, not -1.'],
    [{ opening: 'a'.repeat(10_000) }, 'The opening must have at most 2,000 characters, not 10,000.'],
  ])('%j: one sentence', async (options, message) => {
    const { storyteller, trainer } = openHouse();
    await expect(storyteller.tell(ALICE, { opening: 'the cat', ...options })).rejects.toMatchObject({
      code: 'usage',
      message,
    });
    expect(trainer.asked).toEqual([]);
  });

  it('adds exactly as many words as it is asked for', async () => {
    const { storyteller } = openHouse();
    for (const words of [8, 256]) {
      expect((await storyteller.tell(ALICE, { opening: 'the cat', words })).continuation).toHaveLength(words);
    }
  });

  it('is told word for word by heart, and with some life from a longer text', async () => {
    const { storyteller, tellers, library } = openHouse();
    await storyteller.train(ALICE, { files: [textFile(BOOK)], corpus: 'book', mode: 'append', options: {} });
    await learn(library, { server: ALICE.server, name: 'book' });
    await storyteller.tell(ALICE, { opening: 'the cat' });
    await storyteller.tell(ALICE, { opening: 'word1', corpus: 'book' });
    await storyteller.tell(ALICE, { opening: 'word1', corpus: 'book', temperature: 0, seed: 5 });
    expect(tellers.flatMap(({ tellings }) => tellings)).toMatchObject([
      { temperature: 0, words: 32 },
      { temperature: 0.8, topP: 0.7, words: 32 },
      { temperature: 0, seed: 5 },
    ]);
  });

  it('says how long it took', async () => {
    const { storyteller, tellers, pass } = openHouse();
    await storyteller.tell(ALICE, { opening: 'the cat' });
    const [teller] = tellers;
    if (teller) teller.gate = Promise.resolve().then(() => pass(40));
    expect((await storyteller.tell(ALICE, { opening: 'the cat' })).milliseconds).toBe(40);
  });
});

describe('a story that goes on', () => {
  it('continues where it was, with as many words again, and keeps what was told', async () => {
    const { storyteller } = openHouse();
    const one = await storyteller.tell(ALICE, { opening: 'had a general', words: 8 });
    const two = await storyteller.continue(BOB, one.id);
    const three = await storyteller.continue(ALICE, one.id);
    expect(three.continuation.slice(0, 24).join(' ')).toBe(LISTING_11.split(' ').slice(0, 24).join(' '));
    expect([one.parts, two.parts, three.parts]).toEqual([1, 2, 3]);
    expect(three.prose.continuation.startsWith(two.prose.continuation)).toBe(true);
    expect(three.prose.continuation).toBe(
      ' council to consider what measures they could take to outwit their common enemy, the cat. Some said this, and some said',
    );
    expect(three.id).toBe(one.id);
    expect(three.originality.longestCopiedWords).toBe(24);
  });

  it('draws anew for every part, and the same again by the same seed', async () => {
    const { storyteller, tellers } = openHouse();
    const told = [];
    for (let time = 0; time < 2; time++) {
      const { id } = await storyteller.tell(ALICE, { opening: 'had a general', temperature: 1, seed: 4_294_967_295 });
      told.push((await storyteller.continue(ALICE, id)).prose);
    }
    expect(told[0]).toEqual(told[1]);
    expect(tellers[0]?.tellings.map(({ seed }) => seed)).toEqual([4_294_967_295, 0, 4_294_967_295, 0]);
  });

  it('loses no part when two ask at once', async () => {
    const { storyteller } = openHouse();
    const { id } = await storyteller.tell(ALICE, { opening: 'had a general', words: 8 });
    const told = await Promise.all([
      storyteller.continue(ALICE, id),
      storyteller.continue(BOB, id),
      storyteller.continue(BOB, id),
    ]);
    expect(told.map(({ parts }) => parts).sort()).toEqual([2, 3, 4]);
    expect((await storyteller.undo(ALICE, id)).parts).toBe(3);
  });

  it('goes on after one of them failed', async () => {
    const { storyteller } = openHouse();
    const { id } = await storyteller.tell(ALICE, { opening: 'had a general', words: 8 });
    const told = await Promise.allSettled([storyteller.undo(ALICE, id), storyteller.continue(BOB, id)]);
    expect(told).toMatchObject([
      { status: 'rejected', reason: { code: 'usage', message: expect.stringMatching(/^Only the first part/) } },
      { status: 'fulfilled', value: { parts: 2 } },
    ]);
  });

  it('takes the last part back word for word', async () => {
    const { storyteller } = openHouse();
    const one = await storyteller.tell(ALICE, { opening: 'had a general' });
    await storyteller.continue(ALICE, one.id);
    const { milliseconds, ...back } = await storyteller.undo(ALICE, one.id);
    expect({ ...back, milliseconds: one.milliseconds }).toEqual(one);
    expect(milliseconds).toBe(0);
  });

  it('is always told differently when it is told again', async () => {
    // Knows the fable so well that only heat above 1.2 brings anything else out.
    const { storyteller, tellers } = openHouse({ stubborn: 1.2 });
    const one = await storyteller.tell(ALICE, { opening: 'had a general' });
    const two = await storyteller.continue(ALICE, one.id);
    const three = await storyteller.retell(ALICE, one.id);
    expect(three.parts).toBe(2);
    expect(three.continuation.slice(0, 32)).toEqual(two.continuation.slice(0, 32));
    expect(three.continuation.slice(32)).not.toEqual(two.continuation.slice(32));
    expect(three.prose.continuation.startsWith(one.prose.continuation)).toBe(true);
    const retellings = tellers[0]?.tellings.slice(2) ?? [];
    expect(retellings.map(({ temperature }) => temperature)).toEqual([0.7, 1, 1.3]);
    expect(new Set(retellings.map(({ seed }) => seed)).size).toBe(3);
  });

  it('gives up telling it differently after some tries', async () => {
    const { storyteller, tellers } = openHouse({ stubborn: 2 });
    const one = await storyteller.tell(ALICE, { opening: 'had a general' });
    await storyteller.retell(ALICE, one.id);
    expect(tellers[0]?.tellings.at(-1)?.temperature).toBe(2);
    expect(tellers[0]?.tellings.length).toBeLessThan(12);
  });

  it('is over after a day, and not before', async () => {
    const { storyteller, pass } = openHouse();
    const { id } = await storyteller.tell(ALICE, { opening: 'had a general' });
    pass(DAY);
    await expect(storyteller.continue(ALICE, id)).resolves.toMatchObject({ parts: 2 });
    pass(1);
    await expect(storyteller.continue(ALICE, id)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('for a day'),
    });
  });

  it('is swept away when it is over', async () => {
    const { storyteller, library, pass } = openHouse();
    await storyteller.tell(ALICE, { opening: 'had a general' });
    pass(DAY + 1);
    const { id } = await storyteller.tell(ALICE, { opening: 'had a general' });
    await storyteller.close();
    expect((await library.listDocuments('sessions')).map(({ key }) => key)).toEqual([id]);
  });

  it.each(['continue', 'retell', 'undo'] as const)("is nobody else's to %s", async (action) => {
    const { storyteller } = openHouse();
    const { id } = await storyteller.tell(ALICE, { opening: 'had a general' });
    await storyteller.continue(ALICE, id);
    await expect(storyteller[action](EVE, id)).rejects.toMatchObject({ code: 'usage' });
    for (const wrong of ['', '../../etc', id.toUpperCase(), `${id} `]) {
      await expect(storyteller[action](ALICE, wrong)).rejects.toMatchObject({ code: 'usage' });
    }
    await expect(storyteller[action](ALICE, id)).resolves.toBeDefined();
  });

  it('survives a restart', async () => {
    const { storyteller, library, trainer } = openHouse();
    const { id } = await storyteller.tell(ALICE, { opening: 'had a general', words: 8 });
    const { storyteller: next } = openHouse({ library, trainer });
    expect((await next.continue(ALICE, id)).continuation.join(' ')).toBe(LISTING_11.split(' ').slice(0, 16).join(' '));
  });

  it('is told where the disk is full, but not kept', async () => {
    const { storyteller, library } = openHouse();
    const { FabulistError } = await import('../../src/errors.ts');
    library.writeDocument = async () => Promise.reject(new FabulistError('disk-full', 'The disk is full.'));
    expect(await storyteller.tell(ALICE, { opening: 'had a general' })).toMatchObject({ id: '', parts: 1 });
  });
});

describe('the model of a story', () => {
  it('is loaded once for many stories, and freed at the end', async () => {
    const { storyteller, tellers } = openHouse();
    await Promise.all([1, 2, 3].map(() => storyteller.tell(ALICE, { opening: 'the cat' })));
    expect(tellers).toHaveLength(1);
    await storyteller.close();
    expect(tellers[0]?.disposed).toBe(true);
  });

  it('stays the same when a new version is swapped in, and the next story is told from the new one', async () => {
    let gate: Promise<unknown> = Promise.resolve();
    const { storyteller, library, pass } = openHouse({
      // Nothing is held that is not in use.
      modelMemory: 1,
      openTeller: (_engine, model) => Object.assign(new HeartTeller(model), { gate }),
    });
    const first = await storyteller.tell(ALICE, { opening: 'had a general', words: 8 });
    let open: () => void = () => undefined;
    gate = new Promise<void>((resolve) => (open = resolve));
    const slow = storyteller.continue(ALICE, first.id);
    await new Promise((resolve) => setImmediate(resolve));
    gate = Promise.resolve();
    pass(1_000);
    const version = await learn(library, CAT);
    const next = await storyteller.tell(BOB, { opening: 'had a general' });
    expect(next.modelVersion).toBe(version.id);
    open();
    expect((await slow).modelVersion).toBe(first.modelVersion);
    expect((await storyteller.continue(ALICE, first.id)).modelVersion).toBe(first.modelVersion);
  });

  it('gives way to the one before it when it is damaged', async () => {
    const { storyteller, library, pass } = openHouse();
    const old = await storyteller.tell(ALICE, { opening: 'had a general' });
    pass(1_000);
    const version = await learn(library, CAT);
    damage(library, version.id);
    const story = await storyteller.tell(ALICE, { opening: 'had a general' });
    expect(story.modelVersion).toBe(old.modelVersion);
    damage(library, old.modelVersion);
    const restarted = openHouse({ library });
    await expect(restarted.storyteller.tell(ALICE, { opening: 'had a general' })).rejects.toMatchObject({
      code: 'no-model',
    });
  });

  it('is read without its weights, and told without an engine, where it is known what they say', async () => {
    let opened = 0;
    const openEngine = async () => ({ name: `engine ${++opened}` }) as unknown as Engine;
    const { storyteller, library } = openHouse({ openEngine });
    const asked: (readonly string[] | undefined)[] = [];
    const read = library.readVersion.bind(library);
    library.readVersion = (corpus, version, names) => {
      asked.push(names);
      return read(corpus, version, names);
    };
    await storyteller.tell(ALICE, { opening: 'had a general' });
    expect(asked).toEqual([TELLING_FILES, undefined]);
    await learn(library, CAT, { model: { ...modelOf([FABLE]), predictions: new Float32Array(1) } });
    expect(await storyteller.tell(ALICE, { opening: 'had a general' })).toMatchObject({ engine: FIGURES.engine });
    expect(asked.slice(2)).toEqual([TELLING_FILES]);
    expect(opened).toBe(1);
  });

  it('is loaded again for a faster engine', async () => {
    const names = ['wasm', 'native'];
    const { storyteller, tellers } = openHouse({
      openEngine: async () => ({ name: names.shift() ?? 'native' }) as Engine,
    });
    const engines = [];
    for (let k = 0; k < 3; k++) engines.push((await storyteller.tell(ALICE, { opening: 'the cat' })).engine);
    expect(engines).toEqual(['wasm', 'native', 'native']);
    expect(tellers).toHaveLength(2);
  });
});

describe('a corpus that has no model', () => {
  it('is trained first where it is a starter, once for all who ask', async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    const shown: Training[] = [];
    const stories = [ALICE, BOB, EVE].map((asker) =>
      storyteller.tell(asker, { opening: 'the cat' }, (training) => shown.push(training)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(trainer.asked.map(({ request }) => request)).toEqual([
      { corpus: CAT, options: {}, reason: 'starter', by: 'alice' },
    ]);
    expect(shown).toEqual([trainer.asked[0], trainer.asked[0], trainer.asked[0]]);
    if (trainer.asked[0]) await trainer.finish(trainer.asked[0]);
    expect((await Promise.all(stories)).map(({ parts }) => parts)).toEqual([1, 1, 1]);
    await storyteller.tell(ALICE, { opening: 'the cat' }, (training) => shown.push(training));
    expect(shown).toHaveLength(3);
  });

  it.each([
    [
      { kind: 'failed', message: 'The engine is missing.', setAside: false } as const,
      'training-failed',
      'The engine is missing.',
    ],
    [
      { kind: 'cancelled' } as const,
      'cancelled',
      'The training of “belling-the-cat” was cancelled, so there is no story yet.',
    ],
  ])('tells nothing when its training ends as %j, and is trained anew for the next', async (event, code, message) => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    const story = storyteller.tell(ALICE, { opening: 'the cat' });
    await new Promise((resolve) => setImmediate(resolve));
    trainer.asked[0]?.send(event);
    await expect(story).rejects.toMatchObject({ code, message });
    const next = storyteller.tell(ALICE, { opening: 'the cat' });
    await new Promise((resolve) => setImmediate(resolve));
    if (trainer.asked[1]) await trainer.finish(trainer.asked[1]);
    await expect(next).resolves.toMatchObject({ parts: 1 });
  });

  it('says how far its training is', async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    await storyteller.train(ALICE, { files: [textFile(BOOK)], corpus: 'book', mode: 'append', options: {} });
    const sentence = async () =>
      storyteller.tell(ALICE, { opening: 'x', corpus: 'book' }).catch((error: Error) => error.message);
    expect(await sentence()).toBe('“book” is still learning its first story: its training is next.');
    const progress = {
      step: 9,
      share: 0.426,
      secondsSpent: 9,
      loss: 1,
      accuracy: 0.5,
      heldOutPerplexity: null,
      sample: null,
    };
    trainer.asked[0]?.send({ kind: 'progress', progress: { ...progress, secondsLeft: 20.2 } });
    expect(await sentence()).toBe('“book” is still learning its first story: 42 % done, about 20 seconds left.');
    trainer.asked[0]?.send({ kind: 'progress', progress: { ...progress, secondsLeft: 200 } });
    expect(await sentence()).toContain('about 3 minutes left');
  });

  it("is trained first where it is the server's own, by whatever way it came to have no model", async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    await storyteller.train(ALICE, { files: [textFile(BOOK)], corpus: 'book', mode: 'append', options: {} });
    await storyteller.cancel(ALICE, 'book');
    const shown: Training[] = [];
    const stories = [ALICE, BOB].map((asker) =>
      storyteller.tell(asker, { opening: 'word1', corpus: 'BOOK' }, (training) => shown.push(training)),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(trainer.asked.slice(1).map(({ request }) => request)).toEqual([
      { corpus: { server: 'guild-1', name: 'book' }, options: {}, reason: 'remainder', by: 'alice' },
    ]);
    expect(shown).toEqual([trainer.asked[1], trainer.asked[1]]);
    if (trainer.asked[1]) await trainer.finish(trainer.asked[1]);
    expect((await Promise.all(stories)).map(({ parts }) => parts)).toEqual([1, 1]);
  });

  it('joins the training that waits or runs already, where it can be shown', async () => {
    const { storyteller, trainer } = openHouse({ atOnce: false });
    await storyteller.train(ALICE, { files: [textFile(BOOK)], corpus: 'book', mode: 'append', options: {} });
    const shown: Training[] = [];
    const story = storyteller.tell(BOB, { opening: 'word1', corpus: 'book' }, (training) => shown.push(training));
    await new Promise((resolve) => setImmediate(resolve));
    expect(trainer.asked).toHaveLength(1);
    expect(shown).toEqual(trainer.asked);
    if (trainer.asked[0]) await trainer.finish(trainer.asked[0]);
    await expect(story).resolves.toMatchObject({ corpus: 'book', parts: 1 });
  });

  it('says why it was set aside', async () => {
    const { storyteller } = openHouse({ atOnce: false, setAside: async () => 'The disk is full.' });
    const { training } = await storyteller.train(ALICE, {
      files: [textFile(BOOK)],
      corpus: 'book',
      mode: 'append',
      options: {},
    });
    await storyteller.cancel(ALICE, training.request.corpus.name);
    await expect(storyteller.tell(ALICE, { opening: 'x', corpus: 'book' })).rejects.toMatchObject({
      code: 'no-model',
      message: '“book” could not be learned: The disk is full.',
    });
    expect((await storyteller.accuracy(ALICE, 'book')).setAside).toBe('The disk is full.');
  });
});

/** Makes reading one version fail as a damaged one does. */
function damage(library: Library, id: string): void {
  const read = library.readVersion.bind(library);
  library.readVersion = async (corpus, version) => {
    const { FabulistError } = await import('../../src/errors.ts');
    if (version === id) throw new FabulistError('storage', 'weights.bin is damaged.');
    return read(corpus, version);
  };
}
