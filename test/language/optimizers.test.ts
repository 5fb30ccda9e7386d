import { expect, it } from 'vitest';
import { ops } from '../../src/engine/engine.ts';
import { onEachEngine } from '../engines.ts';

/** The update rules as published, one number at a time. */
const rules = {
  rmsprop(w: number, gradients: number[], rate: number): number {
    let ms = 1;
    for (const g of gradients) {
      ms += 0.1 * (g * g - ms);
      w -= (rate * g) / Math.sqrt(ms + 1e-10);
    }
    return w;
  },
  adam(w: number, gradients: number[], rate: number): number {
    let [m, v] = [0, 0];
    gradients.forEach((g, k) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      w -= (rate * (m / (1 - 0.9 ** (k + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8);
    });
    return w;
  },
};

onEachEngine('an optimizer', (open) => {
  it.each(['rmsprop', 'adam'] as const)(
    '%s moves weights by its published rule, and goes on from a saved state',
    async (kind) => {
      const engine = await open();
      const start = [0.5, -2, 0];
      const steps = [
        [0.1, -3, 0.02],
        [-0.4, 2, 0.02],
        [0.3, 0.5, -0.01],
        [1, 1, 1],
      ];
      const initial = { name: 'w', shape: [3], values: Float32Array.from(start) };
      let parameter = engine.parameter(initial);
      let optimizer = engine.optimizer(kind, [parameter]);
      for (const [k, gradient] of steps.entries()) {
        const tensor = ops.tensor1d(gradient);
        optimizer.apply([tensor], 0.01);
        tensor.dispose();
        if (k !== 1) continue;
        const value = parameter.value();
        const values = value.dataSync().slice() as Float32Array;
        value.dispose();
        const state = await optimizer.state();
        optimizer.dispose();
        parameter.dispose();
        parameter = engine.parameter({ ...initial, values });
        optimizer = engine.optimizer(kind, [parameter]);
        optimizer.restore(state);
      }
      const value = parameter.value();
      const expected = start.map((w, k) =>
        rules[kind](
          w,
          steps.map((gradient) => gradient[k] as number),
          0.01,
        ),
      );
      expect([...value.dataSync()]).toEqual(expected.map((w) => expect.closeTo(w, 5)));
      value.dispose();
      optimizer.dispose();
      parameter.dispose();
    },
  );
});
