import * as tf from '@tensorflow/tfjs-core';
import type { Engine, Tensor } from '../engine.ts';
import type { Attribute, Context } from './context.ts';
import type { PutRows } from './native-row-table.ts';

/**
 * TensorFlow's own kernels for what a training step does most, without tfjs-core in between: that prepares every operation
 * for automatic differentiation and for other engines, 30 us of each that are a sixth of the fable's step (docs/performance.md).
 */
export function stepKernels(
  context: Context,
): Pick<
  Engine,
  'pickRows' | 'sumRowsById' | 'product' | 'leftTransposedProduct' | 'rightTransposedProduct' | 'stackRows'
> & { readonly putRows: PutRows } {
  const { binding, floatType, run } = context;
  const type = (name: string, value = binding.TF_INT32): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const int = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const first = tf.keep(tf.scalar(0, 'int32')) as Tensor;

  const gather = [type('Tparams', binding.TF_FLOAT), type('Tindices'), type('Taxis'), int('batch_dims', 0)];
  const turned = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  // Not MatMul: a signal while it multiplies may destroy memory (docs/architecture.md), and turned matrices take it twice as long.
  const products = (left: boolean, right: boolean) => {
    const attributes = [floatType, turned('adj_x', left), turned('adj_y', right)];
    return (a: Tensor, b: Tensor) => run('BatchMatMulV2', attributes, [a, b], 1)[0] as Tensor;
  };

  const added = (rows: Tensor, bias: Tensor | undefined) => {
    if (!bias) return rows;
    const [sum] = run('AddV2', [floatType], [rows, bias], 1) as [Tensor];
    rows.dispose();
    return sum;
  };
  const [plainProduct, gradientProduct] = [products(false, false), products(true, false)];

  const stackRows = (parts: readonly Tensor[]) =>
    parts.length === 1
      ? (parts[0] as Tensor)
      : (run('ConcatV2', [floatType, type('Tidx'), int('N', parts.length)], [...parts, first], 1)[0] as Tensor);

  return {
    pickRows: (table, ids) => run('GatherV2', gather, [table, ids, first], 1)[0] as Tensor,
    sumRowsById: (parts, ids, count) => tf.unsortedSegmentSum(stackRows(parts), ids as tf.Tensor1D, count),
    product: (left, right, bias) => added(plainProduct(left, right), bias),
    leftTransposedProduct: (left, right) => gradientProduct(stackRows(left), stackRows(right)),
    rightTransposedProduct: products(false, true),
    stackRows,
    // The one operation here that writes to a tensor where it lies; it gives the same tensor back.
    putRows: (tables, rows, places) => {
      for (const [k, table] of tables.entries())
        run('InplaceUpdate', [floatType], [table, places, rows[k] as Tensor], 1)[0]?.dispose();
    },
  };
}
