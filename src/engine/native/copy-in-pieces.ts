import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '../engine.ts';
import type { Context } from './context.ts';
import { NativeRowTable, type Putting } from './native-row-table.ts';

/** Numbers copied at one go, roughly: a millisecond or two. */
const PIECE = 500_000;

/**
 * A copy of a matrix in TensorFlow, made some rows at a time with a yield between them. Memory that nobody has used yet costs a
 * millisecond a megabyte when it is first written to. values: (shape). The caller's, to be disposed of. Throws where there are
 * not as many values as the shape holds.
 */
export function* copyInPieces(
  context: Context,
  put: Putting,
  values: Float32Array,
  shape: readonly [count: number, width: number],
): Generator<void, Tensor, void> {
  const [count, width] = shape;
  if (values.length !== count * width) throw new RangeError(`${values.length} values are not ${count} x ${width}.`);
  const table = new NativeRowTable(context, count, [width], put);
  const rows = Math.max(1, Math.floor(PIECE / width));
  try {
    for (let first = 0; first < count; first += rows) {
      const end = Math.min(count, first + rows);
      tf.tidy(() => {
        const piece = tf.tensor2d(values.subarray(first * width, end * width), [end - first, width]);
        table.put(
          [piece],
          Int32Array.from({ length: end - first }, (_, k) => first + k),
        );
      });
      yield;
    }
  } catch (error) {
    table.dispose();
    throw error;
  }
  return table.whole[0] as Tensor;
}
