import { expect, it } from 'vitest';
import { Random } from '../../src/language/random.ts';
import { Vocabulary } from '../../src/language/text/vocabulary.ts';
import { atOnce, STRIDE, type Work } from '../../src/language/turns.ts';
import { Openings } from '../../src/story/openings.ts';
import { OriginalityIndex } from '../../src/story/originality-index.ts';
import { SentenceEnding } from '../../src/story/sentence-ending.ts';
import { SentenceStarts } from '../../src/story/sentence-starts.ts';
import { Readings } from '../readings.ts';

const SYMBOLS = 20 * STRIDE;
const WORDS = 10 * STRIDE;
const random = new Random(1);
const readings = new Readings();
const vocabulary = new Vocabulary(readings.of(Array.from({ length: WORDS }, (_, id) => (id === 0 ? '.' : `w${id}`))));
const story = readings.of(Int32Array.from({ length: SYMBOLS }, () => random.below(3) * random.below(WORDS / 2)));
const style = { language: 'en', formOf: (symbol: string) => symbol };

const starts = atOnce(SentenceStarts.building(vocabulary, [story], style));
const openings = new Openings(vocabulary, [], 3);

it.each<[string, () => Work<unknown>]>([
  ['where sentences start', () => SentenceStarts.building(vocabulary, [story], style)],
  ['what a story may have copied', () => OriginalityIndex.building(vocabulary, [story])],
  ['where a story may end', () => SentenceEnding.building(vocabulary, [story])],
  ['what begins as was typed', () => starts.offering('nothing', 10)],
])('lets others have their turn while it finds out %s', (_, work) => {
  const { most, all } = readings.during(work());
  // An element and the length of its array, of a text or two vocabularies.
  expect(most).toBeLessThanOrEqual(4 * STRIDE);
  expect(all).toBeGreaterThanOrEqual(SYMBOLS);
});

it('lets others have their turn while it looks for what stands in for a word or a mark', () => {
  for (const opening of ['wx', '(']) {
    const { most, all } = readings.during(openings.preparing(opening, { story: 0, at: 9 }));
    expect(most).toBeLessThanOrEqual(4 * STRIDE);
    expect(all).toBeGreaterThanOrEqual(WORDS);
  }
});
