import { expect, it } from 'vitest';
import { type Engine, ops } from '../../../src/engine/engine.ts';
import { decodeModel, encodeModel, TELLING_FILES } from '../../../src/language/checkpoint.ts';
import type { Model } from '../../../src/language/model.ts';
import { predictionsOf } from '../../../src/language/telling/predictions.ts';
import { Teller } from '../../../src/language/telling/teller.ts';
import { atOnce } from '../../../src/language/turns.ts';
import { forward, logitsOf } from '../../../src/language/window/network.ts';
import { placeTree } from '../../../src/language/window/placed-tree.ts';
import { prefixTree } from '../../../src/language/window/prefix-tree.ts';
import { differentWindows } from '../../../src/language/window/window-table.ts';
import { onEveryEngine } from '../../engines.ts';
import { tinyModel, weightsOf, withoutText } from '../tiny.ts';

/** log p of what follows each window of the model's text, read as in training. */
function truth(engine: Engine, model: Model): number[] {
  const windows = atOnce(differentWindows(model.text, model.recipe.window, model.vocabulary.size));
  const read = {
    window: model.recipe.window,
    count: windows.length,
    contexts: Int32Array.from(windows.flat()),
    targets: new Int32Array(windows.length),
  };
  const weights = weightsOf(engine, model);
  let logits: number[] = [];
  ops.tidy(() => {
    const { top } = forward(engine, model.recipe, weights, placeTree(prefixTree(read)));
    logits = [...logitsOf(engine, weights, top).dataSync()];
  });
  ops.dispose(Object.values(weights));
  const width = model.vocabulary.size;
  return logits.map((logit, k) => {
    const row = logits.slice(k - (k % width), k - (k % width) + width);
    return logit - Math.log(row.reduce((sum, other) => sum + Math.exp(other), 0));
  });
}

onEveryEngine('what a model predicts after the windows of its text', (open) => {
  it.each([
    { layers: 1, window: 3 },
    { layers: 2, window: 2 },
    { name: 'article', layers: 2, window: 3 },
  ] as const)('is what its network says, and told from it are the same words: %o', async (options) => {
    const engine = await open();
    const model = tinyModel({ ...options, units: 12 });
    const before = ops.memory().numTensors;
    const predictions = await predictionsOf(engine, model);
    expect(ops.memory().numTensors).toBe(before);
    const rows = truth(engine, model);
    expect(predictions?.length).toBe(rows.length);
    for (const [k, value] of rows.entries()) expect(predictions?.[k]).toBeCloseTo(value, 5);

    // Of the files only those that a story needs: the weights cannot be asked.
    const files = Object.entries(encodeModel({ ...model, predictions })).filter(([name]) =>
      TELLING_FILES.includes(name),
    );
    const table = decodeModel(Object.fromEntries(files));
    expect(table.weights).toEqual([]);
    const [one, other] = [await Teller.open(engine, model), await Teller.open(null, table)];
    for (let seed = 0; seed < 20; seed++) {
      // Windows of the text, windows that it does not have, and contexts that are too short for one.
      const context = Int32Array.from(
        { length: 1 + (seed % 4) },
        (_, at) => (seed * 5 + at * at) % model.vocabulary.size,
      );
      const asked = { words: 25, temperature: seed % 3 === 0 ? 0 : 1.2, seed };
      expect([...(await other.tell(context, asked)).ids]).toEqual([...(await one.tell(context, asked)).ids]);
    }
    one.dispose();
    other.dispose();
    expect(ops.memory().numTensors).toBe(before);
  });

  it('is not kept where it takes more room than the weights, nor for a model without text', async () => {
    const engine = await open();
    expect(await predictionsOf(engine, tinyModel({ units: 1 }))).toBeNull();
    expect(await predictionsOf(engine, withoutText(tinyModel({ units: 12 })))).toBeNull();
  });

  it('is refused where it is not of its text', async () => {
    const engine = await open();
    const model = tinyModel({ units: 12 });
    const predictions = (await predictionsOf(engine, model)) as Float32Array;
    const before = ops.memory().numTensors;
    await expect(Teller.open(engine, { ...model, predictions: predictions.slice(1) })).rejects.toMatchObject({
      code: 'storage',
    });
    expect(ops.memory().numTensors).toBe(before);
    const { 'weights.bin': _, 'predictions.bin': __, ...neither } = encodeModel({ ...model, predictions });
    expect(() => decodeModel(neither)).toThrow('cannot be read');
  });
});
