import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from './engine.ts';

/** A copy of values in the engine: `Engine.copying` without a yield. */
export function* copyAtOnce(values: Float32Array, shape: readonly number[]): Generator<void, Tensor, void> {
  const tensor = tf.keep(tf.tensor(values, [...shape], 'float32'));
  // The native engine copies the values when a tensor is first used, and that should be now.
  const none = shape.map(() => 0);
  tf.slice(tensor, none, none).dispose();
  return tensor;
}
