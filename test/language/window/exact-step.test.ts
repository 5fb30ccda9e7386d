import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect, it } from 'vitest';
import type { NamedValues } from '../../../src/engine/engine.ts';
import type { Model } from '../../../src/language/model.ts';
import { Learner } from '../../../src/language/window/learner.ts';
import { planFor } from '../../../src/language/window/plan.ts';
import { type Windows, windowsOf } from '../../../src/language/window/windows.ts';
import { onEveryEngine } from '../../engines.ts';
import { tinyModel } from '../tiny.ts';

const UNITS = 24;

/** The text-book formulation, of every window by itself: one-hot symbols times the input matrix, no work shared, no state left out. */
function plainLoss(weights: Record<string, tf.Tensor>, { layers }: { layers: number }, windows: Windows): tf.Scalar {
  const { window, count, contexts, targets } = windows;
  const at = (name: string) => weights[name] as tf.Tensor2D;
  const vocabulary = at('output').shape[1] as number;
  const symbols = tf.tensor2d(contexts, [count, window], 'int32');
  let [hs, cs] = [0, 1].map(() => Array.from({ length: layers }, () => tf.zeros([count, UNITS]))) as tf.Tensor2D[][];
  for (let t = 0; t < window; t++) {
    const read = tf.reshape(tf.slice(symbols, [0, t], [count, 1]), [count]);
    let x: tf.Tensor = tf.cast(tf.oneHot(read as tf.Tensor1D, vocabulary), 'float32');
    const nextH: tf.Tensor2D[] = [];
    const nextC: tf.Tensor2D[] = [];
    for (let layer = 0; layer < layers; layer++) {
      const recurrent = tf.matMul(hs?.[layer] as tf.Tensor2D, at(`recurrent/${layer}`));
      const below = tf.matMul(x as tf.Tensor2D, at(layer === 0 ? 'input' : `lower/${layer}`));
      const bias = weights[`bias/${layer}`];
      const sum = tf.add(below, recurrent);
      const [i, g, f, o] = tf.split(bias ? tf.add(sum, bias) : sum, 4, 1) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const c = tf.add(tf.mul(tf.sigmoid(f), cs?.[layer] as tf.Tensor), tf.mul(tf.sigmoid(i), tf.tanh(g)));
      x = tf.mul(tf.sigmoid(o), tf.tanh(c));
      nextH.push(x as tf.Tensor2D);
      nextC.push(c as tf.Tensor2D);
    }
    [hs, cs] = [nextH, nextC];
  }
  const logits = tf.add(tf.matMul(hs?.at(-1) as tf.Tensor2D, at('output')), at('outputBias'));
  const truth = tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), vocabulary), 'float32');
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), truth), 1)));
}

/** One step of Adam from no memory, as Kingma and Ba write it, in plain numbers: the first step's moments are the gradient's own. */
function adamStep(weight: Float32Array, gradient: Float32Array, rate: number): Float32Array {
  return weight.map((w, k) => {
    const g = gradient[k] as number;
    const [m, v] = [0.1 * g, 0.001 * g * g];
    // TensorFlow's form: the correction is in the rate, and epsilon beside the uncorrected root.
    return w - (rate * (Math.sqrt(0.001) / 0.1) * m) / (Math.sqrt(v) + 1e-8);
  });
}

/** The loss, and its gradient by automatic differentiation, for the weights of a model. */
function plainStep(model: Model, windows: Windows): { loss: number; gradients: Record<string, Float32Array> } {
  const shape = { layers: model.recipe.layers };
  return tf.tidy(() => {
    const tensors = model.weights.map(({ values, shape }) => tf.tensor(values, [...shape], 'float32'));
    const named = (of: tf.Tensor[]) =>
      Object.fromEntries(model.weights.map(({ name }, k) => [name, of[k] as tf.Tensor]));
    const { value, grads } = tf.valueAndGrads((...of: tf.Tensor[]) => plainLoss(named(of), shape, windows))(tensors);
    const read = grads.map((tensor) => tensor.dataSync().slice() as Float32Array);
    return {
      loss: value.dataSync()[0] as number,
      gradients: Object.fromEntries(model.weights.map(({ name }, k) => [name, read[k] as Float32Array])) as never,
    } as never;
  });
}

onEveryEngine('a training step is the text-book one to 1e-5', (open) => {
  it.each([
    { layers: 1, window: 3 },
    { layers: 2, window: 3 },
    { layers: 1, window: 1 },
  ])('%o', async ({ layers, window }) => {
    const engine = await open();
    const tiny = tinyModel({ layers, window, units: UNITS });
    // Larger weights than a training starts from: every gradient stands clear of float32's noise.
    const model = {
      ...tiny,
      weights: tiny.weights.map((weight) => ({ ...weight, values: weight.values.map((value) => 2 * value) })),
    };
    const windows = windowsOf(model.text, window);
    // A rate at which a step moves a weight by 0.1 at most, so that 1e-5 is strict; Adam's direction is exact where |g| >> 1e-8.
    const rate = 0.01;
    const plain = plainStep(model, windows);
    const plan = planFor(model.recipe, windows);
    const learner = new Learner(engine, model.recipe, model.vocabulary.size, 'adam');
    learner.assign(model.weights);
    const { loss } = learner.step(plan.batch(1), rate);
    const after = await learner.values();
    const state = await learner.state();
    learner.dispose();
    expect(Math.abs(loss - plain.loss)).toBeLessThan(1e-5);
    for (const { name, values } of model.weights) {
      const gradient = plain.gradients[name] as Float32Array;
      const find = (of: readonly NamedValues[], label: string) =>
        (of.find((entry) => entry.name === label) as NamedValues).values;
      // Adam remembers a tenth of the gradient: the one number by which the step can be judged without its division.
      const remembered = find(state, `${name}/moment0`);
      const moved = find(after, name);
      const expected = adamStep(values, gradient, rate);
      gradient.forEach((g, k) => {
        expect(Math.abs((remembered[k] as number) * 10 - g), `gradient of ${name}[${k}]`).toBeLessThan(1e-5);
        if (Math.abs(g) > 1e-3)
          expect(Math.abs((moved[k] as number) - (expected[k] as number)), `${name}[${k}]`).toBeLessThan(1e-5);
      });
      expect(gradient.some((g) => Math.abs(g) > 1e-3) || (name.startsWith('recurrent') && window === 1)).toBe(true);
    }
  });
});
