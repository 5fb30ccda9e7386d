import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModel, decodingModel, encodeModel } from '../../src/language/checkpoint.ts';
import { Random } from '../../src/language/random.ts';
import { RunIndex } from '../../src/language/run-index.ts';
import { KneserNey } from '../../src/language/sequence/kneser-ney.ts';
import { atOnce, inTurns, mapping, STRIDE, type Work } from '../../src/language/turns.ts';
import { Vocabulary } from '../../src/language/vocabulary.ts';
import { Readings } from '../readings.ts';
import { tinyModel } from './tiny.ts';

const LONG = 20 * STRIDE;
const random = new Random(1);
const readings = new Readings();
const ids = readings.of(Int32Array.from({ length: LONG }, () => random.below(100)));
const symbols = readings.of(Array.from({ length: LONG }, (_, id) => `w${id}`));
const level = { symbols: ids, counts: ids, children: ids };
const even = Array.from({ length: 100 }, (_, id) => id % 2 === 0);

describe('work in turns', () => {
  it.each<[string, () => Work<unknown>]>([
    ['an index of runs', () => RunIndex.building([ids], 100)],
    ['an index of some symbols', () => RunIndex.building([ids], 100, even)],
    ['the discounts of n-grams', () => KneserNey.building({ levels: [level, level] }, 100)],
    ['a vocabulary', () => Vocabulary.holding(symbols, symbols)],
    ['a mapping', () => mapping(symbols, (symbol) => symbol.length)],
  ])('lets others have theirs: %s', (_, work) => {
    const { most, all } = readings.during(work());
    // An element and the length of its array.
    expect(most).toBeLessThanOrEqual(3 * STRIDE);
    expect(all).toBeGreaterThanOrEqual(LONG);
  });

  it('reads a model of many symbols, the same as at one go', async () => {
    const model = tinyModel();
    const forms = symbols.map((symbol, id) => (id % 3 === 0 ? symbol.toUpperCase() : symbol));
    const files = encodeModel({
      ...model,
      vocabulary: new Vocabulary([...symbols, '__proto__', '7'], [...forms, 'P', '7']),
    });
    expect([...decodingModel(files)].length).toBeGreaterThanOrEqual(2 * 20);
    const read = await inTurns(decodingModel(files));
    expect(read).toEqual(decodeModel(files));
    expect(read.vocabulary.forms).toEqual([...forms, 'P', '7']);
    expect(read.vocabulary.idOf('__proto__')).toBe(LONG);
  });
});

it('an index of some symbols is that of a text without the others', () => {
  const sequence = fc.array(fc.nat(5), { maxLength: 12 }).map((some) => Int32Array.from(some));
  const kept = [true, false, true, true, false, true];
  fc.assert(
    fc.property(fc.array(sequence, { maxLength: 3 }), sequence, (texts, run) => {
      const index = atOnce(RunIndex.building(texts, 6, kept));
      const without = texts.map((text) => text.filter((id) => kept[id]));
      const expected = atOnce(RunIndex.building(without, 6));
      expect(index.longest(run)).toBe(expected.longest(run));
      for (let id = 0; id < 6; id++) {
        expect(index.occurrences(id)).toBe(expected.occurrences(id));
        expect(index.after(Int32Array.of(id))).toEqual(expected.after(Int32Array.of(id)));
      }
    }),
  );
});
