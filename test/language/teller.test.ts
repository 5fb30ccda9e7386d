import { expect, it } from 'vitest';
import { type Engine, ops } from '../../src/engine/engine.ts';
import type { Model } from '../../src/language/model.ts';
import { forward, logitsOf } from '../../src/language/network.ts';
import { prefixTree } from '../../src/language/prefix-tree.ts';
import { mostLikely } from '../../src/language/sampler.ts';
import { Teller } from '../../src/language/teller.ts';
import type { Told } from '../../src/language/telling.ts';
import { onEachEngine } from '../engines.ts';
import { tinyModel, weightsOf } from './tiny.ts';

/** The article's way: read the last `window` symbols from no state for every single prediction. */
function tellSlowly(engine: Engine, model: Model, context: number[], words: number): number[] {
  const symbols = [...context];
  for (let k = 0; k < words; k++) {
    const recent = symbols.slice(-model.recipe.window);
    const windows = { window: recent.length, count: 1, contexts: Int32Array.from(recent), targets: new Int32Array(1) };
    const logits = ops.tidy(() =>
      logitsOf(
        engine,
        weightsOf(engine, model),
        forward(engine, model.recipe, weightsOf(engine, model), prefixTree(windows).levels).top,
      )
        .dataSync()
        .slice(),
    );
    symbols.push(mostLikely(logits as Float32Array));
  }
  return symbols.slice(context.length);
}

onEachEngine('telling', (open) => {
  it.each([
    { layers: 1, window: 3, opening: [3, 1, 2] },
    { layers: 2, window: 3, opening: [3, 1, 2, 0, 4] },
    { layers: 1, window: 1, opening: [5] },
    { layers: 1, window: 4, opening: [6] },
    { name: 'article', layers: 2, window: 2, opening: [1, 6] },
  ] as const)('equals reading the whole window anew for every symbol: %o', async ({ opening, ...options }) => {
    const engine = await open();
    const model = tinyModel({ ...options, units: 12 });
    const teller = new Teller(engine, model);
    const { ids } = await teller.tell(Int32Array.from(opening), { words: 20, temperature: 0, seed: 1 });
    teller.dispose();
    expect([...ids]).toEqual(tellSlowly(engine, model, [...opening], 20));
  });

  it('draws the same story for the same seed, and others for others', async () => {
    const teller = new Teller(await open(), tinyModel());
    const tell = async (seed: number) => [
      ...(await teller.tell(Int32Array.of(0, 1), { words: 32, temperature: 1, seed })).ids,
    ];
    expect(await tell(1)).toEqual(await tell(1));
    expect(await tell(2)).not.toEqual(await tell(1));
    teller.dispose();
  });

  it.each([
    { layers: 1, window: 3 },
    { layers: 2, window: 2 },
    { name: 'article', layers: 2, window: 4 },
  ] as const)('tells the same words side by side as one by one, whoever joins and leaves: %o', async (options) => {
    const engine = await open();
    const model = tinyModel({ ...options, units: 12 });
    const asked = Array.from({ length: 90 }, (_, k) => ({
      context: Int32Array.from({ length: 1 + (k % 5) }, (_, at) => (k * 3 + at) % 9),
      options: { words: 1 + ((k * 7) % 23), temperature: k % 4 === 0 ? 0 : 0.9, seed: k },
    }));
    const alone: Told[] = [];
    for (const { context, options } of asked) {
      const teller = new Teller(engine, model);
      alone.push(await teller.tell(context, options));
      teller.dispose();
    }
    const teller = new Teller(engine, model);
    const later = (k: number) => new Promise((resolve) => setTimeout(resolve, k % 7));
    const together = await Promise.all(
      asked.map(async ({ context, options }, k) => {
        if (k >= 40) await later(k);
        return teller.tell(context, options);
      }),
    );
    teller.dispose();
    expect(together.map(({ ids }) => [...ids])).toEqual(alone.map(({ ids }) => [...ids]));
    for (const [k, { candidates }] of together.entries()) {
      for (const [at, place] of candidates.entries()) {
        const expected = alone[k]?.candidates[at] ?? [];
        expect(place.length).toBe(3);
        for (const [n, { id, probability }] of place.entries()) {
          expect(probability).toBeCloseTo(expected[n]?.probability ?? -1, 5);
          if (probability > (place[n + 1]?.probability ?? 0) + 1e-4) expect(id).toBe(expected[n]?.id);
        }
      }
    }
  });

  it('leaves as many tensors alive after 100 stories as before', async () => {
    const engine = await open();
    // The engine keeps a few small tensors of its own from the first time on.
    const first = new Teller(engine, tinyModel());
    await first.tell(Int32Array.of(0), { words: 1, temperature: 0, seed: 1 });
    first.dispose();
    const before = ops.memory().numTensors;
    const teller = new Teller(engine, tinyModel());
    const loaded = ops.memory().numTensors;
    expect(loaded).toBeGreaterThan(before);
    for (let seed = 1; seed <= 100; seed++)
      await teller.tell(Int32Array.of(0, 1, 2), { words: 8, temperature: 1, seed });
    expect(ops.memory().numTensors).toBe(loaded);
    teller.dispose();
    expect(ops.memory().numTensors).toBe(before);
  });
});
