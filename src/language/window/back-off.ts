import type { Model } from '../model.ts';
import { RunIndex } from '../text/run-index.ts';
import { STRIDE, type Work } from '../turns.ts';

/**
 * log a: how much what follows a shorter ending alone counts beside what follows the longer one. Next to nothing, so that even
 * at temperature 2 none of it is drawn; but something, so that it comes next where guides rule out all that the longer one has.
 */
const SHORTER = -100;

/**
 * What a window model tells where the text it learned from does not have its window with a symbol behind it: the network was
 * never shown such a window, nor one that is not full, and would guess at random. The text knows what follows a shorter
 * ending. This is back-off (Katz 1987) in the form of Brants and others (2007), beginning with the longest ending h of the
 * context that has followers, c(h .) > 0:
 *
 *     p(w | h) = c(h w) / c(h .)   where w follows h in the text,
 *                a p(w | h')       where it does not, and h' is h without its first symbol,
 *     p(w)     = c(w) / N          with no context,
 *
 * where c counts within stories and N is the length of the text. Since a is next to nothing, the probabilities sum to one.
 */
export class BackOff {
  readonly #index: RunIndex;
  readonly #window: number;
  /** (vocabulary): log p(w). */
  readonly #alone: Float32Array;
  /**
   * (vocabulary): how long the longest ending is that a symbol follows, and how often it follows that one. The same room for
   * every prediction: to ask for it takes longer than to fill it.
   */
  readonly #lengths: Int32Array;
  readonly #counts: Int32Array;

  private constructor(index: RunIndex, window: number, alone: Float32Array) {
    this.#index = index;
    this.#window = window;
    this.#alone = alone;
    this.#lengths = new Int32Array(alone.length);
    this.#counts = new Int32Array(alone.length);
  }

  /**
   * What a model backs off to. Null for a model without text, and for a sequence model: that one was shown contexts of any
   * length, and is mixed with n-grams. index: of the model's text, where there is one already.
   */
  static *building({ recipe, vocabulary, text }: Model, index?: RunIndex): Work<BackOff | null> {
    const length = text.stories.reduce((sum, story) => sum + story.length, 0);
    if (recipe.model !== 'window' || length === 0) return null;
    const found = index ?? (yield* RunIndex.building(text.stories, vocabulary.size));
    const alone = new Float32Array(vocabulary.size);
    for (let id = 0; id < alone.length; id++) {
      alone[id] = Math.log(found.occurrences(id) / length);
      if (id % STRIDE === STRIDE - 1) yield;
    }
    return new BackOff(found, recipe.window, alone);
  }

  /**
   * What follows the context, ids of which the latest stands last, by the text: (vocabulary), natural logarithms of
   * probabilities, minus infinity for a symbol that the text does not have. Null for a window that the model learned from.
   */
  predict(context: readonly number[]): Float32Array | null {
    if (context.length === this.#window && this.#index.continues(context)) return null;
    const [lengths, counts] = [this.#lengths.fill(0), this.#counts];
    /** (context + 1): c(h .) of the ending of each length. */
    const totals = new Int32Array(context.length + 1);
    let longest = 0;
    this.#index.visitEndings(context, (length, next) => {
      for (let k = 1; k <= length; k++) totals[k] = (totals[k] as number) + 1;
      if (length > longest) longest = length;
      if (length < (lengths[next] as number)) return;
      counts[next] = length === lengths[next] ? (counts[next] as number) + 1 : 1;
      lengths[next] = length;
    });
    const told = new Float32Array(this.#alone.length);
    for (let id = 0; id < told.length; id++) {
      const length = lengths[id] as number;
      const own =
        length === 0 ? (this.#alone[id] as number) : Math.log((counts[id] as number) / (totals[length] as number));
      told[id] = own + SHORTER * (longest - length);
    }
    return told;
  }
}
