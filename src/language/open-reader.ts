import type { Engine, NamedValues } from '../engine/engine.ts';
import type { BackOff } from './back-off.ts';
import type { Model } from './model.ts';
import type { Weights } from './network.ts';
import type { Reader } from './reader.ts';
import { SequenceReader } from './sequence/sequence-reader.ts';
import { WindowReader } from './window-reader.ts';

/**
 * The reader for a kind of model. weights: those that `engineWeights` names; they stay the caller's. backOff: the model's, null
 * to do without.
 */
export function openReader(engine: Engine, model: Model, weights: Weights, backOff: BackOff | null): Reader {
  if (model.recipe.model === 'sequence') return new SequenceReader(engine, model, weights);
  return new WindowReader(engine, model, weights, backOff);
}

/** Whether a weight serves a reader for nothing but to be multiplied with: `Engine.laid`. */
export function isFactor({ name }: NamedValues): boolean {
  return /^(lower\/\d+|recurrent\/\d+|output|projection)$/.test(name);
}

/** The weights that a model's reader wants in the engine. The others it takes from the model itself. */
export function engineWeights(model: Model): readonly NamedValues[] {
  if (model.recipe.model === 'sequence') return model.weights;
  return model.weights.filter(({ name }) => name !== WindowReader.table);
}

/**
 * Bytes that a model's reader takes besides the model and the index of its text: the weights that the engine has copied, and
 * what it remembers.
 */
export function readerBytes(model: Model): number {
  const copied = engineWeights(model).reduce((sum, { values }) => sum + values.byteLength, 0);
  return copied + (model.recipe.model === 'sequence' ? 0 : WindowReader.bytes(model.recipe, model.vocabulary.size));
}
