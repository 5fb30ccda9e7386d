import { describe, expect, it } from 'vitest';
import { Random } from '../../src/language/random.ts';

describe('Random', () => {
  it('draws evenly from its first number on, also over seeds that are near each other', () => {
    const tenths = Array(10).fill(0);
    for (let seed = 0; seed < 2_000; seed++) tenths[Math.floor(new Random(seed).next() * 10)]++;
    // 200 expected in each, standard deviation 13: beyond 5 of those a generator is broken.
    for (const count of tenths) expect(Math.abs(count - 200)).toBeLessThan(67);
  });

  it('draws a normal distribution: mean 0, standard deviation 1, 68 % within 1', () => {
    const drawn = new Random(3).normal(20_000);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(1, 1);
    expect(drawn.filter((value) => Math.abs(value) < 1).length / drawn.length).toBeCloseTo(0.683, 1.5);
  });

  it('shuffles: every item stays, each lands everywhere', () => {
    const places = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const random = new Random(5);
    for (let k = 0; k < 4_000; k++) {
      const shuffled = random.shuffle([0, 1, 2, 3]);
      expect([...shuffled].sort()).toEqual([0, 1, 2, 3]);
      shuffled.forEach((item, place) => {
        const row = places[item] as number[];
        row[place] = (row[place] as number) + 1;
      });
    }
    for (const count of places.flat()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});
