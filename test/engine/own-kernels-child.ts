/**
 * Compares the kernels of our own with plain operations on random numbers of many shapes, in a process of its own, since TensorFlow
 * learns an operation once. Prints JSON: by kernel, the largest difference of a number; and which wrong calls were refused.
 * Run: node --import ./scripts/typescript.mjs test/engine/own-kernels-child.ts KERNELS   (the compiled addon)
 */
import { type Engine, ops, type Tensor } from '../../src/engine/engine.ts';
import { linkNative } from '../../src/engine/native/link-native.ts';
import { openNativeEngine } from '../../src/engine/native-engine.ts';
import { plainCrossEntropy } from '../../src/engine/plain-cross-entropy.ts';
import { cellOf, stateOf } from '../../src/language/lstm-cell.ts';
import { Random } from '../../src/language/random.ts';
import { layerForward } from '../../src/language/sequence/lstm-layer.ts';

linkNative();
const engine = await openNativeEngine({ kernels: process.argv[2] as string });
/** TensorFlow's own kernels. */
const plain = await openNativeEngine({ kernels: null });
const random = new Random(7);
const most: Record<string, number> = {};

function compare(kernel: string, actual: readonly (Tensor | null)[], expected: readonly (Tensor | null)[]): void {
  most[kernel] ??= 0;
  for (const [k, one] of actual.entries()) {
    const other = expected[k] ?? null;
    if (one === null || other === null || one.size !== other.size || one.shape.join() !== other.shape.join())
      throw new Error(`${kernel}: ${one?.shape} is not ${other?.shape}.`);
    const [a, b] = [one.dataSync(), other.dataSync()];
    // Not a number is the largest difference there is.
    for (let at = 0; at < a.length; at++) {
      const apart = Math.abs((a[at] as number) - (b[at] as number)) / Math.max(1, Math.abs(b[at] as number));
      if (!(apart <= (most[kernel] ?? 0))) most[kernel] = Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart;
    }
  }
}

const drawn = (size: number, ...shape: number[]): Tensor =>
  ops.tensor(
    random.uniform(
      shape.reduce((a, b) => a * b, 1),
      size,
    ),
    shape,
  );
const ids = (count: number, below: number) =>
  ops.tensor1d(
    Int32Array.from({ length: count }, () => Math.floor(random.next() * below)),
    'int32',
  ) as Tensor;

