import { describe, expect, it } from 'vitest';
import { compared, median, medianReached } from '../../bench/measurement.ts';
import { necessaryOperations } from '../../bench/necessary-operations.ts';
import { prefixTree } from '../../src/language/window/prefix-tree.ts';

describe('a row of the table', () => {
  it('has the ratio of ours to the peer, and of the peer to ours where more is better', () => {
    const row = { name: 'a step', unit: 'ms' };
    expect(compared(row, 10, { name: 'other', value: 20 })).toEqual({
      ...row,
      ours: 10,
      peer: 20,
      peerName: 'other',
      ratio: 0.5,
    });
    expect(compared({ ...row, inverse: true }, 10, { name: 'other', value: 20 }).ratio).toBe(2);
  });

  it('says that a peer is not here instead of a figure, and has no ratio to what was not reached', () => {
    const row = { name: 'a step', unit: 'ms' };
    expect(compared(row, 10, { absent: 'not here' })).toMatchObject({ peer: null, peerName: 'not here', ratio: null });
    expect(compared(row, 10, null)).toMatchObject({ peer: null, peerName: null, ratio: null });
    expect(compared(row, null, { name: 'other', value: 20 })).toMatchObject({ ours: null, peer: 20, ratio: null });
  });

  it('takes medians, and reaches a goal only where every round did', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(medianReached([3, 1, 2])).toBe(2);
    expect(medianReached([3, null, 2])).toBeNull();
    expect(() => median([])).toThrow();
  });
});

it('counts the necessary operations of a step: a hand-worked example', () => {
  // Rows by level: 2, 3 and 4.
  const tree = prefixTree({
    window: 3,
    count: 4,
    contexts: Int32Array.of(7, 1, 2, 7, 1, 3, 8, 1, 2, 7, 2, 2),
    targets: Int32Array.of(0, 1, 2, 3),
  });
  // Forward, gradient backwards, gradient of the matrix: 3 x ((2 + 3) rows x 2 x 5 x 20 + 4 windows x 2 x 5 x 9).
  expect(necessaryOperations(tree, { layers: 1, units: 5, vocabulary: 9 })).toBe(3 * (5 * 200 + 4 * 90));
  // A second layer: its own recurrent product, and 9 rows through the matrix between the two.
  expect(necessaryOperations(tree, { layers: 2, units: 5, vocabulary: 9 })).toBe(3 * (10 * 200 + 9 * 200 + 4 * 90));
});
