import { expect, it } from 'vitest';
import { type Engine, ops } from '../../../src/engine/engine.ts';
import type { Model } from '../../../src/language/model.ts';
import { lossAndGradients } from '../../../src/language/window/network.ts';
import { placeTree } from '../../../src/language/window/placed-tree.ts';
import { prefixTree } from '../../../src/language/window/prefix-tree.ts';
import { windowsOf } from '../../../src/language/window/windows.ts';
import { onEachEngine } from '../../engines.ts';
import { tinyModel, weightsOf } from '../tiny.ts';

/** The mean loss over all windows, and its gradients, as plain numbers. */
function measure(engine: Engine, model: Model): { loss: number; gradients: Record<string, Float32Array> } {
  const tree = prefixTree(windowsOf(model.text, model.recipe.window));
  const gradients: Record<string, Float32Array> = {};
  let loss = 0;
  ops.tidy(() => {
    const result = lossAndGradients(engine, model.recipe, weightsOf(engine, model), placeTree(tree));
    const losses = result.loss.dataSync();
    loss = [...losses].reduce((sum, one) => sum + one, 0) / losses.length;
    for (const [name, tensor] of Object.entries(result.gradients)) gradients[name] = tensor.dataSync() as Float32Array;
  });
  return { loss, gradients };
}

/** (L(w + e) - L(w - e)) / 2e for one weight: what the gradient must be, whatever formulas it came from. */
function numeric(engine: Engine, model: Model, name: string, index: number): number {
  const step = 0.005;
  const shifted = (by: number): Model => ({
    ...model,
    weights: model.weights.map((weight) =>
      weight.name === name
        ? { ...weight, values: weight.values.map((value, k) => (k === index ? value + by : value)) }
        : weight,
    ),
  });
  return (measure(engine, shifted(step)).loss - measure(engine, shifted(-step)).loss) / (2 * step);
}

onEachEngine('the gradient of every weight matrix is its numeric one', (open) => {
  it.each([
    { name: 'default', layers: 1, window: 3 },
    { name: 'default', layers: 2, window: 3 },
    { name: 'default', layers: 1, window: 1 },
    { name: 'default', layers: 3, window: 2 },
    { name: 'article', layers: 1, window: 3 },
    { name: 'article', layers: 2, window: 3 },
  ] as const)('%o', async (options) => {
    const engine = await open();
    // Larger weights than a training starts from: every gradient stands clear of float32's noise.
    const tiny = tinyModel({ ...options, units: 4 });
    const model = {
      ...tiny,
      weights: tiny.weights.map((weight) => ({ ...weight, values: weight.values.map((value) => 3 * value) })),
    };
    const { gradients } = measure(engine, model);
    expect(Object.keys(gradients).sort()).toEqual(model.weights.map(({ name }) => name).sort());
    for (const { name, values } of model.weights) {
      const analytic = gradients[name] as Float32Array;
      expect(analytic).toHaveLength(values.length);
      // Every 7th and the largest: a transposed or misplaced gate would be off in most of them.
      const largest = analytic.reduce(
        (best, value, k) => (Math.abs(value) > Math.abs(analytic[best] as number) ? k : best),
        0,
      );
      for (const index of [
        largest,
        ...Array.from(values.keys())
          .filter((k) => k % 7 === 0)
          .slice(0, 6),
      ]) {
        expect(
          Math.abs((analytic[index] as number) - numeric(engine, model, name, index)),
          `${name}[${index}]`,
        ).toBeLessThan(3e-4 + 0.02 * Math.abs(analytic[index] as number));
      }
      if (options.window > 1 || !name.startsWith('recurrent'))
        expect(Math.abs(analytic[largest] as number), name).toBeGreaterThan(1e-3);
    }
  });
});
