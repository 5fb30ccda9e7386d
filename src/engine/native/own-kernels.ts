import * as tf from '@tensorflow/tfjs-core';
import type { CellInput, CellStates, Engine, Tensor } from '../engine.ts';
import type { Move } from '../tensor-optimizer.ts';
import type { Attribute, Context } from './context.ts';
import type { PutProduct, PutRows } from './native-row-table.ts';

/** What the addon exports (`cpp/addon.cc`). */
export interface KernelsAddon {
  /** Whether its products are as fast as TensorFlow's on processors that it is compiled for. */
  readonly products: boolean;
}

type Products = Pick<
  Engine,
  'logProbabilities' | 'product' | 'rightTransposedProduct' | 'leftTransposedProduct' | 'probabilities' | 'laid'
>;

/** What `openNativeEngine` replaces by kernels of our own, where they are compiled. */
export interface OwnKernels {
  readonly kernels: Pick<Engine, 'fused' | 'crossEntropy' | 'logMixture' | 'sumRowsById' | 'pickRows'> &
    Partial<Products>;
  /** Changes weights and moments where they lie. */
  readonly move: Move;
  readonly putRows: PutRows;
  readonly putProduct?: PutProduct;
}

/** Calls the operations that the addon, which must have been loaded, adds to TensorFlow. */
export function ownKernels({ binding, run }: Context, { products }: KernelsAddon): OwnKernels {
  const noIds: Tensor = tf.keep(tf.tensor1d([], 'int32'));
  const noBias: Tensor = tf.keep(tf.tensor1d([]));
  const noRows: Tensor = tf.keep(tf.zeros([0, 0]));
  const states = ([gates, c, h]: Tensor[]): CellStates => ({ gates, c, h }) as CellStates;
  const received = ({ x, ids, recurrent, parents, bias, cBefore }: CellInput) => {
    const before = [recurrent ?? noRows, parents ?? noIds, bias ?? noBias, cBefore ?? noRows];
    return [x, ids ?? noIds, ...before];
  };
  const one = (name: string, ...inputs: Tensor[]) => run(name, [], inputs, 1)[0] as Tensor;
  const several = (count: number): Attribute[] => [{ name: 'N', type: binding.TF_ATTR_INT, value: count }];
  /** Calls with numbers that the kernel is told beside its tensors. */
  const told = <T>(numbers: number[], call: (settings: Tensor) => T, type: 'float32' | 'int32' = 'float32'): T => {
    const settings = tf.tensor1d(numbers, type);
    try {
      return call(settings);
    } finally {
      settings.dispose();
    }
  };
  const ownProducts: Products = {
    product: (left, right, bias) => one('FabulistProduct', left, right, bias ?? noBias),
    rightTransposedProduct: (left, right) => one('FabulistProductTurned', left, right, noBias),
    leftTransposedProduct: (left, right) =>
      run('FabulistGradientProduct', several(left.length), [...left, ...right], 1)[0] as Tensor,
    probabilities: (left, table, bias) => one('FabulistProbabilities', left, table, bias),
    logProbabilities: (left, right, bias) => one('FabulistLogProbabilities', left, right, bias),
    laid: (matrix) => one('FabulistLaid', matrix),
  };
  return {
    kernels: {
      fused: {
        cell: (input) => states(run('FabulistCell', [], received(input), 3)),
        state: (input) => {
          const [c, h] = run('FabulistState', [], received(input), 2) as [Tensor, Tensor];
          return { c, h };
        },
        cellGradient: ({ gates, c }, { cBefore, parents }, dh, dc) => {
          const inputs = [gates, c, cBefore ?? noRows, parents ?? noIds, dh, dc ?? noRows];
          const [dcBefore, sums] = run('FabulistCellGradient', [], inputs, 2) as [Tensor, Tensor];
          return { dz: gates, dcBefore, dzBefore: parents ? sums : gates };
        },
        sequence: (x, bias, recurrent, { h, c }) => states(run('FabulistSequence', [], [x, bias, recurrent, h, c], 3)),
        sequenceGradient: ({ gates, c }, cBefore, recurrent, dh) =>
          one('FabulistSequenceGradient', gates, c, cBefore, recurrent, dh),
      },
      crossEntropy: (logits, bias, targets, { scale = 1, guessed = logits.shape[1] as number } = {}) => {
        const outputs = told([guessed, scale], (settings) =>
          run('FabulistCrossEntropy', [], [logits, bias, targets, settings], 4),
        );
        const [loss, predicted, slope, biasSlope] = outputs as [Tensor, Tensor, Tensor, Tensor];
        return { loss, predicted, slope, biasSlope };
      },
      ...(products && ownProducts),
      logMixture: (p, q, share) =>
        told([share], (settings) => run('FabulistLogMixture', [], [p, q, settings], 1)[0] as Tensor),
      pickRows: (table, ids) => one('FabulistPickRows', table, ids),
      sumRowsById: (parts, ids, count) =>
        told(
          [count],
          (size) => run('FabulistSumRows', several(parts.length), [ids, size, ...parts], 1)[0] as Tensor,
          'int32',
        ),
    },
    putRows: (tables, rows, places) => {
      run('FabulistPutRows', several(tables.length), [...tables, ...rows, places], 0);
    },
    ...(products && {
      putProduct: (table, { left, right }, places) => {
        run('FabulistPutProduct', [], [table, places, left, right], 0);
      },
    }),
    move: ({ kind, parameters, moments }, gradients, { rate, steps, longest = 0 }) => {
      const weights = parameters.map(({ tensor }) => tensor);
      const inputs = [...weights, ...[0, 1].flatMap((m) => moments.flatMap((own) => own[m] ?? [])), ...gradients];
      const [name, numbers] =
        kind === 'adam'
          ? ['FabulistAdam', [(rate * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps), 0.9, 0.999, 1e-8]]
          : ['FabulistRmsProp', [rate, 0, 0.9, 1e-10]];
      told([...(numbers as number[]), longest], (settings) =>
        run(name as string, several(weights.length), [...inputs, settings], 0),
      );
    },
  };
}
