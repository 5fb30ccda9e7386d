import { endsSentence, isWord, tokenize } from '../language/text/tokenizer.ts';
import { type Style, typeset } from '../language/text/typeset.ts';
import type { Vocabulary } from '../language/text/vocabulary.ts';
import { mapping, STRIDE, type Work } from '../language/turns.ts';

/** A place in a text: which story, and which of its symbols. */
export interface Place {
  readonly story: number;
  readonly at: number;
}

/** How many symbols an offered opening has at least, where its sentence is that long. */
const OFFERED = 5;
/** How far an offered opening goes beyond what was typed. */
const BEYOND_TYPED = 3;
/** Sentences that are read without a look at the time: about a millisecond. */
const SENTENCES = STRIDE / 8;

/** An opening that begins as was typed. */
interface Offer {
  readonly ids: Int32Array;
  /** How often the text has it. */
  count: number;
}

/** Finds how the sentences of a text begin. */
export class SentenceStarts {
  readonly #stories: readonly Int32Array[];
  readonly #vocabulary: Vocabulary;
  readonly #style: Style;
  readonly #places: readonly Place[];

  private constructor(vocabulary: Vocabulary, stories: readonly Int32Array[], style: Style, places: readonly Place[]) {
    this.#vocabulary = vocabulary;
    this.#stories = stories;
    this.#style = style;
    this.#places = places;
  }

  static *building(vocabulary: Vocabulary, stories: readonly Int32Array[], style: Style): Work<SentenceStarts> {
    const word = yield* mapping(vocabulary.symbols, isWord);
    const end = yield* mapping(vocabulary.symbols, endsSentence);
    const places: Place[] = [];
    for (const [story, text] of stories.entries()) {
      let start = true;
      for (let at = 0; at < text.length; at++) {
        if (at % STRIDE === 0) yield;
        const id = text[at] as number;
        if (start && word[id]) places.push({ story, at });
        // Quotation marks and brackets go with the sentence before or after them; they are not how anybody begins to type.
        if (word[id]) start = false;
        if (end[id]) start = true;
      }
    }
    return new SentenceStarts(vocabulary, stories, style, places);
  }

  /** The place where some sentence starts, drawn by the seed. */
  draw(seed: number): Place {
    // The very first words of the text are the last choice: nothing that the model learned from precedes them.
    const first = this.#places.length > 1 ? 1 : 0;
    return this.#places[first + (scattered(seed) % (this.#places.length - first))] ?? { story: 0, at: 0 };
  }

  /** The first symbols of the sentence at a place as prose; length: symbols at most. */
  proseAt(place: Place, length: number): string {
    return typeset(this.#vocabulary.decode(this.#sentence(place, length)), this.#style);
  }

  /**
   * Openings that begin with what was typed, most frequent first: sentence starts, or where no sentence starts that way,
   * any place of the text. Capitals and spacing of what was typed do not matter. Work that can be done in turns.
   */
  *offering(typed: string, limit: number): Work<string[]> {
    const symbols = tokenize(typed);
    const started = yield* this.#gathering(this.#places, symbols);
    const everywhere = started.size === 0 && symbols.length > 0;
    const offers = everywhere ? yield* this.#gathering(this.#everyPlace(), symbols) : started;
    const byFrequency = [...offers.values()].sort((a, b) => b.count - a.count).slice(0, limit);
    return byFrequency.map(({ ids }) => typeset(this.#vocabulary.decode(ids), this.#style));
  }

  /** The openings at those places that begin with the typed symbols, the last of which may be a beginning itself. */
  *#gathering(places: Iterable<Place>, typed: readonly string[]): Work<Map<string, Offer>> {
    const whole = typed.slice(0, -1).map((symbol) => this.#vocabulary.idOf(symbol));
    const beginning = typed.at(-1) ?? '';
    const offers = new Map<string, Offer>();
    if (whole.includes(undefined)) return offers;
    const length = Math.max(OFFERED, typed.length + BEYOND_TYPED);
    let looked = 0;
    for (const place of places) {
      if (looked++ % SENTENCES === 0) yield;
      const story = this.#stories[place.story] as Int32Array;
      if (whole.some((id, k) => story[place.at + k] !== id)) continue;
      const last = story[place.at + whole.length];
      if (last === undefined || !this.#vocabulary.symbolOf(last).startsWith(beginning)) continue;
      const ids = this.#sentence(place, length);
      const key = ids.join(' ');
      const offer = offers.get(key) ?? { ids, count: 0 };
      offer.count++;
      offers.set(key, offer);
    }
    return offers;
  }

  /** The symbols of a sentence up to its end or to that length, without a mark at the end. */
  #sentence({ story, at }: Place, length: number): Int32Array {
    const text = this.#stories[story] as Int32Array;
    let end = at + 1;
    while (end < text.length && end < at + length && !endsSentence(this.#vocabulary.symbolOf(text[end] as number)))
      end++;
    while (end > at + 1 && !isWord(this.#vocabulary.symbolOf(text[end - 1] as number))) end--;
    return text.slice(at, end);
  }

  *#everyPlace(): Iterable<Place> {
    for (const [story, text] of this.#stories.entries()) {
      for (let at = 0; at < text.length; at++) yield { story, at };
    }
  }
}

/** A whole number from 0 to 2^32 - 1 that looks random even for neighbouring seeds (the finalizer of MurmurHash3). */
function scattered(seed: number): number {
  let bits = seed ^ (seed >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
