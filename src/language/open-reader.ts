import type { Engine, NamedValues } from '../engine/engine.ts';
import { BackOff } from './back-off.ts';
import type { Model } from './model.ts';
import type { Weights } from './network.ts';
import type { Reader } from './reader.ts';
import type { RunIndex } from './run-index.ts';
import { KneserNey } from './sequence/kneser-ney.ts';
import { SequenceReader } from './sequence/sequence-reader.ts';
import type { Work } from './turns.ts';
import { WindowReader } from './window-reader.ts';

/** What a reader has from the model's text itself, beside the network. */
export interface TextCounts {
  /** Of a window model. */
  readonly backOff: BackOff | null;
  /** Of a sequence model. */
  readonly grams: KneserNey | null;
}

/** index: of the model's text, where there is one already. */
export function* counting(model: Model, index?: RunIndex): Work<TextCounts> {
  return {
    backOff: yield* BackOff.building(model, index),
    grams: model.grams && (yield* KneserNey.building(model.grams, model.vocabulary.size)),
  };
}

/**
 * The reader for a kind of model. weights: those that `engineWeights` names; they stay the caller's. counts: of the
 * model's text.
 */
export function openReader(engine: Engine, model: Model, weights: Weights, counts: TextCounts): Reader {
  if (model.recipe.model === 'sequence') return new SequenceReader(engine, model, weights, counts.grams);
  return new WindowReader(engine, model, weights, counts.backOff);
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
