import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ops } from '../../src/engine/engine.ts';
import { atOnce } from '../../src/language/turns.ts';
import { onEveryEngine } from '../engines.ts';
import { sameNumbers } from '../same-numbers.ts';

/** Ids in any order, rising ones, ones with gaps and ones that leave the last sums empty. */
const idsOf = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
    fc.boolean(),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([ids, sorted, more]) => ({
    ids: sorted ? ids.sort((one, other) => one - other) : ids,
    count: Math.max(...ids) + 1 + more,
  }));

onEveryEngine('a copy', (open) => {
  it('is the same values, part after part where they are many, and leaves no tensor but itself', async () => {
    const engine = await open();
    for (const shape of [[7], [3, 5], [1_700, 1_000]]) {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => k % 10_007);
      const before = ops.memory().numTensors;
      const copying = engine.copying(values, shape);
      let parts = 0;
      let step = copying.next();
      for (; !step.done; step = copying.next()) parts++;
      expect(step.value.shape).toEqual(shape);
      expect(sameNumbers((await step.value.data()) as Float32Array, values)).toBe(true);
      if (engine.name === 'native' && values.length > 1_000_000) expect(parts).toBeGreaterThanOrEqual(4);
      expect(ops.memory().numTensors).toBe(before + 1);
      step.value.dispose();
    }
  });

  it('stays the same when what was copied changes, wherever in memory that lies', async () => {
    const engine = await open();
    const room = new Float32Array(128);
    for (let first = 0; first < 16; first++) {
      for (const shape of [[64], [8, 8], [4, 4, 4]]) {
        const values = room.subarray(first, first + 64).fill(1);
        const copy = atOnce(engine.copying(values, shape));
        values.fill(2);
        expect([...copy.dataSync()]).toEqual(Array(64).fill(1));
        copy.dispose();
      }
    }
  });
});

onEveryEngine('rows', (open) => {
  it('are added up by id, whatever the order of the ids', async () => {
    const engine = await open();
    fc.assert(
      fc.property(idsOf, ({ ids, count }) => {
        const rows = ids.map((_, row) => [row + 1, 100 * row]);
        const expected = Array.from({ length: count }, () => [0, 0]);
        ids.forEach((id, row) => {
          const sum = expected[id] as number[];
          (rows[row] as number[]).forEach((value, k) => {
            sum[k] = (sum[k] as number) + value;
          });
        });
        const before = ops.memory().numTensors;
        const [table, of] = [ops.tensor2d(rows), ops.tensor1d(ids, 'int32')];
        const sums = engine.sumRowsById([table], of, count);
        expect(sums.arraySync()).toEqual(expected);
        ops.dispose([table, of, sums]);
        expect(ops.memory().numTensors).toBe(before);
      }),
    );
  });

  it('are multiplied with transposed matrices, whichever of the two is smaller', async () => {
    const engine = await open();
    for (const [n, a, b] of [
      [1, 6, 5],
      [7, 2, 3],
      [4, 4, 4],
    ] as const) {
      ops.tidy(() => {
        const left = ops.reshape(ops.range(0, n * b), [n, b]);
        const right = ops.reshape(ops.range(0, a * b), [a, b]);
        const [ls, rs] = [ops.range(0, n * b).arraySync(), ops.range(0, a * b).arraySync()] as [number[], number[]];
        const dot = (row: number, column: number) =>
          Array.from({ length: b }, (_, k) => (ls[row * b + k] as number) * (rs[column * b + k] as number)).reduce(
            (x, y) => x + y,
          );
        const expected = Array.from({ length: n }, (_, row) =>
          Array.from({ length: a }, (_, column) => dot(row, column)),
        );
        expect(engine.rightTransposedProduct(left, right).arraySync()).toEqual(expected);
      });
    }
  });
});
