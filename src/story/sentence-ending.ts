import type { Ending } from '../language/guide.ts';
import { endsSentence } from '../language/tokenizer.ts';
import type { Work } from '../language/turns.ts';
import type { Vocabulary } from '../language/vocabulary.ts';

/** Symbols that are looked at without a look at the time. */
const SLICE = 10_000;
/** Places before the last one at which a story may end already. */
const REACH = 6;
/** How much more likely the end of a sentence is made from place to place: by e^0.5, so at the last one by e^3.5, or 33. */
const NEARER = 0.5;
/** A word that a full stop follows nearly always is an abbreviation, and its stop ends no sentence. */
const ABBREVIATED = 0.8;
const OFTEN_ENOUGH = 4;

/** Lets stories end with a sentence, where one is at hand. */
export class SentenceEnding implements Ending {
  readonly reach = REACH;
  readonly #ends: readonly number[];
  readonly #closing: ReadonlySet<number>;
  readonly #abbreviations: ReadonlySet<number>;

  private constructor(vocabulary: Vocabulary, abbreviations: ReadonlySet<number>) {
    const ids = (holds: (symbol: string) => boolean) =>
      vocabulary.symbols.flatMap((symbol, id) => (holds(symbol) ? [id] : []));
    this.#ends = ids(endsSentence);
    this.#closing = new Set(ids((symbol) => /^["'”’»«“‘)」』]$/u.test(symbol)));
    this.#abbreviations = abbreviations;
  }

  static *building(vocabulary: Vocabulary, stories: readonly Int32Array[]): Work<SentenceEnding> {
    return new SentenceEnding(vocabulary, yield* abbreviations(vocabulary, stories));
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

function* abbreviations(vocabulary: Vocabulary, stories: readonly Int32Array[]): Work<Set<number>> {
  const stop = vocabulary.idOf('.');
  const counts = new Int32Array(vocabulary.size);
  const stopped = new Int32Array(vocabulary.size);
  for (const story of stories) {
    for (let at = 0; at + 1 < story.length; at++) {
      if (at % SLICE === 0) yield;
      const id = story[at] as number;
      counts[id] = (counts[id] as number) + 1;
      if (story[at + 1] === stop) stopped[id] = (stopped[id] as number) + 1;
    }
  }
  const found = new Set<number>();
  for (const [id, count] of counts.entries()) {
    if (count >= OFTEN_ENOUGH && (stopped[id] as number) >= ABBREVIATED * count) found.add(id);
  }
  return found;
}
