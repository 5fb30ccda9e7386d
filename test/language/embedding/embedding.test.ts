import { expect, it } from 'vitest';
import { ops } from '../../../src/engine/engine.ts';
import { openEngine } from '../../../src/engine/open-engine.ts';
import { embeddingOf } from '../../../src/language/embedding/embedding.ts';
import type { Model } from '../../../src/language/model.ts';
import { initialSequenceWeights } from '../../../src/language/sequence/sequence-network.ts';
import { groupsOf } from '../../../src/language/sequence/symbol-groups.ts';
import { lookUp } from '../../../src/language/sequence/symbol-tables.ts';
import { Vocabulary } from '../../../src/language/text/vocabulary.ts';
import { tinyModel } from '../tiny.ts';

it('is the input table of a window model', () => {
  const model = tinyModel();
  const { rows, width } = embeddingOf(model);
  expect([width, rows]).toEqual([20, model.weights.find(({ name }) => name === 'input')?.values]);
});

it("is what the output says of each symbol where the input is the symbol's number", () => {
  const model = tinyModel({ name: 'article' });
  const { rows, width } = embeddingOf(model);
  const output = model.weights.find(({ name }) => name === 'output')?.values as Float32Array;
  const { size } = model.vocabulary;
  expect([width, rows.length]).toEqual([5, 5 * size]);
  // Symbol 2, unit 3: row 3 of (units, vocabulary), column 2.
  expect(rows[2 * width + 3]).toBe(output[3 * size + 2]);
});

it.each([{ vocabulary: 30 }, { vocabulary: 20_100 }, { vocabulary: 41_000 }])(
  'is what a sequence model with $vocabulary symbols looks up for each',
  async ({ vocabulary }) => {
    const { engine } = await openEngine({ choice: 'wasm' });
    const weights = initialSequenceWeights({ layers: 1, units: 4, embedding: 8, seed: 3 }, vocabulary);
    const names = Array.from({ length: vocabulary }, (_, id) => `w${id}`);
    const model: Model = { ...tinyModel(), vocabulary: new Vocabulary(names), weights };
    const { rows, width } = embeddingOf(model);
    const ids = Int32Array.of(0, 29, 8_001 % vocabulary, 40_500 % vocabulary, vocabulary - 1);
    const looked = ops.tidy(() => {
      const tensors = Object.fromEntries(
        weights.map(({ name, shape, values }) => [name, ops.tensor(values, [...shape], 'float32')]),
      );
      return lookUp(engine, groupsOf(vocabulary, 8), tensors, ids).x;
    });
    const expected = looked.dataSync();
    looked.dispose();
    expect([width, rows.length]).toEqual([8, 8 * vocabulary]);
    for (const [at, id] of ids.entries()) {
      for (let k = 0; k < width; k++) expect(rows[id * width + k]).toBeCloseTo(expected[at * width + k] as number, 5);
    }
  },
);
