import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { copyAtOnce } from './copy-at-once.ts';
import type { Engine, Factors, RowTable, Tensor } from './engine.ts';
import { plainCrossEntropy } from './plain-cross-entropy.ts';
import { plainLogMixture } from './plain-log-mixture.ts';
import { plainMove } from './plain-move.ts';
import { TensorOptimizer } from './tensor-optimizer.ts';
import { TensorParameter } from './tensor-parameter.ts';

/** Opens the engine that installs everywhere: TensorFlow.js on WebAssembly with SIMD. */
export async function openWasmEngine(): Promise<Engine> {
  await tf.setBackend('wasm');
  await tf.ready();
  return {
    name: 'wasm',
    description: `WebAssembly (tfjs-backend-wasm ${version_wasm})`,
    parameter: (initial) => new TensorParameter(initial),
    optimizer: (kind, parameters) => new TensorOptimizer(kind, parameters as TensorParameter[], plainMove),
    crossEntropy: plainCrossEntropy,
    sumRowsById,
    pickRows,
    rowTable,
    copying: copyAtOnce,
    laid: (matrix) => tf.clone(matrix),
    product,
    probabilities: (left, table, bias) =>
      tf.tidy(() => tf.softmax(tf.add(rightTransposedProduct(left, table), bias) as never) as Tensor),
    logProbabilities: (left, right, bias) => tf.tidy(() => tf.logSoftmax(product(left, right, bias))),
    logMixture: plainLogMixture,
    stackRows,
    // Measured: this backend's own transposed products take 6 to 40 times as long as transposing first (docs/engines.md).
    leftTransposedProduct: (left, right) =>
      tf.tidy(() => tf.matMul(tf.transpose(stackRows(left) as tf.Tensor2D), stackRows(right) as tf.Tensor2D)),
    rightTransposedProduct,
    fused: null,
    dropoutMask,
  };
}

function product(left: Tensor, right: Tensor, bias?: Tensor): Tensor {
  return tf.tidy(() => {
    const sums = tf.matMul(left as tf.Tensor2D, right as tf.Tensor2D);
    return bias ? tf.add(sums, bias) : sums;
  });
}

const stackRows = (parts: readonly Tensor[]): Tensor =>
  parts.length === 1 ? (parts[0] as Tensor) : tf.concat([...parts], 0);

/**
 * Transposing costs as much as multiplying here: of the two ways to write the product without a transposed operand, the one
 * that turns over fewer numbers. For a batch against a weight matrix it takes a third to a fifth of the other's time.
 */
function rightTransposedProduct(left: Tensor, right: Tensor): Tensor {
  const [n, b] = left.shape as [number, number];
  const a = right.shape[0] as number;
  return tf.tidy(() =>
    n * (a + b) < a * b
      ? tf.transpose(tf.matMul(right as tf.Tensor2D, tf.transpose(left as tf.Tensor2D)))
      : tf.matMul(left as tf.Tensor2D, tf.transpose(right as tf.Tensor2D)),
  );
}

/** The kernel GatherV2 takes eight times as long as this loop of copies. */
function pickRows(table: Tensor, ids: Tensor): Tensor {
  const width = table.shape[1] as number;
  const from = table.dataSync() as Float32Array;
  const picked = ids.dataSync();
  const rows = new Float32Array(picked.length * width);
  picked.forEach((id, row) => {
    rows.set(from.subarray(id * width, (id + 1) * width), row * width);
  });
  return tf.tensor2d(rows, [picked.length, width]);
}

/** Outside the engine's memory, where a single row cannot be written. */
function rowTable(count: number, widths: readonly number[]): RowTable {
  const tables = widths.map((width) => ({ width, values: new Float32Array(count * width) }));
  return {
    find: (places) => {
      const rows = tables.map(({ width, values }) => {
        const found = new Float32Array(places.length * width);
        places.forEach((place, row) => {
          found.set(values.subarray(place * width, (place + 1) * width), row * width);
        });
        return tf.tensor2d(found, [places.length, width]) as Tensor;
      });
      return { rows, places: null };
    },
    put: (rows, places) =>
      tf.tidy(() => {
        for (const [k, { width, values }] of tables.entries()) {
          const given = rows[k] as Tensor | Factors;
          const own = ('left' in given ? product(given.left, given.right) : given).dataSync() as Float32Array;
          places.forEach((place, row) => {
            values.set(own.subarray(row * width, (row + 1) * width), place * width);
          });
        }
      }),
    dispose: () => undefined,
  };
}

/** The kernel UnsortedSegmentSum is missing here; the loop over memory the engine already holds costs less than a one-hot product. */
function sumRowsById(parts: readonly Tensor[], ids: Tensor, count: number): Tensor {
  const width = parts[0]?.shape[1] as number;
  const sums = new Float32Array(count * width);
  const of = ids.dataSync();
  let next = 0;
  for (const part of parts) {
    const from = part.dataSync();
    for (let at = 0; at < from.length; at += width) {
      const to = (of[next++] as number) * width;
      for (let k = 0; k < width; k++) sums[to + k] = (sums[to + k] as number) + (from[at + k] as number);
    }
  }
  return tf.tensor2d(sums, [count, width]);
}

function dropoutMask(shape: readonly number[], rate: number, seed: number): Tensor {
  // xorshift32 (Marsaglia 2003): a mask needs millions of numbers a second, and no more of them than to be unlike each other.
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1;
  const kept = 1 / (1 - rate);
  const bound = rate * 2 ** 32;
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let k = 0; k < values.length; k++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[k] = state >>> 0 >= bound ? kept : 0;
  }
  return tf.tensor(values, [...shape]);
}
