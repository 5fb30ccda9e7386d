import { expect, it } from 'vitest';
import { type Engine, ops } from '../../../src/engine/engine.ts';
import type { Model } from '../../../src/language/model.ts';
import { KneserNey } from '../../../src/language/sequence/kneser-ney.ts';
import { GRAMS_SHARE } from '../../../src/language/sequence/mixture.ts';
import { noMemory, sequenceLoss } from '../../../src/language/sequence/sequence-network.ts';
import { SequenceReader } from '../../../src/language/sequence/sequence-reader.ts';
import { atOnce } from '../../../src/language/turns.ts';
import { onEveryEngine } from '../../engines.ts';
import { tinySequence, weightsOf } from '../tiny.ts';

/** What the model tells after a whole context read at once: (1 - share) p_LSTM + share p_KN. */
function told(engine: Engine, model: Model, context: readonly number[]): number[] {
  const { recipe, vocabulary, grams } = model;
  const own = ops.tidy(() => {
    const weights = weightsOf(engine, model);
    const ids = Int32Array.from(context);
    return Array.from({ length: vocabulary.size }, (_, id) => {
      const stretch = { ids, targets: Int32Array.from([...context.slice(1), id]), streams: 1 };
      const { loss } = sequenceLoss(engine, recipe, vocabulary.size, weights, stretch, noMemory(recipe, 1));
      return Math.exp(-(loss.dataSync()[context.length - 1] as number));
    });
  });
  const kneserNey = atOnce(KneserNey.building(grams as NonNullable<typeof grams>, vocabulary.size));
  return own.map((p, id) => (1 - GRAMS_SHARE) * p + GRAMS_SHARE * kneserNey.probability(context, id));
}

onEveryEngine('a sequence reader', (open) => {
  it('reads symbol by symbol what it would read at once, in any company and order', async () => {
    const engine = await open();
    const model = await tinySequence();
    // An engine makes some constants at the first use and keeps them.
    told(engine, model, [0, 1]);
    const before = ops.memory().numTensors;
    const grams = model.grams && atOnce(KneserNey.building(model.grams, model.vocabulary.size));
    const reader = new SequenceReader(engine, model, weightsOf(engine, model), grams);
    const probabilities = async (row: number) => [...(await reader.logits([row]))].map(Math.exp);
    const isClose = (actual: number[], expected: number[]) => {
      expect(actual.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
      expect(actual).toHaveLength(expected.length);
      for (const [id, p] of expected.entries()) expect(actual[id]).toBeCloseTo(p, 4);
    };
    reader.arrange([-1, -1]);
    reader.read(Int32Array.of(0, 3));
    reader.read(Int32Array.of(1, 4));
    isClose(await probabilities(0), told(engine, model, [0, 1]));
    // The first goes, another comes before the one that stays.
    reader.arrange([-1, 1]);
    reader.read(Int32Array.of(2, 5));
    isClose(await probabilities(0), told(engine, model, [2]));
    isClose(await probabilities(1), told(engine, model, [3, 4, 5]));
    const width = model.vocabulary.size;
    const both = [...(await reader.logits([1, 0]))].map(Math.exp);
    isClose(both.slice(0, width), told(engine, model, [3, 4, 5]));
    isClose(both.slice(width), told(engine, model, [2]));
    reader.arrange([]);
    reader.arrange([-1]);
    reader.read(Int32Array.of(1));
    isClose(await probabilities(0), told(engine, model, [1]));
    reader.dispose();
    expect(ops.memory().numTensors).toBe(before);
  });
});
