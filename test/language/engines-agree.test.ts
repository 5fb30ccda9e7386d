import { expect, it } from 'vitest';
import { ops } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { Teller } from '../../src/language/telling/teller.ts';
import { Learner } from '../../src/language/window/learner.ts';
import { lossAndGradients } from '../../src/language/window/network.ts';
import { placeTree } from '../../src/language/window/placed-tree.ts';
import { planFor } from '../../src/language/window/plan.ts';
import { prefixTree } from '../../src/language/window/prefix-tree.ts';
import { windowsOf } from '../../src/language/window/windows.ts';
import { hasNative } from '../engines.ts';
import { tinyModel, weightsOf, withoutText } from './tiny.ts';

const largestGap = (a: Float32Array, b: Float32Array) =>
  a.reduce((gap, value, k) => Math.max(gap, Math.abs(value - (b[k] as number))), 0);

it.skipIf(!hasNative).each([
  { name: 'default', layers: 1 },
  { name: 'default', layers: 2 },
  { name: 'article', layers: 2 },
] as const)('native and WebAssembly agree within 1e-4 on the same weights: %o', async (options) => {
  const model = tinyModel({ ...options, units: 64 });
  const windows = windowsOf(model.text, model.recipe.window);
  const numbers = async (choice: 'native' | 'wasm') => {
    const { engine } = await openEngine({ choice });
    const all: Record<string, Float32Array> = {};
    ops.tidy(() => {
      const { loss, predicted, gradients } = lossAndGradients(
        engine,
        model.recipe,
        weightsOf(engine, model),
        placeTree(prefixTree(windows)),
      );
      for (const [name, tensor] of Object.entries({ loss, predicted, ...gradients }))
        all[name] = tensor.dataSync() as Float32Array;
    });
    const plan = planFor(model.recipe, windows);
    const learner = new Learner(engine, model.recipe, model.vocabulary.size, plan.optimizer);
    for (let step = 1; step <= 20; step++) learner.step(plan.batch(step), 0.001);
    for (const { name, values } of await learner.values()) all[`${name} after 20 steps`] = values;
    learner.dispose();
    const teller = await Teller.open(engine, withoutText(model));
    const { ids } = await teller.tell(Int32Array.of(0, 1, 2), { words: 16, temperature: 0.8, seed: 5 });
    all.story = Float32Array.from(ids);
    teller.dispose();
    return all;
  };
  const [native, wasm] = [await numbers('native'), await numbers('wasm')];
  expect(Object.keys(native)).toEqual(Object.keys(wasm));
  for (const [name, values] of Object.entries(native))
    expect(largestGap(values, wasm[name] as Float32Array), name).toBeLessThan(1e-4);
});
