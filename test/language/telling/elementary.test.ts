import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expOf } from '../../../src/language/telling/elementary.ts';

it('raises e to a power up to nothing, to 1e-9 of what it is', () => {
  fc.assert(
    fc.property(fc.double({ min: -43.99, max: 0, noNaN: true }), (x) => {
      expect(Math.abs(expOf(x) / Math.exp(x) - 1)).toBeLessThan(1e-9);
    }),
    { numRuns: 2_000 },
  );
  expect([0, -44.01, -1e9, Number.NEGATIVE_INFINITY].map(expOf)).toEqual([1, 0, 0, 0]);
});
