import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ops } from '../../../src/engine/engine.ts';
import { forward, logitsOf } from '../../../src/language/window/network.ts';
import { placeTree } from '../../../src/language/window/placed-tree.ts';
import { prefixTree } from '../../../src/language/window/prefix-tree.ts';
import { pickWindows, windowsOf } from '../../../src/language/window/windows.ts';
import { onEachEngine } from '../../engines.ts';
import { tinyModel, weightsOf } from '../tiny.ts';

describe('the tree of prefixes', () => {
  it('keeps one row for beginnings that are alike: a hand-worked example', () => {
    const tree = prefixTree({
      window: 3,
      count: 4,
      contexts: Int32Array.of(7, 1, 2, 7, 1, 3, 8, 1, 2, 7, 2, 2),
      targets: Int32Array.of(0, 1, 2, 3),
    });
    expect(
      tree.levels.map(({ symbols, parents }) => ({ symbols: [...symbols], parents: parents && [...parents] })),
    ).toEqual([
      { symbols: [7, 8], parents: null },
      { symbols: [1, 1, 2], parents: [0, 1, 0] },
      { symbols: [2, 3, 2, 2], parents: [0, 0, 1, 2] },
    ]);
    expect([...tree.targets]).toEqual([0, 1, 2, 3]);
  });

  it('reads every window back, whatever the windows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }).chain((window) =>
          fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: window, maxLength: window }), {
            minLength: 1,
            maxLength: 20,
          }),
        ),
        (rows) => {
          const window = (rows[0] as number[]).length;
          const contexts = Int32Array.from(rows.flat());
          const { levels } = prefixTree({ window, count: rows.length, contexts, targets: new Int32Array(rows.length) });
          const read = rows.map((_, w) => {
            const symbols: number[] = [];
            for (let t = window - 1, row = w; t >= 0; t--) {
              symbols.unshift(levels[t]?.symbols[row] as number);
              row = levels[t]?.parents?.[row] ?? row;
            }
            return symbols;
          });
          expect(read).toEqual(rows);
        },
      ),
    );
  });
});

onEachEngine('reading the tree', (open) => {
  it.each([1, 2])('gives each window what reading it alone gives (%i layers)', async (layers) => {
    const engine = await open();
    const model = tinyModel({ layers, units: 8 });
    const windows = windowsOf(model.text, 3);
    ops.tidy(() => {
      const weights = weightsOf(engine, model);
      const read = (some: typeof windows) =>
        logitsOf(
          engine,
          weights,
          forward(engine, model.recipe, weights, placeTree(prefixTree(some))).top,
        ).arraySync() as number[][];
      const together = read(windows);
      for (let row = 0; row < windows.count; row++) {
        const [alone] = read(pickWindows(windows, [row]));
        expect(together[row]).toEqual(alone?.map((value) => expect.closeTo(value, 5)));
      }
    });
  });
});