// Units and symbols that fill a vector exactly, that leave some over, and that are less than one.
for (const units of [1, 5, 16, 37, 64, 130]) {
  for (const rows of [1, 3, 20, 41]) {
    ops.tidy(() => {
      const x = drawn(4, 9, 4 * units);
      const below = { x, ids: ids(rows, 9), bias: drawn(1, 4 * units) };
      const parents = ids(rows, 5);
      for (const input of [
        { ...below, recurrent: drawn(4, 5, 4 * units), cBefore: drawn(2, 5, units), parents },
        {
          ...below,
          ids: null,
          x: drawn(20, rows, 4 * units),
          recurrent: null,
          cBefore: drawn(2, rows, units),
          parents: null,
        },
        { ...below, bias: null, recurrent: null, cBefore: null, parents: null },
      ]) {
        for (const dc of [drawn(1, rows, units), null]) {
          const [own, other] = [cellOf(engine, input), cellOf(plain, input)];
          compare('cell', [own.c, own.h], [other.c, other.h]);
          const state = stateOf(engine, input);
          compare('state', [state.c, state.h], [own.c, own.h]);
          const dh = drawn(1, rows, units);
          const [back, expected] = [own.backward(dh, dc), other.backward(dh, dc)];
          compare('cell gradient', [back.dz], [expected.dz]);
          if (!input.cBefore) continue;
          compare('cell gradient', [back.dzBefore, back.dcBefore], [expected.dzBefore, expected.dcBefore]);
        }
      }
    });
  }
  for (const [steps, batch] of [
    [1, 1],
    [2, 7],
    [9, 20],
  ] as const) {
    ops.tidy(() => {
      const weights = {
        input: drawn(0.3, 6, 4 * units),
        recurrent: drawn(0.2, units, 4 * units),
        bias: drawn(1, 4 * units),
      };
      const before = { c: drawn(1, batch, units), h: drawn(1, batch, units) };
      const [x, dh] = [drawn(1, steps, batch, 6), drawn(1, steps, batch, units)];
      const [own, other] = [layerForward(engine, x, before, weights), layerForward(plain, x, before, weights)];
      compare('sequence', [own.h, own.memory.c, own.memory.h], [other.h, other.memory.c, other.memory.h]);
      const [back, expected] = [own.backward(dh), other.backward(dh)];
      compare('sequence gradient', Object.values(back), Object.values(expected));
    });
  }
}
for (const [rows, symbols, guessed] of [
  [1, 1, 1],
  [3, 7, 5],
  [20, 112, 112],
  [70, 1_003, 900],
] as const) {
  ops.tidy(() => {
    const given = [drawn(30, rows, symbols), drawn(2, symbols), ids(rows, symbols), { guessed, scale: 0.7 }] as const;
    const [own, other] = [engine.crossEntropy(...given), plainCrossEntropy(...given)];
    compare('cross entropy', Object.values(own), Object.values(other));
  });
}
// Few rows, which the right matrix is read for as it lies, and more, for which it is laid out: in one piece, in several, and with
// rows and columns that fill no vector and no panel.
for (const rows of [1, 2, 4, 5, 33, 400]) {
  for (const [inputs, outputs] of [
    [1, 1],
    [7, 33],
    [40, 16],
    [130, 1_500],
    [1_600, 70],
  ] as const) {
    ops.tidy(() => {
      // So small that the sums are about one, whatever their length.
      const size = 2 / Math.sqrt(inputs);
      const [left, right, turned] = [drawn(size, rows, inputs), drawn(1, inputs, outputs), drawn(1, outputs, inputs)];
      const bias = drawn(1, outputs);
      for (const added of [undefined, bias])
        compare('product', [engine.product(left, right, added)], [plain.product(left, right, added)]);
      const expected = plain.rightTransposedProduct(left, turned);
      compare('product, right turned', [engine.rightTransposedProduct(left, turned)], [expected]);
      const logarithms = [engine, plain].map((one) => one.logProbabilities(left, right, bias));
      compare('log-probabilities', [logarithms[0] as Tensor], [logarithms[1] as Tensor]);
      compare('probabilities', [engine.probabilities(left, turned, bias)], [plain.probabilities(left, turned, bias)]);
      // Whole panels, and a last one that is not full.
      const [whole, wholeBias] = [drawn(1, inputs, 128), drawn(1, 128)];
      compare(
        'product, right laid',
        [engine.product(left, engine.laid(whole), wholeBias), engine.product(left, engine.laid(right))],
        [plain.product(left, plain.laid(whole), wholeBias), plain.product(left, right)],
      );
      const lefts = [drawn(size, inputs, rows), drawn(1, 3, rows), drawn(1, 17, rows)];
      const rights = [right, drawn(1, 3, outputs), drawn(1, 17, outputs)];
      for (const pairs of [1, 2, 3]) {
        const given = [lefts.slice(0, pairs), rights.slice(0, pairs)] as const;
        compare(
          'product, left turned',
          [engine.leftTransposedProduct(...given)],
          [plain.leftTransposedProduct(...given)],
        );
      }
    });
  }
}
// More rows than their square has room for, and sums of no numbers at all.
ops.tidy(() => {
  const [left, right, bias] = [drawn(1, 130_000, 1), drawn(1, 1, 1), drawn(1, 7)];
  compare('product', [engine.product(left, right)], [plain.product(left, right)]);
  for (const rows of [3, 9]) {
    const nothing = [ops.zeros([rows, 0]), ops.zeros([0, 7]), bias] as const;
    compare('product', [engine.product(...nothing)], [plain.product(...nothing)]);
    const none = [[ops.zeros([0, rows])], [ops.zeros([0, 7])]] as const;
    compare('product, left turned', [engine.leftTransposedProduct(...none)], [plain.leftTransposedProduct(...none)]);
  }
});
for (const kind of ['adam', 'rmsprop'] as const) {
  const weights = [drawn(1, 130, 300), drawn(1, 5), drawn(1, 1_000)].map((tensor, k) => ({
    name: `w${k}`,
    shape: tensor.shape,
    values: Float32Array.from(tensor.dataSync()),
  }));
  const moved = [engine, plain].map((one) => {
    const parameters = weights.map((weight) => one.parameter(weight));
    return { parameters, optimizer: one.optimizer(kind, parameters) };
  });
  for (const longest of [undefined, 0.5, 1e6]) {
    const gradients = weights.map(({ shape }) => drawn(1, ...shape));
    for (const { optimizer } of moved) optimizer.apply(gradients, 0.05, longest);
    const values = moved.map(({ parameters }) => parameters.map((parameter) => parameter.value()));
    compare(kind, values[0] as Tensor[], values[1] as Tensor[]);
  }
}
for (const width of [1, 17, 300]) {
  ops.tidy(() => {
    const [parts, of] = [[drawn(1, 40, width), drawn(1, 90, width)], ids(130, 21)];
    const expected = ops.unsortedSegmentSum(ops.concat(parts), of as never, 22);
    compare('sums of rows', [engine.sumRowsById(parts, of, 22)], [expected]);
  });
}

