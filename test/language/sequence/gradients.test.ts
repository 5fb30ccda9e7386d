import { expect, it } from 'vitest';
import { type Engine, type NamedValues, ops } from '../../../src/engine/engine.ts';
import {
  initialSequenceWeights,
  type Masks,
  noMemory,
  type Stretch,
  sequenceLossAndGradients,
} from '../../../src/language/sequence/sequence-network.ts';
import { onEveryEngine } from '../../engines.ts';

const SHAPE = { layers: 2, units: 4, embedding: 8, seed: 3 };

/** Symbols of every group of the vocabulary, some of them twice. */
function stretchOf(vocabulary: number): Stretch {
  const of = (shift: number) => Int32Array.from({ length: 10 }, (_, k) => ((k + shift) * 7919) % vocabulary);
  const last = vocabulary - 1;
  return {
    streams: 2,
    ids: Int32Array.from([...of(0).subarray(0, 8), last, last]),
    targets: Int32Array.from([...of(3).subarray(0, 7), last, 2, 2]),
  };
}

function measure(engine: Engine, weights: readonly NamedValues[], vocabulary: number, stretch: Stretch) {
  return ops.tidy(() => {
    const tensors = Object.fromEntries(
      weights.map(({ name, shape, values }) => [name, ops.tensor(values, [...shape], 'float32')]),
    );
    // Something was read before, and a part of everything is left out.
    const memory = noMemory(SHAPE, 2).map(({ c, h }) => ({ c: ops.add(c, 0.3), h: ops.add(h, -0.2) }));
    const { layers, units, embedding } = SHAPE;
    const steps = stretch.ids.length / 2;
    const mask = (seed: number, ...shape: number[]) => engine.dropoutMask(shape, 0.25, seed);
    const masks: Masks = {
      input: mask(1, steps, 2, embedding),
      recurrent: Array.from({ length: layers }, (_, k) => mask(2 + k, units, 4 * units)),
      state: Array.from({ length: layers }, (_, k) => mask(5 + k, steps, 2, units)),
      output: mask(9, stretch.ids.length, embedding),
    };
    const { loss, gradients } = sequenceLossAndGradients(engine, SHAPE, vocabulary, tensors, stretch, memory, masks);
    const losses = [...loss.dataSync()];
    return {
      loss: losses.reduce((sum, one) => sum + one, 0) / losses.length,
      gradients: new Map(
        Object.entries(gradients).map(([name, tensor]) => [name, Float32Array.from(tensor.dataSync())]),
      ),
    } as never;
  }) as unknown as { loss: number; gradients: Map<string, Float32Array> };
}

onEveryEngine('the gradient of every weight of a sequence model is its numeric one', (open) => {
  it.each([
    { what: 'an undivided vocabulary', vocabulary: 30, tables: 1 },
    { what: 'a head and a tail', vocabulary: 20_100, tables: 2 },
    { what: 'a head and two tails', vocabulary: 41_000, tables: 3 },
  ])('$what', { timeout: 60_000 }, async ({ vocabulary, tables }) => {
    const engine = await open();
    const stretch = stretchOf(vocabulary);
    const weights = initialSequenceWeights(SHAPE, vocabulary).map((weight) => ({
      ...weight,
      values: weight.values.map((value) => 3 * value + 0.01),
    }));
    const { gradients } = measure(engine, weights, vocabulary, stretch);
    expect([...gradients.keys()].sort()).toEqual(weights.map(({ name }) => name).sort());
    expect([...gradients.keys()].filter((name) => name.startsWith('embedding/'))).toHaveLength(tables);
    for (const { name, values } of weights) {
      const analytic = gradients.get(name) as Float32Array;
      expect(analytic, name).toHaveLength(values.length);
      const largest = analytic.reduce(
        (best, value, k) => (Math.abs(value) > Math.abs(analytic[best] as number) ? k : best),
        0,
      );
      expect(Math.abs(analytic[largest] as number), name).toBeGreaterThan(1e-4);
      for (const index of [largest, 0, Math.floor(values.length / 2)]) {
        const shifted = (by: number) =>
          weights.map((weight) =>
            weight.name === name
              ? { ...weight, values: weight.values.map((value, k) => (k === index ? value + by : value)) }
              : weight,
          );
        const step = 0.01;
        const loss = (by: number) => measure(engine, shifted(by), vocabulary, stretch).loss;
        const numeric = (loss(step) - loss(-step)) / (2 * step);
        expect(Math.abs((analytic[index] as number) - numeric), `${name}[${index}]`).toBeLessThan(
          3e-4 + 0.02 * Math.abs(analytic[index] as number),
        );
      }
    }
  });
});
