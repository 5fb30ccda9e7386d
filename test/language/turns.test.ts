import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModel, decodingModel, encodeModel } from '../../src/language/checkpoint.ts';
import { gatheringEmbedding } from '../../src/language/embedding/embedding.ts';
import { countingOccurrences } from '../../src/language/embedding/occurrences.ts';
import { WordSpace } from '../../src/language/embedding/word-space.ts';
import type { Model } from '../../src/language/model.ts';
import { parsingJson } from '../../src/language/parsing-json.ts';
import { Random } from '../../src/language/random.ts';
import { KneserNey } from '../../src/language/sequence/kneser-ney.ts';
import { RunIndex } from '../../src/language/text/run-index.ts';
import { Vocabulary } from '../../src/language/text/vocabulary.ts';
import { atOnce, inTurns, mapping, othersTurn, STRIDE, type Work } from '../../src/language/turns.ts';
import { differentWindows } from '../../src/language/window/window-table.ts';
import { Readings } from '../readings.ts';
import { tinyModel } from './tiny.ts';

const LONG = 20 * STRIDE;
const random = new Random(1);
const readings = new Readings();
const ids = readings.of(Int32Array.from({ length: LONG }, () => random.below(100)));
const symbols = readings.of(Array.from({ length: LONG }, (_, id) => `w${id}`));
const vocabulary = new Vocabulary(symbols);
const level = { symbols: ids, counts: ids, children: ids };
const even = Array.from({ length: 100 }, (_, id) => id % 2 === 0);

describe('work in turns', () => {
  it.each<[string, () => Work<unknown>]>([
    ['an index of runs', () => RunIndex.building([ids], 100)],
    ['an index of some symbols', () => RunIndex.building([ids], 100, even)],
    ['the discounts of n-grams', () => KneserNey.building({ levels: [level, level] }, 100)],
    ['a vocabulary', () => Vocabulary.holding(symbols, symbols)],
    ['how often symbols occur', () => countingOccurrences({ vocabulary, text: { stories: [ids] } })],
    ['the windows of a text', () => differentWindows({ stories: [ids] }, 1, 100)],
    ['a mapping', () => mapping(symbols, (symbol) => symbol.length)],
  ])('lets others have theirs: %s', (_, work) => {
    const { most, all } = readings.during(work());
    // An element and the length of its array.
    expect(most).toBeLessThanOrEqual(3 * STRIDE);
    expect(all).toBeGreaterThanOrEqual(LONG);
  });

  it('lets others have theirs while it widens the vectors of rare words, and looks among words', () => {
    const weight = (name: string, ...shape: [number, number]) => {
      const values = readings.of(Float32Array.from({ length: shape[0] * shape[1] }, () => random.next()));
      return { name, shape, values };
    };
    const [tables, input] = [
      [weight('embedding/0', 20, 64), weight('embedding/1', 1_980, 16), weight('widen/1', 16, 64)],
      [weight('input', 2_000, 256)],
    ];
    const model = (weights: Model['weights']): Model => ({
      ...tinyModel(),
      vocabulary: new Vocabulary(Array.from({ length: 2_000 }, (_, id) => `w${id}`)),
      text: { stories: [Int32Array.from({ length: 4_000 }, (_, at) => at % 2_000)] },
      weights,
    });
    const widening = readings.during(gatheringEmbedding(model(tables)));
    expect(widening.all).toBeGreaterThan(1_980 * 16 * 64);
    expect(widening.most).toBeLessThan(widening.all / 3);
    const { value: space, most, all } = readings.during(WordSpace.building(model(input)));
    expect(all).toBeGreaterThanOrEqual(2_000 * 256);
    expect(most).toBeLessThan(all / 2);
    const looking = readings.during(space.findingNearest(7, 3));
    expect(looking.all).toBeGreaterThanOrEqual(2 * 1_999 * 256);
    expect(looking.most).toBeLessThan(looking.all / 2);
    const everything = atOnce(space.findingNearest(7, 2_000));
    expect(everything).toEqual(everything.toSorted((a, b) => b.similarity - a.similarity));
    expect(looking.value).toEqual(everything.slice(0, 3));
  });

  it('reads a model of many symbols, the same as at one go', async () => {
    const model = tinyModel();
    const forms = symbols.map((symbol, id) => (id % 3 === 0 ? symbol.toUpperCase() : symbol));
    const files = encodeModel({
      ...model,
      vocabulary: new Vocabulary([...symbols, '__proto__', '7'], [...forms, 'P', '7']),
    });
    expect([...decodingModel(files)].length).toBeGreaterThanOrEqual(3 * 20);
    const read = await inTurns(decodingModel(files));
    expect(read).toEqual(decodeModel(files));
    expect(read.vocabulary.forms).toEqual([...forms, 'P', '7']);
    expect(read.vocabulary.idOf('__proto__')).toBe(LONG);
  });
});

describe('a description in turns', () => {
  it('is what JSON.parse makes of it', () => {
    const text = fc.string({ unit: fc.constantFrom(',', '"', '\\', ']', '[', 'a', '\n', 'é', '🐭') });
    fc.assert(
      fc.property(fc.array(text), fc.array(text), text, (strings, others, name) => {
        const json = JSON.stringify({ a: 1, strings, others, name });
        expect(atOnce(parsingJson(json, 'strings'))).toEqual(JSON.parse(json));
        expect(atOnce(parsingJson(json, 'none'))).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each(['{"strings":["a"', '{"strings":["a', '{"strings":[1]}', '{"strings":["a\\"]}', '{"strings":["a"]'])(
    'is refused where it is damaged: %s',
    (json) => {
      expect(() => atOnce(parsingJson(json, 'strings'))).toThrow(SyntaxError);
    },
  );

  it('does not stay in memory for the sake of its strings', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = async () => {
      collect();
      await othersTurn();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const list = (length: number) => {
      const json = Buffer.from(JSON.stringify({ strings: ['w'.repeat(length)], other: 'x'.repeat(2e7) })).toString();
      return (atOnce(parsingJson(json, 'strings')) as { strings: string[] }).strings;
    };
    const before = await used();
    const lists = [12, 13, 14, 30].map(list);
    expect((await used()) - before).toBeLessThan(1e7);
    expect(lists.map(([only]) => only?.length)).toEqual([12, 13, 14, 30]);
  });

  it('yields now and then', () => {
    const json = JSON.stringify({ strings: [...symbols] });
    expect([...parsingJson(json, 'strings')].length).toBeGreaterThanOrEqual(LONG / STRIDE);
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
