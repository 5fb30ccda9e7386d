import type { Ending } from '../language/telling/guide.ts';
import { endsSentence } from '../language/text/tokenizer.ts';
import type { Vocabulary } from '../language/text/vocabulary.ts';
import { STRIDE, type Work } from '../language/turns.ts';

/** Places before the last one at which a story may end already. */
const REACH = 6;
/** How much more likely the end of a sentence is made from place to place: by e^0.5, so at the last one by e^3.5, or 33. */
const NEARER = 0.5;
/** A word that a full stop follows nearly always is an abbreviation, and its stop ends no sentence. */
const ABBREVIATED = 0.8;
const OFTEN_ENOUGH = 4;
/** Marks that may stand behind the end of a sentence and belong to it. */
const CLOSING = /^["'”’»«“‘)」』]$/u;

/** Lets stories end with a sentence, where one is at hand. */
export class SentenceEnding implements Ending {
  readonly reach = REACH;
  readonly #ends: readonly number[];
  readonly #closing: ReadonlySet<number>;
  readonly #abbreviations: ReadonlySet<number>;

  private constructor(ends: readonly number[], closing: readonly number[], abbreviations: ReadonlySet<number>) {
    this.#ends = ends;
    this.#closing = new Set(closing);
    this.#abbreviations = abbreviations;
  }

  static *building(vocabulary: Vocabulary, stories: readonly Int32Array[]): Work<SentenceEnding> {
    const ends = yield* idsWhere(vocabulary, endsSentence);
    const closing = yield* idsWhere(vocabulary, (symbol) => CLOSING.test(symbol));
    return new SentenceEnding(ends, closing, yield* abbreviations(vocabulary, stories));
  }

  steer(logits: Float32Array, history: readonly number[], left: number): void {
    if (left > REACH + 1 || this.#abbreviations.has(history.at(-1) ?? -1)) return;
    for (const id of this.#ends) logits[id] = (logits[id] as number) + NEARER * (REACH + 2 - left);
  }

  endsAt(history: readonly number[]): boolean {
    return this.#ends.includes(history.at(-1) ?? -1) && !this.#abbreviations.has(history.at(-2) ?? -1);
  }

  closes(id: number): boolean {
    return this.#closing.has(id);
  }
}

function* idsWhere({ symbols }: Vocabulary, holds: (symbol: string) => boolean): Work<number[]> {
  const ids: number[] = [];
  for (let id = 0; id < symbols.length; id++) {
    if (id % STRIDE === 0) yield;
    if (holds(symbols[id] as string)) ids.push(id);
  }
  return ids;
}

function* abbreviations(vocabulary: Vocabulary, stories: readonly Int32Array[]): Work<Set<number>> {
  const stop = vocabulary.idOf('.');
  const counts = new Int32Array(vocabulary.size);
  const stopped = new Int32Array(vocabulary.size);
  for (const story of stories) {
    for (let at = 0; at + 1 < story.length; at++) {
      if (at % STRIDE === 0) yield;
      const id = story[at] as number;
      counts[id] = (counts[id] as number) + 1;
      if (story[at + 1] === stop) stopped[id] = (stopped[id] as number) + 1;
    }
  }
  const found = new Set<number>();
  for (let id = 0; id < counts.length; id++) {
    if (id % STRIDE === 0) yield;
    const count = counts[id] as number;
    if (count >= OFTEN_ENOUGH && (stopped[id] as number) >= ABBREVIATED * count) found.add(id);
  }
  return found;
}
