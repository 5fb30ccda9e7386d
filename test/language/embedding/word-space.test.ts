import { expect, it } from 'vitest';
import { WordSpace } from '../../../src/language/embedding/word-space.ts';
import type { Model } from '../../../src/language/model.ts';
import { trainModel } from '../../../src/language/train-model.ts';
import { atOnce } from '../../../src/language/turns.ts';
import { onEachEngine } from '../../engines.ts';
import { tinyModel } from '../tiny.ts';

/** A model with these vectors; each symbol without one has zeros. */
function withVectors(text: string, vectors: Record<string, readonly number[]>, width = 2): Model {
  const model = tinyModel({}, text);
  const { size } = model.vocabulary;
  const values = new Float32Array(size * width);
  for (const [symbol, vector] of Object.entries(vectors))
    values.set(vector, (model.vocabulary.idOf(symbol) ?? 0) * width);
  return { ...model, weights: [{ name: 'input', shape: [size, width], values }] };
}

function near(model: Model, word: string, limit = 10, among?: (symbol: string) => boolean) {
  const space = atOnce(WordSpace.building(model));
  const id = model.vocabulary.idOf(word) as number;
  const found = atOnce(space.findingNearest(id, limit, among));
  return found.map((one) => [model.vocabulary.symbolOf(one.id), one.similarity] as const);
}

// Everything lies around (10, 10), which says nothing about anything.
const COMPASS = { north: [10, 11], up: [10, 13], east: [11, 10], south: [10, 9], down: [10, 7], west: [9, 10] };
const TWICE = 'north up east south down west , north up east south down west ,';

it('goes by directions from the middle of all words, not by lengths', () => {
  const found = near(withVectors(TWICE, COMPASS), 'north');
  expect(found.map(([word, similarity]) => [word, Math.round(similarity * 100) / 100])).toEqual([
    ['up', 1],
    ['east', 0],
    ['west', 0],
    ['south', -1],
    ['down', -1],
  ]);
});

it('has neither marks nor words met once among the neighbours, nor what is not wanted', () => {
  const model = withVectors(`${TWICE} noon`, { ...COMPASS, noon: [10, 12], ',': [10, 12] });
  expect(near(model, 'north', 3).map(([word]) => word)).toEqual(['up', 'east', 'west']);
  expect(near(model, 'north', 3, (symbol) => symbol !== 'up').map(([word]) => word)).toEqual(['east', 'west', 'south']);
  // A word that was met once may be asked about.
  expect(near(model, 'noon', 2).map(([word]) => word)).toEqual(['north', 'up']);
});

it('gives numbers for vectors that are all alike', () => {
  expect(near(withVectors(TWICE, {}), 'north').map(([, similarity]) => similarity)).toEqual([0, 0, 0, 0, 0]);
});

onEachEngine('after a training', (open) => {
  it('has words that are used alike near one another', { timeout: 60_000 }, async () => {
    const animals = ['cat', 'dog', 'cow', 'pig'];
    const deeds = ['ran', 'sat', 'ate', 'hid'];
    const text = animals.flatMap((animal) => deeds.map((deed) => `the ${animal} ${deed} here .`)).join(' ');
    const trained = await trainModel(await open(), [`${text} ${text}`], { units: 32, iterations: 120, seed: 1 });
    if (trained === 'paused') throw new Error('paused');
    for (const animal of animals)
      expect(
        near(trained.model, animal, 3)
          .map(([word]) => word)
          .sort(),
      ).toEqual(animals.filter((one) => one !== animal).sort());
  });
});
