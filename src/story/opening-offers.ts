import { encoding } from '../language/split-text.ts';
import { tokenizeFormsInTurns } from '../language/text/tokenizer.ts';
import { Vocabulary } from '../language/text/vocabulary.ts';
import { inTurns } from '../language/turns.ts';
import type { Corpus, Library } from '../library/library.ts';
import { SentenceStarts } from './sentence-starts.ts';

/** Characters of a corpus that are read for openings: a novel, which takes a fifth of a second once, in turns with others. */
const ENOUGH = 400_000;
/** Corpora kept ready, for the keystrokes that follow. */
const KEPT = 8;

/**
 * Offers openings while somebody types. Read from the stories themselves, not from a model: it works before the first
 * training, and no keystroke loads weights.
 */
export class OpeningOffers {
  readonly #library: Library;
  /** By corpus hash, the longest unused first. */
  readonly #kept = new Map<string, Promise<SentenceStarts>>();

  constructor(library: Library) {
    this.#library = library;
  }

  async offer(corpus: Corpus, typed: string, limit: number): Promise<string[]> {
    const key = JSON.stringify([corpus.server, corpus.hash]);
    const starts = this.#kept.get(key) ?? this.#read(corpus);
    this.#kept.delete(key);
    this.#kept.set(key, starts);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= KEPT) break;
      this.#kept.delete(oldest);
    }
    try {
      return await inTurns((await starts).offering(typed, limit));
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }

  /** Lets all texts go, after some were deleted. */
  clear(): void {
    this.#kept.clear();
  }

  async #read(corpus: Corpus): Promise<SentenceStarts> {
    let left = ENOUGH;
    const forms: string[][] = [];
    for (const { text } of await this.#library.read(corpus)) {
      if (left <= 0) break;
      forms.push(await tokenizeFormsInTurns(text.slice(0, left)));
      left -= text.length;
    }
    const vocabulary = await inTurns(Vocabulary.making(forms, []));
    const stories: Int32Array[] = [];
    for (const story of forms) stories.push(await inTurns(encoding(story, vocabulary)));
    const formOf = (symbol: string) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol;
    return inTurns(SentenceStarts.building(vocabulary, stories, { language: 'und', formOf }));
  }
}
