import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/language/checkpoint.ts';
import type { CorpusRef } from '../../src/library/library.ts';
import type { MemoryLibrary } from '../../src/library/memory-library.ts';
import { WordSpaces } from '../../src/story/word-spaces.ts';
import { refuse } from '../cli/fakes.ts';
import { ALICE, EVE, FIGURES, type House, modelOf, openHouse } from './fakes.ts';

/** In the book a wizard, a general and a king are used alike; nothing is used like a tower. Every word but one stands twice. */
const BOOK = 'wizard general king bell cat mouse tower wizard general king bell cat mouse tower once';
const VECTORS: Record<string, readonly [number, number, number]> = {
  wizard: [1, 0.1, 0],
  general: [1, -0.2, 0],
  king: [1, 0.1, 0],
  bell: [-1, 1, 0],
  cat: [-1, -1, 0],
  mouse: [-1, 0, 0],
  tower: [0, 0, 1],
  once: [1, 0.1, 0],
};

/** Adds a version whose words have these vectors. */
async function learn(library: MemoryLibrary, ref: CorpusRef, language = 'en', vectors = VECTORS): Promise<void> {
  const corpus = await library.corpus(ref.server, ref.name);
  if (!corpus) throw new Error(`no corpus ${ref.name}`);
  const model = modelOf(
    (await library.read(corpus)).map(({ text }) => text),
    language,
  );
  const { size, symbols } = model.vocabulary;
  const values = Float32Array.from(symbols.flatMap((symbol) => vectors[symbol] ?? [0, 0, 0]));
  await library.addVersion(corpus, {
    corpusHash: corpus.hash,
    stories: corpus.stories.map(({ hash }) => hash),
    figures: { ...FIGURES, language, vocabulary: size },
    keptOut: null,
    files: encodeModel({ ...model, weights: [{ name: 'input', shape: [size, 3], values }] }),
  });
}

async function add(
  house: House,
  server: string,
  name: string,
  text: string,
  language = 'en',
  vectors = VECTORS,
): Promise<void> {
  const story = { fileName: `${name}.txt`, by: 'alice', encoding: 'utf-8', bytes: text.length, text };
  await house.library.addStories({ server, name }, [story], 'append');
  await learn(house.library, { server, name }, language, vectors);
}

/** What stood in for the words of an opening. */
async function replaced(house: House, opening: string, asker = ALICE) {
  const story = await house.storyteller.tell(asker, { opening, corpus: 'belling-the-cat' });
  return Object.fromEntries(story.replaced.map(({ unknown, known }) => [unknown, known]));
}

