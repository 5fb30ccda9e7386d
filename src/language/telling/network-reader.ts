import { type Engine, type NamedValues, ops } from '../../engine/engine.ts';
import type { Model } from '../model.ts';
import { placeWeights } from '../place-weights.ts';
import type { Reader } from '../reader.ts';
import { KneserNey } from '../sequence/kneser-ney.ts';
import { SequenceReader } from '../sequence/sequence-reader.ts';
import { inTurns } from '../turns.ts';
import type { BackOff } from '../window/back-off.ts';
import { WindowReader } from '../window/window-reader.ts';

/** A reader that asks the network, with its weights in the engine. backOff: of a window model, as `WindowReader` takes it. */
export async function openNetworkReader(engine: Engine, model: Model, backOff: BackOff | null): Promise<Reader> {
  const { recipe, vocabulary, grams } = model;
  const counted = grams && (await inTurns(KneserNey.building(grams, vocabulary.size)));
  const weights = await placeWeights(engine, readWeights(model));
  try {
    if (recipe.model === 'sequence') return new SequenceReader(engine, model, weights, counted);
    return new WindowReader(engine, model, weights, backOff);
  } catch (error) {
    ops.dispose(Object.values(weights));
    throw error;
  }
}

/** The weights that a model's reader wants in the engine. The others it takes from the model itself. */
function readWeights({ recipe, weights }: Model): readonly NamedValues[] {
  return recipe.model === 'sequence' ? weights : weights.filter(({ name }) => name !== WindowReader.table);
}
