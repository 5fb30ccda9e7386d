import { RunIndex } from '../language/text/run-index.ts';
import { isWord } from '../language/text/tokenizer.ts';
import type { Vocabulary } from '../language/text/vocabulary.ts';
import { mapping, type Work } from '../language/turns.ts';
import type { Originality } from './storyteller.ts';

/** Runs of so many words are long enough to say something and short enough to be new in a book. */
const RUN = 4;

/** Runs of so many words count as copied where words are marked one by one: shorter ones are how anybody writes. */
const COPIED = 5;

/** Tells how much of a story was copied from the text its model learned from. Built once a model. */
export class OriginalityIndex {
  readonly #vocabulary: Vocabulary;
  /** The text as it stands, punctuation marks included. */
  readonly text: RunIndex;
  /** The same text without its punctuation marks. */
  readonly #words: RunIndex;

  private constructor(vocabulary: Vocabulary, text: RunIndex, words: RunIndex) {
    this.#vocabulary = vocabulary;
    this.text = text;
    this.#words = words;
  }

  static *building(vocabulary: Vocabulary, stories: readonly Int32Array[]): Work<OriginalityIndex> {
    const word = yield* mapping(vocabulary.symbols, isWord);
    const text = yield* RunIndex.building(stories, vocabulary.size);
    return new OriginalityIndex(vocabulary, text, yield* RunIndex.building(stories, vocabulary.size, word));
  }

  /** symbols: the story as it is shown, opening and continuation. A story of fewer than four words has no new run. */
  of(symbols: readonly string[]): Originality {
    return { longestCopiedWords: this.#longestCopiedWords(symbols), newFourWordRuns: this.#newRuns(symbols) };
  }

  /** The stretches of a story, from where to before where, that are runs of five words or more of the text. */
  copied(symbols: readonly string[]): [from: number, to: number][] {
    const ids = this.#idsOf(symbols);
    const between = wordsBetween(symbols);
    const stretches: [number, number][] = [];
    for (let at = 0; at < ids.length; at++) {
      const to = at + this.text.longest(ids.subarray(at));
      if (between(at, to) < COPIED) continue;
      const last = stretches.at(-1);
      if (last && at <= last[1]) last[1] = Math.max(last[1], to);
      else stretches.push([at, to]);
    }
    return stretches;
  }

  #longestCopiedWords(symbols: readonly string[]): number {
    const ids = this.#idsOf(symbols);
    const between = wordsBetween(symbols);
    let most = 0;
    for (let at = 0; at < ids.length && between(at, ids.length) > most; at++) {
      most = Math.max(most, between(at, at + this.text.longest(ids.subarray(at))));
    }
    return most;
  }

  #newRuns(symbols: readonly string[]): number {
    const ids = this.#idsOf(symbols.filter(isWord));
    const count = ids.length - RUN + 1;
    if (count <= 0) return 0;
    let fresh = 0;
    for (let at = 0; at < count; at++) if (!this.#words.has(ids.subarray(at, at + RUN))) fresh++;
    return fresh / count;
  }

  /** -1 for a symbol the text lacks. */
  #idsOf(symbols: readonly string[]): Int32Array {
    return Int32Array.from(symbols, (symbol) => this.#vocabulary.idOf(symbol) ?? -1);
  }
}

/** How many words stand from one symbol to before another. */
function wordsBetween(symbols: readonly string[]): (from: number, to: number) => number {
  // words[k]: how many of the first k symbols are words.
  const words = [0];
  for (const symbol of symbols) words.push((words.at(-1) as number) + (isWord(symbol) ? 1 : 0));
  return (from, to) => (words[to] as number) - (words[from] as number);
}