describe('an opening word that this corpus does not know', () => {
  it('is replaced by what another corpus of the server uses like it', async () => {
    const house = openHouse();
    // By spelling, before there is a book.
    expect(await replaced(house, 'had a Wizard')).not.toEqual({ Wizard: 'general' });
    await add(house, 'guild-1', 'book', BOOK);
    // A king is nearer to the wizard, but the fable has none.
    expect(await replaced(house, 'had a Wizard')).toEqual({ Wizard: 'general' });
  });

  it('is told as its stand-in, and stays so when the story goes on', async () => {
    const house = openHouse();
    await add(house, 'guild-1', 'book', BOOK);
    const { id, replaced: first } = await house.storyteller.tell(ALICE, {
      opening: 'had a wizard',
      corpus: 'belling-the-cat',
    });
    await house.library.deleteCorpus({ server: 'guild-1', name: 'book' });
    const more = await house.storyteller.continue(ALICE, id);
    expect([first, more.replaced]).toEqual([[{ unknown: 'wizard', known: 'general' }], first]);
    const { vocabulary } = modelOf([
      (await house.library.read({ server: 'starters', name: 'belling-the-cat' }))[0]?.text ?? '',
    ]);
    const contexts = house.tellers
      .flatMap((teller) => teller.contexts)
      .map((context) => vocabulary.decode(context).join(' '));
    expect(contexts[0]).toBe('had a general');
    expect(contexts[1]).toMatch(/^had a general council/);
  });

  it('is replaced by a starter corpus, which every server sees', async () => {
    const house = openHouse({ starters: { 'belling-the-cat': 'had a general . the cat', book: BOOK } });
    await learn(house.library, { server: 'starters', name: 'book' });
    expect(await replaced(house, 'had a wizard', EVE)).toEqual({ wizard: 'general' });
  });

  it('is never looked for in the corpora of another server', async () => {
    const house = openHouse();
    const spelled = await replaced(house, 'had a wizard', EVE);
    await add(house, 'guild-1', 'book', BOOK);
    const read: string[] = [];
    const readVersion = house.library.readVersion.bind(house.library);
    house.library.readVersion = (corpus, id) => {
      read.push(corpus.server);
      return readVersion(corpus, id);
    };
    expect(await replaced(house, 'had a wizard', EVE)).toEqual(spelled);
    expect(read).not.toContain('guild-1');
  });

  it.each([
    ['met once there', 'had a once', 'en'],
    ['of another language', 'had a wizard', 'de'],
    ['like nothing that this corpus knows', 'had a tower', 'en'],
  ])('is replaced by its spelling where it is %s', async (_why, opening, language) => {
    const house = openHouse();
    const before = await replaced(house, opening);
    await add(house, 'guild-1', 'book', BOOK, language);
    expect(await replaced(house, opening)).toEqual(before);
  });

  it('goes by the corpus that has it most often', async () => {
    const house = openHouse();
    const book = `${BOOK} wizard`;
    // Here a wizard is used like a cat.
    const other = { ...VECTORS, cat: VECTORS.wizard as [number, number, number] };
    await add(house, 'guild-1', 'other', BOOK, 'en', other);
    expect(await replaced(house, 'had a wizard')).toEqual({ wizard: 'cat' });
    await add(house, 'guild-1', 'book', book);
    expect(await replaced(house, 'had a wizard')).toEqual({ wizard: 'general' });
    await add(house, 'guild-1', 'another', `${book} wizard`, 'en', other);
    expect(await replaced(house, 'had a wizard')).toEqual({ wizard: 'cat' });
  });

  it('is not replaced by a word that is much more frequent', async () => {
    const house = openHouse();
    const spelled = await replaced(house, 'had a wizard');
    await add(house, 'guild-1', 'book', `${BOOK}${' general'.repeat(14)}`);
    expect(await replaced(house, 'had a wizard')).toEqual({ wizard: 'general' });
    await add(house, 'guild-1', 'book', 'general');
    expect(await replaced(house, 'had a wizard')).toEqual(spelled);
  });

  it('is replaced by its spelling where another corpus is damaged, or looking takes too long', async () => {
    const house = openHouse();
    const spelled = await replaced(house, 'had a wizard');
    await add(house, 'guild-1', 'book', BOOK);
    const readVersion = house.library.readVersion.bind(house.library);
    house.library.readVersion = async (corpus, id) => {
      if (corpus.name === 'book') throw new Error('a disk that is on fire');
      return readVersion(corpus, id);
    };
    expect(await replaced(house, 'had a wizard')).toEqual(spelled);

    let now = 0;
    const slow = openHouse({ clock: { now: () => now } });
    await add(slow, 'guild-1', 'book', BOOK);
    const versions = slow.library.versions.bind(slow.library);
    slow.library.versions = (corpus) => {
      if (corpus.name === 'book') now += 5_000;
      return versions(corpus);
    };
    expect(await replaced(slow, 'had a wizard')).toEqual(spelled);
  });

  it('is forgotten with the corpus that knew it', async () => {
    const house = openHouse();
    const spelled = await replaced(house, 'had a wizard');
    await add(house, 'guild-1', 'book', BOOK);
    expect(await replaced(house, 'had a wizard')).toEqual({ wizard: 'general' });
    await house.storyteller.forget(ALICE, 'book');
    expect(await replaced(house, 'had a wizard')).toEqual(spelled);
  });
});

it('looks at no other corpus while every word is known', async () => {
  const house = openHouse();
  await add(house, 'guild-1', 'book', BOOK);
  const corpora = house.library.corpora.bind(house.library);
  let asked = 0;
  house.library.corpora = (server) => {
    asked++;
    return corpora(server);
  };
  await replaced(house, 'had a general');
  expect(asked).toBe(0);
  await replaced(house, 'had a wizard');
  expect(asked).toBe(1);
});

