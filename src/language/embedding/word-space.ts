import type { Model } from '../model.ts';
import { isWord } from '../text/tokenizer.ts';
import type { Vocabulary } from '../text/vocabulary.ts';
import { STRIDE, type Work } from '../turns.ts';
import { type Embedding, gatheringEmbedding } from './embedding.ts';
import { countingOccurrences } from './occurrences.ts';

/** A word that was met once has a vector that little more than chance has made. */
export const MET_ENOUGH = 2;
/** Numbers of vectors that are looked at without a look at the time: about a millisecond. */
const SLICE = 200_000;

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

  private constructor(
    vocabulary: Vocabulary,
    occurrences: Uint32Array,
    embedding: Embedding,
    words: readonly number[],
    middle: Float64Array,
  ) {
    this.vocabulary = vocabulary;
    this.occurrences = occurrences;
    this.#embedding = embedding;
    this.#words = words;
    this.#middle = middle;
  }

  static *building(model: Model): Work<WordSpace> {
    const { vocabulary } = model;
    const occurrences = yield* countingOccurrences(model);
    const embedding = yield* gatheringEmbedding(model);
    const words: number[] = [];
    for (let id = 0; id < vocabulary.size; id++) {
      if (id % STRIDE === 0) yield;
      if ((occurrences[id] as number) >= MET_ENOUGH && isWord(vocabulary.symbolOf(id))) words.push(id);
    }
    return new WordSpace(vocabulary, occurrences, embedding, words, yield* findingMiddle(embedding, words));
  }

  /** Bytes that its vectors keep in memory: all the weights they were read with, where they are a part of these. */
  get bytes(): number {
    return this.#embedding.rows.buffer.byteLength;
  }

  /**
   * The words nearest to a symbol, nearest first; of equals, the more frequent. Words that were met once are not among
   * them. among: whether a word may be. Work that can be done in turns.
   */
  *findingNearest(id: number, limit: number, among: (symbol: string) => boolean = () => true): Work<Neighbour[]> {
    const found: Neighbour[] = [];
    const stride = Math.ceil(SLICE / this.#embedding.width);
    for (let k = 0; k < this.#words.length; k++) {
      if (k % stride === 0) yield;
      const other = this.#words[k] as number;
      if (other === id || !among(this.vocabulary.symbolOf(other))) continue;
      const similarity = this.#similarity(id, other);
      let place = found.length;
      while (place > 0 && similarity > (found[place - 1] as Neighbour).similarity) place--;
      if (place >= limit) continue;
      found.splice(place, 0, { id: other, similarity });
      if (found.length > limit) found.pop();
    }
    return found;
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

function* findingMiddle({ rows, width }: Embedding, ids: readonly number[]): Work<Float64Array> {
  const sum = new Float64Array(width);
  const stride = Math.ceil(SLICE / width);
  for (let at = 0; at < ids.length; at++) {
    if (at % stride === 0) yield;
    const from = (ids[at] as number) * width;
    for (let k = 0; k < width; k++) sum[k] = (sum[k] as number) + (rows[from + k] as number);
  }
  return sum.map((value) => value / Math.max(1, ids.length));
}
