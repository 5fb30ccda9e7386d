import * as tf from '@tensorflow/tfjs-core';
import type { CellState, Engine, Tensor } from '../engine.ts';

/** What tfjs-node's binding calls its attribute types and data types. */
export type Binding = Readonly<
  Record<
    | 'TF_ATTR_BOOL'
    | 'TF_ATTR_FLOAT'
    | 'TF_ATTR_INT'
    | 'TF_ATTR_STRING'
    | 'TF_ATTR_TYPE'
    | 'TF_ATTR_SHAPE'
    | 'TF_FLOAT'
    | 'TF_INT32',
    number
  >
> & { readonly TF_Version: string };

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Runs TensorFlow operations by name. */
export interface Context {
  readonly binding: Binding;
  readonly floatType: Attribute;
  readonly run: (name: string, attributes: Attribute[], inputs: Tensor[], outputs: number) => Tensor[];
}

/**
 * TensorFlow's own kernels for what a training step does most, without tfjs-core in between: that prepares every operation
 * for automatic differentiation and for other engines, 30 us of each that are a sixth of the fable's step (docs/performance.md).
 */
export function stepKernels(
  context: Context,
): Pick<
  Engine,
  | 'pickRows'
  | 'sumRowsById'
  | 'product'
  | 'leftTransposedProduct'
  | 'rightTransposedProduct'
  | 'stackRows'
  | 'cellState'
> {
  const { binding, floatType, run } = context;
  const type = (name: string, value = binding.TF_INT32): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const int = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const [first, second] = [0, 1].map((axis) => tf.keep(tf.scalar(axis, 'int32'))) as [Tensor, Tensor];

  const gather = [type('Tparams', binding.TF_FLOAT), type('Tindices'), type('Taxis'), int('batch_dims', 0)];
  const segments = [floatType, type('Tindices')];
  const sparse = [floatType, type('Tidx'), type('Tnumsegments'), type('Tsegmentids')];
  const turned = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  // Not MatMul: a signal while it multiplies may destroy memory (docs/architecture.md), and turned matrices take it twice as long.
  const products = (left: boolean, right: boolean) => {
    const attributes = [floatType, turned('adj_x', left), turned('adj_y', right)];
    return (a: Tensor, b: Tensor) => run('BatchMatMulV2', attributes, [a, b], 1)[0] as Tensor;
  };
  const plain = [floatType];
  const quarters = [floatType, int('num_split', 4)];
  const one = (name: string, ...inputs: Tensor[]) => run(name, plain, inputs, 1)[0] as Tensor;

  return {
    pickRows: (table, ids) => run('GatherV2', gather, [table, ids, first], 1)[0] as Tensor,
    /** UnsortedSegmentSum takes three times as long as sorting the ids first, and eight times where they are sorted already. */
    sumRowsById: (rows, ids, count) => {
      if (rows.rank !== 2) return tf.unsortedSegmentSum(rows, ids as tf.Tensor1D, count);
      const of = ids.dataSync() as Int32Array;
      const order = orderOf(of, count);
      if (order === null) return run('SegmentSum', segments, [rows, ids], 1)[0] as Tensor;
      const [picks, sorted, size] = [
        tf.tensor1d(order, 'int32'),
        tf.tensor1d(
          order.map((row) => of[row] as number),
          'int32',
        ),
        tf.scalar(count, 'int32'),
      ];
      const [sums] = run('SparseSegmentSumWithNumSegments', sparse, [rows, picks, sorted, size], 1) as [Tensor];
      tf.dispose([picks, sorted, size]);
      return sums;
    },
    product: products(false, false),
    leftTransposedProduct: products(true, false),
    rightTransposedProduct: products(false, true),
    stackRows: (parts) =>
      parts.length === 1
        ? (parts[0] as Tensor)
        : (run('ConcatV2', [floatType, type('Tidx'), int('N', parts.length)], [...parts, first], 1)[0] as Tensor),
    cellState: (parts, cBefore): CellState => {
      const z = parts.reduce((sum, part) => one('AddV2', sum, part));
      const [zi, zg, zf, zo] = run('Split', quarters, [second, z], 4) as [Tensor, Tensor, Tensor, Tensor];
      const i = one('Sigmoid', zi);
      const g = one('Tanh', zg);
      const f = cBefore && one('Sigmoid', zf);
      const o = one('Sigmoid', zo);
      const written = one('Mul', i, g);
      const c = f && cBefore ? one('AddV2', one('Mul', f, cBefore), written) : written;
      const tanhC = one('Tanh', c);
      return { i, g, f, o, c, tanhC, h: one('Mul', o, tanhC) };
    },
  };
}

/** The rows in the order of their ids, by counting; null where they stand in it already and the last id is the largest. */
function orderOf(ids: Int32Array, count: number): Int32Array | null {
  let rising = ids.length > 0 && ids[ids.length - 1] === count - 1;
  const starts = new Int32Array(count + 1);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    if (row > 0 && id < (ids[row - 1] as number)) rising = false;
    starts[id + 1] = (starts[id + 1] as number) + 1;
  }
  if (rising) return null;
  for (let id = 0; id < count; id++) starts[id + 1] = (starts[id + 1] as number) + (starts[id] as number);
  const order = new Int32Array(ids.length);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row] as number;
    order[starts[id] as number] = row;
    starts[id] = (starts[id] as number) + 1;
  }
  return order;
}
