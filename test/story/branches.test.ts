import { describe, expect, it } from 'vitest';
import type { Story, Storyteller } from '../../src/story/storyteller.ts';
import { ALICE, BOB, EVE, openHouse } from './fakes.ts';

const DAY = 24 * 60 * 60 * 1000;
const OPENING = { opening: 'had a general', words: 8 };

/** What holds of the words of every story. */
function expectWhole(story: Story): void {
  expect(story.words.map(({ symbol }) => symbol)).toEqual(story.continuation);
  expect(story.words.map(({ text }) => text).join('')).toBe(story.prose.continuation);
}

describe('the words of a story', () => {
  it('make up its prose, each with what was likely in its place', async () => {
    const { storyteller } = openHouse();
    const story = await storyteller.tell(ALICE, { opening: 'common enemy', words: 16 });
    expectWhole(story);
    expect(story.words.slice(0, 5).map(({ text }) => text)).toEqual([',', ' the', ' cat', '.', ' Some']);
    // The fake knows its text by heart and names what it tells.
    expect(story.words[4]).toEqual({
      symbol: 'some',
      text: ' Some',
      candidates: [{ symbol: 'some', text: ' Some', probability: 1 }],
      copied: true,
    });
  });

  it('are marked as copied where they are part of a run of five words of the corpus', async () => {
    const { storyteller } = openHouse();
    const copied = (story: Story) => story.words.map((word) => (word.copied ? 'x' : '.')).join('');
    expect(copied(await storyteller.tell(ALICE, OPENING))).toBe('xxxxxxxx');
    // "had a general council" are four words; "ribbon round the neck of" are five, and so is every run that it begins.
    const { id } = await storyteller.tell(ALICE, OPENING);
    expect(copied(await storyteller.branch(ALICE, id, 1, 'ribbon'))).toBe('.xxxxxxx');
    expect(copied(await storyteller.branch(ALICE, id, 4, 'ribbon'))).toBe('xxxx....');
  });

  it('stay what they are when the story goes on, is shortened, and is asked for again', async () => {
    const { storyteller } = openHouse();
    const one = await storyteller.tell(ALICE, OPENING);
    const two = await storyteller.continue(ALICE, one.id);
    expectWhole(two);
    expect(two.words.slice(0, 8)).toEqual(one.words);
    expect(await storyteller.retrieve(BOB, one.id)).toEqual({ ...two, milliseconds: 0 });
    expect((await storyteller.undo(ALICE, one.id)).words).toEqual(one.words);
  });

  it('are made up for a story that was told before they were kept', async () => {
    const { storyteller, library } = openHouse();
    const { id } = await storyteller.tell(ALICE, OPENING);
    const kept = (await library.readDocument('sessions', id)) as { parts: object[] };
    const parts = kept.parts.map((part) => ({ ...part, words: undefined, copied: undefined }));
    await library.writeDocument('sessions', id, JSON.parse(JSON.stringify({ ...kept, parts })));
    const { words } = await storyteller.continue(ALICE, id);
    expect(words[0]).toEqual({ symbol: 'council', text: ' council', candidates: [], copied: true });
    expect(words[8]?.candidates).toHaveLength(1);
  });

  it('take little room', async () => {
    const { storyteller, library } = openHouse();
    const { id } = await storyteller.tell(ALICE, { ...OPENING, words: 256 });
    expect(JSON.stringify(await library.readDocument('sessions', id)).length / 256).toBeLessThan(60);
  });
});

describe('a branch', () => {
  it('keeps the words before, takes the other one, and is as long as the story was', async () => {
    const { storyteller } = openHouse();
    const story = await storyteller.tell(ALICE, OPENING);
    const branch = await storyteller.branch(ALICE, story.id, 3, 'the');
    expectWhole(branch);
    expect(branch.continuation.join(' ')).toBe('council to consider the mice had a general');
    expect(branch.words.slice(0, 3)).toEqual(story.words.slice(0, 3));
    expect(branch.words[3]).toMatchObject({ symbol: 'the', text: ' the', candidates: story.words[3]?.candidates });
    expect(branch).toMatchObject({ opening: 'had a general', parent: { id: story.id, at: 3 }, parts: 1 });
    expect(branch.id).not.toBe(story.id);
    expect(await storyteller.retrieve(ALICE, story.id)).toEqual({ ...story, milliseconds: 0 });
    expect(await storyteller.retrieve(ALICE, branch.id)).toEqual({ ...branch, milliseconds: 0 });
    const next = await storyteller.continue(ALICE, branch.id);
    expect(next.continuation).toHaveLength(16);
    expect(next.parent).toEqual(branch.parent);
  });

  it('keeps the parts that end before it', async () => {
    const { storyteller } = openHouse();
    const { id } = await storyteller.tell(ALICE, OPENING);
    await storyteller.continue(ALICE, id);
    const three = await storyteller.continue(ALICE, id);
    const branch = await storyteller.branch(ALICE, id, 10, 'cat');
    expectWhole(branch);
    expect(branch.parts).toBe(2);
    expect(branch.continuation).toHaveLength(24);
    expect(branch.continuation.slice(0, 11)).toEqual([...three.continuation.slice(0, 10), 'cat']);
    expect((await storyteller.undo(ALICE, branch.id)).continuation).toEqual(three.continuation.slice(0, 8));
  });

  it('may take another way at the very last word, and one that is written otherwise', async () => {
    const { storyteller } = openHouse();
    const { id } = await storyteller.tell(ALICE, OPENING);
    const branch = await storyteller.branch(ALICE, id, 7, 'Bell');
    expectWhole(branch);
    expect(branch.continuation.join(' ')).toBe('council to consider what measures they could bell');
  });

  it.each([
    [-1, 'the', 'at must be a whole number from 0 to 7, not -1.'],
    [8, 'the', 'at must be a whole number from 0 to 7, not 8.'],
    [1.5, 'the', 'not 1.5.'],
    [Number.NaN, 'the', 'not NaN.'],
    [2, 'dragon', '“dragon” stands nowhere in “belling-the-cat”'],
    [2, '', 'stands nowhere in'],
    [2, '<unk>', 'stands nowhere in'],
    [2, 'the cat', 'stands nowhere in'],
  ])('says what is wrong with place %s and %j', async (at, symbol, message) => {
    const { storyteller } = openHouse();
    const { id } = await storyteller.tell(ALICE, OPENING);
    await expect(storyteller.branch(ALICE, id, at, symbol)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, (storyteller: Storyteller, id: string, asker: typeof ALICE) => Promise<Story>]>([
    ['branch', (storyteller, id, asker) => storyteller.branch(asker, id, 0, 'the')],
    ['retrieve', (storyteller, id, asker) => storyteller.retrieve(asker, id)],
  ])('of a story of another server, or that is over: nothing to %s', async (_, action) => {
    const { storyteller, pass } = openHouse();
    const { id } = await storyteller.tell(ALICE, OPENING);
    await expect(action(storyteller, id, EVE)).rejects.toMatchObject({ code: 'usage' });
    await expect(action(storyteller, `${id} `, ALICE)).rejects.toMatchObject({ code: 'usage' });
    await expect(action(storyteller, id, BOB)).resolves.toBeDefined();
    pass(DAY + 1);
    await expect(action(storyteller, id, ALICE)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('for a day'),
    });
  });
});