describe('neighbours', () => {
  async function withBook(): Promise<House> {
    const house = openHouse();
    await add(house, 'guild-1', 'book', BOOK);
    return house;
  }

  it('are the words used most like a word, as the corpus writes them', async () => {
    const house = await withBook();
    const found = await house.storyteller.neighbours(ALICE, 'WIZARD', { corpus: 'book', limit: 2 });
    expect(found).toMatchObject({ corpus: 'book', word: 'wizard', occurrences: 2 });
    expect(found.neighbours).toEqual([
      { word: 'king', occurrences: 2, similarity: 1 },
      { word: 'general', occurrences: 2, similarity: expect.closeTo(0.96, 1) },
    ]);
  });

  it('leave out what was met once, and say how often the word itself was', async () => {
    const found = await (await withBook()).storyteller.neighbours(ALICE, 'once', { corpus: 'book' });
    expect([found.occurrences, found.neighbours.length]).toEqual([1, 7]);
    expect(found.neighbours.map(({ word }) => word)).not.toContain('once');
  });

  it.each([
    ['wizzard', {}, 'unknown-word', '“wizzard” does not occur in “book”; the nearest spelling there is “wizard”.'],
    ['the king', {}, 'usage', '“the king” is not one word: name a single word of the corpus.'],
    ['!', {}, 'usage', '“!” is not one word: name a single word of the corpus.'],
    ['king', { limit: 101 }, 'usage', 'limit must be a whole number from 1 to 100, not 101.'],
    ['king', { limit: 1.5 }, 'usage', 'limit must be a whole number from 1 to 100, not 1.5.'],
  ])('are refused in one sentence: %s %j', async (word, options, code, message) => {
    const { storyteller } = await withBook();
    await expect(storyteller.neighbours(ALICE, word, { corpus: 'book', ...options })).rejects.toMatchObject({
      code,
      message,
    });
  });

  it("are not told of another server's corpus", async () => {
    const { storyteller } = await withBook();
    await expect(storyteller.neighbours(EVE, 'king', { corpus: 'book' })).rejects.toMatchObject({
      code: 'unknown-corpus',
    });
  });
});

describe('word spaces', () => {
  it('are kept for the next question, and let go with what they came from', async () => {
    const house = openHouse();
    await add(house, 'guild-1', 'book', BOOK);
    const { library } = house;
    const readVersion = library.readVersion.bind(library);
    let read = 0;
    library.readVersion = (corpus, id) => {
      read++;
      return readVersion(corpus, id);
    };
    const ref = { server: 'guild-1', name: 'book' };
    const spaces = new WordSpaces(library);
    await spaces.open(ref, await library.versions(ref));
    await spaces.open({ ...ref, name: 'BOOK' }, await library.versions(ref));
    expect(read).toBe(1);
    spaces.withdraw({ ...ref, server: 'guild-2' });
    await spaces.open(ref, await library.versions(ref));
    expect(read).toBe(1);
    spaces.withdraw(ref);
    await spaces.open(ref, await library.versions(ref));
    expect(read).toBe(2);
  });

  it('are those of the version before where one is damaged, and refused where none is left', async () => {
    const { library } = openHouse();
    const versions = { versions: [], damaged: [], telling: null };
    await expect(new WordSpaces(library).open({ server: 'guild-1', name: 'book' }, versions)).rejects.toThrow(
      '“book” has not learned anything yet; train it again.',
    );
    const house = openHouse();
    const ref = { server: 'guild-1', name: 'book' };
    await add(house, 'guild-1', 'book', BOOK);
    await learn(house.library, ref);
    const list = await house.library.versions(ref);
    const [newest, before] = list.versions;
    const readVersion = house.library.readVersion.bind(house.library);
    house.library.readVersion = async (corpus, id) =>
      id === newest?.id ? refuse('storage', 'Damaged.') : readVersion(corpus, id);
    expect((await new WordSpaces(house.library).open(ref, list)).version).toBe(before?.id);
  });
});
