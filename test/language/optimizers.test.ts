import { expect, it } from 'vitest';
import { ops } from '../../src/engine/engine.ts';
import { onEveryEngine } from '../engines.ts';

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

onEveryEngine('an optimizer', (open) => {
  it.each(['rmsprop', 'adam'] as const)(
    '%s changes neither what it was given nor a copy that was taken',
    async (kind) => {
      const engine = await open();
      // The engine works on some arrays where they lie and copies others, by their place in memory.
      for (let size = 64; size < 96; size++) {
        const [initial, assigned] = [new Float32Array(size).fill(1), new Float32Array(size).fill(2)];
        const parameter = engine.parameter({ name: 'w', shape: [size], values: initial });
        const optimizer = engine.optimizer(kind, [parameter]);
        const gradient = ops.ones([size]);
        const step = () => optimizer.apply([gradient], 0.1);
        step();
        const [state, moved] = [await optimizer.state(), await parameter.read()];
        const before = state.map(({ values }) => values[0]);
        parameter.assign(assigned);
        optimizer.restore(state);
        step();
        expect([initial[0], assigned[0]]).toEqual([1, 2]);
        expect(moved[0]).toBeLessThan(1);
        expect(state.map(({ values }) => values[0])).toEqual(before);
        expect((await parameter.read())[0]).toBeLessThan(2);
        expect(moved[0]).not.toBe((await parameter.read())[0]);
        gradient.dispose();
        optimizer.dispose();
        parameter.dispose();
      }
    },
  );

  it.each(['rmsprop', 'adam'] as const)('%s scales gradients that together are too long', async (kind) => {
    const engine = await open();
    const moved = async (gradients: number[][], longest?: number) => {
      const parameters = gradients.map((gradient, k) =>
        engine.parameter({ name: `w${k}`, shape: [gradient.length], values: new Float32Array(gradient.length) }),
      );
      const optimizer = engine.optimizer(kind, parameters);
      const tensors = gradients.map((gradient) => ops.tensor1d(gradient));
      optimizer.apply(tensors, 0.01, longest);
      const state = await optimizer.state();
      const values = await Promise.all(parameters.map((parameter) => parameter.read()));
      ops.dispose(tensors);
      optimizer.dispose();
      for (const parameter of parameters) parameter.dispose();
      return [...state.map((entry) => entry.values), ...values].map((numbers) => [...numbers]);
    };
    const close = (numbers: number[][]) => numbers.map((row) => row.map((number) => expect.closeTo(number, 6)));
    const gradients = [
      [3, 0, 0, 0, 0],
      [0, -4],
    ];
    const half = gradients.map((gradient) => gradient.map((g) => g / 2));
    expect(await moved(gradients, 2.5)).toEqual(close(await moved(half)));
    expect(await moved(gradients, 5.1)).toEqual(close(await moved(gradients)));
    expect(await moved(half)).not.toEqual(close(await moved(gradients)));
  });

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
