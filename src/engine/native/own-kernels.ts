import * as tf from '@tensorflow/tfjs-core';
import type { CellInput, CellStates, CrossEntropy, Engine, FusedKernels, Tensor } from '../engine.ts';
import type { Context } from './context.ts';

/** Rows up to which a product takes less time than TensorFlow's; and where the right matrix is turned (docs/performance.md). */
const FEW_ROWS = 128;
const FEW_ROWS_TURNED = 4;
/** Rows of the right matrix up to which a strip of it stays in the cache for all rows of the left. */
const INPUTS = 1_024;

/** What `openNativeEngine` replaces by kernels of our own, where they are compiled. */
export interface OwnKernels {
  readonly fused: FusedKernels;
  crossEntropy(logits: Tensor, bias: Tensor, targets: Tensor, guessed?: number): CrossEntropy;
  /** left right + bias, or left right^T, for few rows; null where there are too many. */
  fewRows(left: Tensor, right: Tensor, turned: boolean, bias?: Tensor): Tensor | null;
  /** As `Engine.probabilities`; null where there are too many rows. */
  probabilities(left: Tensor, table: Tensor, bias: Tensor): Tensor | null;
  sumRowsById: Engine['sumRowsById'];
}

/** Calls the operations that `cpp/addon.cc` adds to TensorFlow. The addon must have been loaded. */
export function ownKernels({ binding, run }: Context): OwnKernels {
  const noIds: Tensor = tf.keep(tf.tensor1d([], 'int32'));
  const noBias: Tensor = tf.keep(tf.tensor1d([]));
  const noRows: Tensor = tf.keep(tf.zeros([0, 0]));
  const states = ([gates, c, h]: Tensor[]): CellStates => ({ gates, c, h }) as CellStates;
  const one = (name: string, ...inputs: Tensor[]) => run(name, [], inputs, 1)[0] as Tensor;
  const few = ({ shape }: Tensor, turned: boolean) =>
    (shape[0] as number) <= (turned ? FEW_ROWS_TURNED : FEW_ROWS) && (turned || (shape[1] as number) <= INPUTS);
  return {
    fused: {
      cell: ({ x, ids, recurrent, parents, bias, cBefore }: CellInput) => {
        const before = [recurrent ?? noRows, parents ?? noIds, bias ?? noBias, cBefore ?? noRows];
        return states(run('FabulistCell', [], [x, ids ?? noIds, ...before], 3));
      },
      cellGradient: ({ gates, c }, { cBefore, parents }, dh, dc) => {
        const inputs = [gates, c, cBefore ?? noRows, parents ?? noIds, dh, dc ?? noRows];
        const [dz, dcBefore, sums] = run('FabulistCellGradient', [], inputs, 3) as [Tensor, Tensor, Tensor];
        return { dz, dcBefore, dzBefore: parents ? sums : dz };
      },
      sequence: (x, bias, recurrent, { h, c }) => states(run('FabulistSequence', [], [x, bias, recurrent, h, c], 3)),
      sequenceGradient: ({ gates, c }, cBefore, recurrent, dh) =>
        one('FabulistSequenceGradient', gates, c, cBefore, recurrent, dh),
    },
    crossEntropy: (logits, bias, targets, guessed) => {
      const most = tf.tensor1d([guessed ?? (logits.shape[1] as number)], 'int32');
      const outputs = run('FabulistCrossEntropy', [], [logits, bias, targets, most], 4);
      most.dispose();
      const [loss, predicted, slope, biasSlope] = outputs as [Tensor, Tensor, Tensor, Tensor];
      return { loss, predicted, slope, biasSlope };
    },
    fewRows: (left, right, turned, bias) =>
      few(left, turned) ? one(turned ? 'FabulistFewRowsTurned' : 'FabulistFewRows', left, right, bias ?? noBias) : null,
    probabilities: (left, table, bias) => (few(left, true) ? one('FabulistProbabilities', left, table, bias) : null),
    sumRowsById: (parts, ids, count) => {
      const size = tf.tensor1d([count], 'int32');
      const matrices = [{ name: 'N', type: binding.TF_ATTR_INT, value: parts.length }];
      const [sums] = run('FabulistSumRows', matrices, [ids, size, ...parts], 1) as [Tensor];
      size.dispose();
      return sums;
    },
  };
}
