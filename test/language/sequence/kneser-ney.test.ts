import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KneserNey } from '../../../src/language/sequence/kneser-ney.ts';
import { countNGrams, decodeNGrams, encodeNGrams } from '../../../src/language/sequence/n-grams.ts';
import { splitText } from '../../../src/language/split-text.ts';
import { tokenizeForms } from '../../../src/language/text/tokenizer.ts';
import { atOnce } from '../../../src/language/turns.ts';

const BOOK = new URL('../../../../shared/corpora/alice.txt', import.meta.url);
if (!existsSync(BOOK))
  console.warn('Skipping the comparison with the reference: ../shared/corpora/alice.txt is not there.');

/** How often each run of n symbols stands in the stories. */
function runs(stories: readonly Int32Array[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const story of stories) {
    for (let at = 0; at + n <= story.length; at++) {
      const run = story.slice(at, at + n).join(' ');
      counts.set(run, (counts.get(run) ?? 0) + 1);
    }
  }
  return counts;
}

const stories = fc.array(
  fc.array(fc.nat(5), { maxLength: 30 }).map((ids) => Int32Array.from(ids)),
  {
    minLength: 1,
    maxLength: 4,
  },
);

describe('n-grams', () => {
  it('count every run of the highest order, and below it the different symbols before a run', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.integer({ min: 1, max: 4 }), async (texts, order) => {
        const { levels } = await countNGrams(texts, order, 6);
        /** The runs of a level in the order of its nodes. */
        let paths: string[] = [''];
        for (const [k, { symbols, counts, children }] of levels.entries()) {
          const parents = levels[k - 1]?.children;
          const above = paths;
          paths = Array.from(symbols, (symbol, node) => {
            const parent = parents ? Array.from(above.keys()).find((p) => node < (parents[p + 1] as number)) : 0;
            return `${above[parent as number]} ${symbol}`.trim();
          });
          const expected = runs(texts, k + 1);
          expect(paths.slice().sort()).toEqual([...expected.keys()].sort());
          const longer = [...runs(texts, k + 2).keys()];
          paths.forEach((run, node) => {
            const before = longer.filter((other) => other.slice(other.indexOf(' ') + 1) === run).length;
            expect(counts[node]).toBe(k === order - 1 ? expected.get(run) : before);
          });
          expect(children).toHaveLength(k === order - 1 ? 0 : symbols.length + 1);
        }
        expect(decodeNGrams(encodeNGrams({ levels }))).toEqual({ levels });
      }),
      { numRuns: 60 },
    );
  });

  it('are refused where they end early', async () => {
    const encoded = encodeNGrams(await countNGrams([Int32Array.of(0, 1, 2, 0, 1)], 3, 3));
    expect(() => decodeNGrams(encoded.subarray(0, encoded.length - 1))).toThrow('end early');
  });
});

describe('Kneser-Ney', () => {
  it('gives every context a distribution, and each symbol the probability it has in it', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.array(fc.nat(6), { maxLength: 6 }), async (texts, context) => {
        const model = atOnce(KneserNey.building(await countNGrams(texts, 4, 7), 7));
        const p = new Float32Array(7);
        model.distribution(context, p);
        expect(p.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 4);
        for (let id = 0; id < 7; id++) {
          expect(p[id]).toBeGreaterThan(0);
          expect(model.probability(context, id)).toBeCloseTo(p[id] as number, 5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(!existsSync(BOOK))('is as surprised by the end of a book as the reference implementation', async () => {
    const text = splitText([tokenizeForms(readFileSync(BOOK, 'utf8'))], 0.1, 3);
    const { size } = text.vocabulary;
    const model = atOnce(KneserNey.building(await countNGrams(text.stories, 5, size), size));
    const { ids, unknown } = text.heldOut as NonNullable<typeof text.heldOut>;
    let [loss, count] = [0, 0];
    for (let at = 1; at < ids.length; at++) {
      if (ids[at] === unknown) continue;
      loss -= Math.log(model.probability(ids.subarray(Math.max(0, at - 4), at), ids[at] as number));
      count++;
    }
    expect(Math.exp(loss / count)).toBeCloseTo(75.48, 1);
  });
});
