import type { Engine } from '../engine/engine.ts';
import type { Model } from './model.ts';
import type { Weights } from './network.ts';
import type { Reader } from './reader.ts';
import { SequenceReader } from './sequence/sequence-reader.ts';
import { WindowReader } from './window-reader.ts';

/** The reader for a kind of model. The weights, which are the model's, stay the caller's. */
export function openReader(engine: Engine, model: Model, weights: Weights): Reader {
  return model.recipe.model === 'sequence'
    ? new SequenceReader(engine, model, weights)
    : new WindowReader(engine, model.recipe, weights);
}
