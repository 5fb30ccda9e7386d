import type { Turn } from './quotations.ts';
import { endsSentence, isWord } from './tokenizer.ts';

/** Languages that lean the dash of speech on what it goes with: `—Soy yo —dijo ella—. Entra.` */
const LEANING = new Set(['es', 'ca', 'gl']);

/** Follows the long dashes of dialogue and tells which way each one faces, in the languages where that shows. */
export class SpeechDashes {
  readonly #leaning: boolean;
  #previous: string | undefined;
  /** Whether the dash of an aside (`—dijo ella`) is open. */
  #aside = false;
  /** Whether this sentence is speech that began with a dash. */
  #speech = false;

  /** language: ISO 639-1 or `und`. */
  constructor(language: string) {
    this.#leaning = LEANING.has(language);
  }

  /** Which way the symbol faces; null for what is no such dash. */
  turnOf(symbol: string, next: string | undefined | null): Turn {
    if (!this.#leaning || symbol !== '—') return null;
    if (this.#aside || next === null || (next !== undefined && /^[.,;:?!…]$/.test(next))) return 'closes';
    return 'opens';
  }

  /** Moves on past a symbol. */
  pass(symbol: string, turn: Turn): void {
    const previous = this.#previous;
    this.#previous = symbol;
    if (!this.#leaning) return;
    if (symbol === '—') {
      // The first dash of a speech stands at its start; one behind its words, or its question mark, opens an aside.
      const begins = previous === undefined || ((endsSentence(previous) || previous === ':') && !this.#speech);
      this.#aside = turn === 'opens' && !begins;
      this.#speech = begins || (this.#speech && turn === 'closes');
      return;
    }
    if (this.#aside && endsSentence(symbol)) {
      // An aside at the end of a paragraph is never closed.
      this.#aside = false;
      this.#speech = false;
    } else if (isWord(symbol) && previous !== undefined && endsSentence(previous) && !this.#aside) {
      this.#speech = this.#speech && previous !== '.';
    }
  }
}
