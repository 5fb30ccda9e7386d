import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/language/random.ts';
import { drawSymbol, likeliest, mostLikely } from '../../../src/language/telling/sampler.ts';

const logits = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

describe('mostLikely', () => {
  it('takes the highest', () => expect(mostLikely(logits(0.1, 0.6, 0.3))).toBe(1));
  it('gives a tie to the lower id, the more frequent symbol', () =>
    expect(mostLikely(logits(0.1, 0.44, 0.46))).toBe(1));
  it('does not call a clear lead a tie', () => expect(mostLikely(logits(0.1, 0.42, 0.48))).toBe(2));
  it('never takes the excluded id', () => expect(mostLikely(logits(0.1, 0.6, 0.3), 1)).toBe(2));
});

describe('drawSymbol', () => {
  const shares = (temperature: number, excluded = -1) => {
    const random = new Random(7);
    const counts = [0, 0, 0];
    for (let k = 0; k < 20_000; k++) {
      const id = drawSymbol(logits(0.5, 0.4, 0.1), temperature, random, excluded);
      counts[id] = (counts[id] ?? 0) + 1 / 20_000;
    }
    return counts;
  };
  const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 1.5));

  it('draws by the probabilities at temperature 1', () => expect(shares(1)).toEqual(near(0.5, 0.4, 0.1)));
  it('sharpens them below: p^2 normalised at 0.5', () => expect(shares(0.5)).toEqual(near(0.595, 0.381, 0.024)));
  it('leaves the excluded id out and shares its part', () => expect(shares(1, 0)).toEqual(near(0, 0.8, 0.2)));
  it('is greedy at temperature 0', () => expect(drawSymbol(logits(0.2, 0.8), 0, new Random(1))).toBe(1));
  it('keeps its numbers in range for huge logits', () =>
    expect(drawSymbol(Float32Array.of(1e30, -1e30), 0.1, new Random(1))).toBe(0));
});

describe('the nucleus', () => {
  const drawn = (topP: number, temperature = 1, ...probabilities: number[]) => {
    const random = new Random(3);
    const ids = Array.from({ length: 3_000 }, () =>
      drawSymbol(logits(...probabilities), temperature, random, -1, topP),
    );
    return [...new Set(ids)].sort();
  };

  it('is the fewest ids that have the share together', () => {
    expect(drawn(0.4, 1, 0.2, 0.5, 0.3)).toEqual([1]);
    expect(drawn(0.6, 1, 0.2, 0.5, 0.3)).toEqual([1, 2]);
    expect(drawn(0.9, 1, 0.2, 0.5, 0.3)).toEqual([0, 1, 2]);
  });
  it('is taken after the temperature', () => expect(drawn(0.6, 0.2, 0.2, 0.5, 0.3)).toEqual([1]));
  it('finds the share also where every id is unlikely', () => {
    // Rounding may put one more into the nucleus; of 500 ids, 3,000 draws miss one or two.
    const { length } = drawn(0.5, 1, ...Array.from({ length: 1_000 }, () => 0.001));
    expect(length).toBeGreaterThan(490);
    expect(length).toBeLessThan(502);
  });
  it('keeps their proportions', () => {
    const random = new Random(5);
    const ids = Array.from({ length: 20_000 }, () => drawSymbol(logits(0.2, 0.5, 0.3), 1, random, -1, 0.7));
    expect(ids.filter((id) => id === 1).length / ids.length).toBeCloseTo(0.625, 1);
  });
});

describe('likeliest', () => {
  it('names the most likely ids with their probabilities, but for the excluded', () => {
    expect(likeliest(logits(0.1, 0.5, 0.05, 0.35), 2)).toEqual([
      { id: 1, probability: expect.closeTo(0.5, 6) },
      { id: 3, probability: expect.closeTo(0.35, 6) },
    ]);
    expect(likeliest(logits(0.1, 0.5, 0.05, 0.35), 3, 1).map(({ id }) => id)).toEqual([3, 0, 2]);
    expect(likeliest(logits(0.5, 0.5), 3).map(({ id }) => id)).toEqual([0, 1]);
  });
});
