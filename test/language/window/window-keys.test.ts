import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowKeys } from '../../../src/language/window/window-keys.ts';

describe('the key of symbols in a row', () => {
  it.each([
    { vocabulary: 3, window: 3, type: 'number' },
    { vocabulary: 200_000, window: 3, type: 'number' },
    { vocabulary: 10, window: 40, type: 'string' },
  ])('is the same for the same alone: %o', ({ vocabulary, window, type }) => {
    const keyOf = windowKeys(vocabulary, window);
    const symbols = fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { minLength: 1, maxLength: window });
    fc.assert(
      fc.property(symbols, symbols, (one, other) => {
        expect(typeof keyOf(one)).toBe(type);
        expect(keyOf(one) === keyOf(other)).toBe(one.join() === other.join());
        expect(keyOf([...one, 0], one.length)).toBe(keyOf(one));
      }),
      { numRuns: 2_000 },
    );
    expect(keyOf([0, 0])).not.toBe(keyOf([0]));
  });

  it('is a number up to the largest whole one that is exact', () => {
    const largest = Math.floor(Number.MAX_SAFE_INTEGER ** (1 / 3)) - 1;
    const keyOf = windowKeys(largest, 3);
    const last = largest - 1;
    expect(keyOf([last, last, last])).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
    expect(keyOf([last, last, last])).not.toBe(keyOf([last, last, last - 1]));
  });
});