for (const [rows, width] of [
  [1, 7],
  [3, 8_000],
  [40, 8_001],
] as const) {
  ops.tidy(() => {
    // From one to next to nothing.
    const [p, q] = [ops.exp(ops.mul(drawn(40, rows, width), 1)), ops.exp(drawn(3, rows, width))].map((e) =>
      ops.minimum(ops.mul(e, 1e-18), 1),
    ) as [Tensor, Tensor];
    for (const share of [0, 0.25, 1])
      compare('mixture', [engine.logMixture(p, q, share)], [plain.logMixture(p, q, share)]);
  });
}
for (const [rows, width] of [
  [1, 7],
  [300, 500],
] as const) {
  ops.tidy(() => {
    const [table, of] = [drawn(1, 11, width), ids(rows, 11)];
    compare('rows by id', [engine.pickRows(table, of)], [plain.pickRows(table, of)]);
  });
}
ops.tidy(() => {
  const tables = [engine, plain].map((one) => one.rowTable(9, [33, 5]));
  for (const places of [Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), Int32Array.of(7, 2)]) {
    const rows = [drawn(1, places.length, 33), drawn(1, places.length, 5)];
    for (const table of tables) table.put(rows, places);
  }
  // Few rows and many, of a matrix as it lies and laid out.
  for (const places of [Int32Array.of(3), Int32Array.of(6, 0, 1, 8, 4)]) {
    const [left, right] = [drawn(1, places.length, 4), drawn(1, 4, 33)];
    for (const table of tables) table.put([{ left, right }, drawn(0, places.length, 5)], places);
  }
  const found = tables.map((table) => {
    const { rows, places } = table.find(Int32Array.of(8, 7, 0, 7));
    return rows.map((row) => plain.pickRows(row, places as Tensor));
  });
  compare('rows of a table', found[0] as Tensor[], found[1] as Tensor[]);
  for (const table of tables) table.dispose();
});
ops.tidy(() => {
  const places = Int32Array.from({ length: 40 }, (_, k) => (7 * k) % 50);
  const [left, right] = [drawn(1, 40, 70), drawn(0.2, 70, 128)];
  const rows = [engine, plain].map((one) => {
    const table = one.rowTable(50, [128]);
    table.put([{ left, right: one.laid(right) }], places);
    const found = table.find(places);
    const picked = plain.pickRows(found.rows[0] as Tensor, found.places as Tensor);
    table.dispose();
    return picked;
  });
  compare('a product put in a table', [rows[0] as Tensor], [rows[1] as Tensor]);
});

const { cell, sequence } = engine.fused as NonNullable<Engine['fused']>;
const nothing = { recurrent: null, cBefore: null, parents: null, bias: null };
const [x, far] = [drawn(1, 3, 8), ops.tensor1d([0, 3], 'int32') as Tensor];
const wrong = {
  'a row beyond the table': () => engine.pickRows(x, far),
  'a place beyond the table': () => engine.rowTable(2, [8]).put([x], Int32Array.of(0, 1, 2)),
  'a product beyond the table': () =>
    engine.rowTable(2, [8]).put([{ left: x, right: drawn(1, 8, 8) }], Int32Array.of(0, 1, 2)),
  'a product wider than the table': () =>
    engine.rowTable(3, [8]).put([{ left: x, right: drawn(1, 8, 9) }], Int32Array.of(0, 1, 2)),
  'matrices that do not fit, turned': () => engine.leftTransposedProduct([x, x], [drawn(1, 3, 5), drawn(1, 2, 5)]),
  'a gradient of another size': () => {
    const parameter = engine.parameter({ name: 'w', shape: [4], values: new Float32Array(4) });
    engine.optimizer('adam', [parameter]).apply([drawn(1, 5)], 0.1);
  },
  'an id beyond the table': () => cell({ ...nothing, x, ids: far }),
  'a parent beyond the states': () => cell({ ...nothing, x, ids: null, recurrent: drawn(1, 2, 8), parents: far }),
  'states of another number': () => cell({ ...nothing, x, ids: null, cBefore: drawn(1, 2, 2) }),
  'a bias of another length': () => cell({ ...nothing, x, ids: null, bias: drawn(1, 7) }),
  'weights of another size': () =>
    sequence(drawn(1, 2, 3, 8), drawn(1, 8), drawn(1, 3, 8), { c: drawn(1, 3, 2), h: drawn(1, 3, 2) }),
  'a target beyond the vocabulary': () => engine.crossEntropy(x, drawn(1, 8), ops.tensor1d([0, 8, 1], 'int32')),
  'fewer ids than rows': () => engine.sumRowsById([x], far, 4),
  'a sum of no rows': () => engine.sumRowsById([x], ops.tensor1d([0, 1, 2], 'int32'), 0),
  'matrices that do not fit': () => engine.product(x, drawn(1, 7, 5)),
  'a laid matrix that does not fit': () => engine.product(x, engine.laid(drawn(1, 7, 5))),
};
const refused = Object.entries(wrong).map(([what, call]) => {
  try {
    call();
    return [what, false];
  } catch {
    return [what, true];
  }
});
console.log(JSON.stringify({ most, refused: Object.fromEntries(refused) }));
