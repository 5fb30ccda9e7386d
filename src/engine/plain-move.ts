import * as tf from '@tensorflow/tfjs-core';
import { clipped } from './clipped.ts';
import type { Tensor } from './engine.ts';
import type { Move } from './tensor-optimizer.ts';

/** Both optimizers of plain operations, each parameter and moment replaced by a new tensor. */
export const plainMove: Move = ({ kind, parameters, moments }, gradients, { rate, steps, longest }) => {
  const step = kind === 'rmsprop' ? rmsprop(rate) : adam(rate, steps);
  const own = longest === undefined ? gradients : clipped(gradients, longest);
  parameters.forEach((parameter, k) => {
    const before = moments[k] as Tensor[];
    const [next, ...after] = tf.tidy(() => step(parameter.tensor, own[k] as Tensor, before)) as [Tensor, ...Tensor[]];
    parameter.replace(next);
    tf.dispose(before);
    moments[k] = after.map((moment) => tf.keep(moment));
  });
  if (own !== gradients) tf.dispose([...own]);
};

type Step = (weight: Tensor, gradient: Tensor, moments: Tensor[]) => Tensor[];

/** ms <- ms + (1 - 0.9)(g^2 - ms); w <- w - rate g / sqrt(ms + 1e-10): TensorFlow's ApplyRMSProp without momentum. */
const rmsprop =
  (rate: number): Step =>
  (weight, gradient, [meanSquare]) => {
    const ms = tf.add(tf.mul(meanSquare as Tensor, 0.9), tf.mul(tf.square(gradient), 1 - 0.9));
    return [tf.sub(weight, tf.mul(tf.mul(gradient, rate), tf.rsqrt(tf.add(ms, 1e-10)))), ms];
  };

/** m <- 0.9 m + 0.1 g; v <- 0.999 v + 0.001 g^2; w <- w - rate' m / (sqrt(v) + 1e-8), rate' corrected for the first steps. */
const adam = (rate: number, steps: number): Step => {
  const corrected = (rate * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps);
  return (weight, gradient, [first, second]) => {
    const m = tf.add(tf.mul(first as Tensor, 0.9), tf.mul(gradient, 1 - 0.9));
    const v = tf.add(tf.mul(second as Tensor, 0.999), tf.mul(tf.square(gradient), 1 - 0.999));
    return [tf.sub(weight, tf.div(tf.mul(m, corrected), tf.add(tf.sqrt(v), 1e-8))), m, v];
  };
};
