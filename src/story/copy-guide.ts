import type { Guide } from '../language/telling/guide.ts';
import type { RunIndex } from '../language/text/run-index.ts';

/** Keeps stretches of more than so many words, marks not counted, that stand in the corpus out of a story. */
export class CopyGuide implements Guide {
  readonly #text: RunIndex;
  readonly #word: readonly boolean[];
  readonly #words: number;

  /** text: the corpus, marks included; word: whether an id is a word; words: those that may be copied in a row, at least 1. */
  constructor(text: RunIndex, word: readonly boolean[], words: number) {
    this.#text = text;
    this.#word = word;
    this.#words = words;
  }

  /** One word more than is allowed would be copied where the last `words` words and it stand in the corpus as they stand here. */
  steer(logits: Float32Array, history: readonly number[]): void {
    let from = history.length;
    let words = 0;
    while (words < this.#words && from > 0) {
      from--;
      if (this.#word[history[from] as number]) words++;
    }
    if (words < this.#words) return;
    for (const id of this.#text.after(Int32Array.from(history.slice(from)))) {
      if (this.#word[id]) logits[id] = Number.NEGATIVE_INFINITY;
    }
  }
}
