import { type Embedding, embeddingOf } from './embedding.ts';
import type { Model } from './model.ts';
import { occurrencesOf } from './occurrences.ts';
import { isWord } from './tokenizer.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A word that was met once has a vector that little more than chance has made. */
export const MET_ENOUGH = 2;

export interface Neighbour {
  readonly id: number;
  /** The cosine of the angle between the two vectors: 1 for the same direction, 0 for nothing in common, -1 at most. */
  readonly similarity: number;
}

/**
 * The words of a model as points of a space, in the spirit of Word2Vec: words that are used alike lie in one direction. Seen
 * from the middle of all words, since what every vector has in common (such as the bias of the forget gate) says nothing
 * about any of them.
 */
export class WordSpace {
  readonly vocabulary: Vocabulary;
  /** How often each symbol stands in the text, by id. */
  readonly occurrences: Uint32Array;
  readonly #embedding: Embedding;
  readonly #middle: Float64Array;
  /** The ids of the words that were met often enough, the most frequent first. */
  readonly #words: readonly number[];

  constructor(model: Model) {
    this.vocabulary = model.vocabulary;
    this.occurrences = occurrencesOf(model);
    this.#embedding = embeddingOf(model);
    const { symbols } = model.vocabulary;
    this.#words = symbols.flatMap((symbol, id) =>
      (this.occurrences[id] as number) >= MET_ENOUGH && isWord(symbol) ? [id] : [],
    );
    this.#middle = middleOf(this.#embedding, this.#words);
  }

  /** Bytes that its vectors keep in memory: all the weights they were read with, where they are a part of these. */
  get bytes(): number {
    return this.#embedding.rows.buffer.byteLength;
  }

  /**
   * The words nearest to a symbol, nearest first; of equals, the more frequent. Words that were met once are not among
   * them. among: whether a word may be.
   */
  nearest(id: number, limit: number, among: (symbol: string) => boolean = () => true): Neighbour[] {
    const found: Neighbour[] = [];
    for (const other of this.#words) {
      if (other === id || !among(this.vocabulary.symbolOf(other))) continue;
      found.push({ id: other, similarity: this.#similarity(id, other) });
    }
    return found.sort((a, b) => b.similarity - a.similarity).slice(0, limit);
  }

  #similarity(one: number, other: number): number {
    const { rows, width } = this.#embedding;
    let [product, left, right] = [0, 0, 0];
    for (let k = 0; k < width; k++) {
      const middle = this.#middle[k] as number;
      const x = (rows[one * width + k] as number) - middle;
      const y = (rows[other * width + k] as number) - middle;
      product += x * y;
      left += x * x;
      right += y * y;
    }
    return left > 0 && right > 0 ? product / Math.sqrt(left * right) : 0;
  }
}

function middleOf({ rows, width }: Embedding, ids: readonly number[]): Float64Array {
  const sum = new Float64Array(width);
  for (const id of ids) for (let k = 0; k < width; k++) sum[k] = (sum[k] as number) + (rows[id * width + k] as number);
  return sum.map((value) => value / Math.max(1, ids.length));
}
