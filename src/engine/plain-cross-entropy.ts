import * as tf from '@tensorflow/tfjs-core';
import type { CrossEntropy, CrossEntropyOptions, Tensor } from './engine.ts';

/** `Engine.crossEntropy` of plain operations: log softmax(z) = z - log sum exp(z), z = logits + bias. */
export function plainCrossEntropy(
  logits: Tensor,
  bias: Tensor,
  targets: Tensor,
  { scale = 1, guessed }: CrossEntropyOptions = {},
): CrossEntropy {
  return tf.tidy(() => {
    const [rows, vocabulary] = logits.shape as [number, number];
    const z = tf.add(logits, bias) as tf.Tensor2D;
    const logProbabilities = tf.logSoftmax(z);
    const logs = logProbabilities.dataSync();
    const slope = Float32Array.from(tf.exp(logProbabilities).dataSync());
    const losses = new Float32Array(rows);
    // A one-hot matrix would be as large as the logits.
    for (const [row, target] of targets.dataSync().entries()) {
      const place = row * vocabulary + target;
      losses[row] = -(logs[place] as number);
      slope[place] = (slope[place] as number) - 1;
    }
    const slopes = tf.mul(tf.tensor2d(slope, [rows, vocabulary]), scale);
    return {
      loss: tf.tensor1d(losses),
      predicted: tf.argMax(guessed === undefined ? z : tf.slice(z, [0, 0], [rows, guessed]), 1),
      slope: slopes,
      biasSlope: tf.sum(slopes, 0),
    };
  });
}
