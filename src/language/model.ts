import type { NamedValues } from '../engine/engine.ts';
import type { Recipe } from './recipe.ts';
import type { NGrams } from './sequence/n-grams.ts';
import type { Vocabulary } from './text/vocabulary.ts';

/** The text a model learned from, as ids: for originality figures, for openings, and to resume a training. */
export interface Text {
  /** The stories, in order, as ids of the vocabulary. */
  readonly stories: readonly Int32Array[];
}

/** A trained language model, independent of any engine. */
export interface Model {
  readonly recipe: Recipe;
  readonly vocabulary: Vocabulary;
  readonly text: Text;
  /** ISO 639-1, or `und`: what typesetting goes by. */
  readonly language: string;
  /**
   * Of a window model: `input`: (vocabulary, 4 units), a row a symbol; or (1, 4 units) where the input is the integer itself (`article`).
   * `bias/l`: (4 units); `recurrent/l`: (units, 4 units); `lower/l`: (units, 4 units) for layers above the first.
   * `output`: (units, vocabulary); `outputBias`: (vocabulary). The four gates stand in the order i, c, f, o.
   *
   * Of a sequence model, with the groups of `sequence/symbol-groups.ts`: `embedding/k`: (group, width), which is also the
   * softmax's table, and `outputBias/k`: (group); for the tails `widen/k`: (width, embedding), `tails`: (tails, embedding)
   * and `tailBias`: (tails); by layer `lower/l`: (embedding or units, 4 units), `recurrent/l`, `bias/l` as above;
   * `projection`: (units, embedding), `projectionBias`: (embedding).
   */
  readonly weights: readonly NamedValues[];
  /** What follows what in the text, which a sequence model is mixed with when it tells; null for a window model. */
  readonly grams: NGrams | null;
  /**
   * What a window model says after every different window of its text, in the order in which they first stand there: (windows,
   * vocabulary), natural logarithms of probabilities (`predictions.ts`). All that telling asks its network; `weights` is empty
   * where nothing else was read. Null for a sequence model, and where it would take more room than the weights.
   */
  readonly predictions: Float32Array | null;
}
