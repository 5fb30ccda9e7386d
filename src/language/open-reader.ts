import type { Engine, NamedValues } from '../engine/engine.ts';
import { BackOff } from './back-off.ts';
import type { Model } from './model.ts';
import type { Weights } from './network.ts';
import type { Reader } from './reader.ts';
import type { RunIndex } from './run-index.ts';
import { KneserNey } from './sequence/kneser-ney.ts';
import { SequenceReader } from './sequence/sequence-reader.ts';
import { TableReader } from './table-reader.ts';
import type { Work } from './turns.ts';
import { WindowReader } from './window-reader.ts';
import { WindowTable } from './window-table.ts';

/** What a reader has from the model's text itself, beside the network. */
export interface TextCounts {
  /** Of a window model. */
  readonly backOff: BackOff | null;
  /** Of a window model that has its predictions. */
  readonly table: WindowTable | null;
  /** Of a sequence model. */
  readonly grams: KneserNey | null;
}

/** index: of the model's text, where there is one already. */
export function* counting(model: Model, index?: RunIndex): Work<TextCounts> {
  return {
    backOff: yield* BackOff.building(model, index),
    table: yield* WindowTable.building(model),
    grams: model.grams && (yield* KneserNey.building(model.grams, model.vocabulary.size)),
  };
}

/**
 * The reader for a kind of model. engine: null for a model that has its predictions; weights: those that `engineWeights` names,
 * which stay the caller's; counts: of the model's text.
 */
export function openReader(engine: Engine | null, model: Model, weights: Weights, counts: TextCounts): Reader {
  const { recipe, vocabulary } = model;
  const { grams, table, backOff } = counts;
  if (table && backOff) return new TableReader(recipe.window, vocabulary.size, table, backOff);
  if (!engine) throw new TypeError('A model without predictions cannot be read without an engine.');
  if (recipe.model === 'sequence') return new SequenceReader(engine, model, weights, grams);
  return new WindowReader(engine, model, weights, backOff);
}

/** The weights that a model's reader wants in the engine. The others it takes from the model itself. */
export function engineWeights(model: Model): readonly NamedValues[] {
  if (model.recipe.model === 'sequence') return model.weights;
  if (model.predictions) return [];
  return model.weights.filter(({ name }) => name !== WindowReader.table);
}

/**
 * Bytes that a model's reader takes besides the weights and the index of its text: those that the engine has copied, and what
 * it remembers; or the table that it reads.
 */
export function readerBytes(model: Model): number {
  const { recipe, vocabulary, predictions } = model;
  if (predictions) return predictions.byteLength + WindowTable.bytes(predictions.length / vocabulary.size);
  const copied = engineWeights(model).reduce((sum, { values }) => sum + values.byteLength, 0);
  return copied + (recipe.model === 'sequence' ? 0 : WindowReader.bytes(recipe, vocabulary.size));
}
