import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from './engine.ts';

/** All gradients times the same number, so that together they are no longer than `longest`; as `Optimizer.apply` has it. */
export function clipped(gradients: readonly Tensor[], longest: number): Tensor[] {
  return tf.tidy(() => {
    const norm = tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))));
    const scale = tf.minimum(1, tf.div(longest, norm));
    return gradients.map((gradient) => tf.mul(gradient, scale) as Tensor);
  });
}
