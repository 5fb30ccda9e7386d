import { describe, expect, it } from 'vitest';
import { Random } from '../../src/language/random.ts';
import { drawSymbol, mostLikely } from '../../src/language/sampler.ts';

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
