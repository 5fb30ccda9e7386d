import { endsSentence, isWord, tokenizeForms } from '../language/text/tokenizer.ts';
import type { Vocabulary } from '../language/text/vocabulary.ts';
import { STRIDE, type Work } from '../language/turns.ts';
import { findingNearest } from './nearest.ts';
import type { Place } from './sentence-starts.ts';
import type { Replacement } from './storyteller.ts';

/** An opening made ready for a model. */
export interface PreparedOpening {
  /** Ids for the model: silent context where the opening is shorter than the window, then the opening. At least one. */
  readonly context: Int32Array;
  /** How many of them are the silent ones. */
  readonly silent: number;
  readonly replaced: readonly Replacement[];
}

/** Marks that stand for one another without anybody needing to be told. */
const TYPOGRAPHY: readonly (readonly string[])[] = [
  ['"', '“', '”', '„', '«', '»'],
  ["'", '’', '‘', '‚'],
  ['-', '–', '—'],
  ['.', '…'],
];

/** Reads openings with the eyes of one model: only symbols of its vocabulary reach it, and never fewer than its window. */
export class Openings {
  readonly #vocabulary: Vocabulary;
  readonly #stories: readonly Int32Array[];
  readonly #window: number;

  /** stories: the text the model learned from; window: how many symbols predict the next. */
  constructor(vocabulary: Vocabulary, stories: readonly Int32Array[], window: number) {
    this.#vocabulary = vocabulary;
    this.#stories = stories;
    this.#window = window;
  }

  /**
   * Unknown words of the opening become the nearest known ones; unknown marks become a known one of their kind, or are
   * left out. Where nothing is left, the model gets what stands before `start`, so that a sentence begins.
   * settled: stand-ins that are known already. Work that can be done in turns: a vocabulary is looked through, or a text.
   */
  *preparing(opening: string, start: Place, settled: readonly Replacement[] = []): Work<PreparedOpening> {
    const standIns = new Map(settled.map(({ unknown, known }) => [unknown.toLowerCase(), known.toLowerCase()]));
    const replaced = new Map<string, Replacement>();
    const ids: number[] = [];
    for (const form of tokenizeForms(opening)) {
      const symbol = form.toLowerCase();
      const known = idOfTyped(this.#vocabulary, symbol);
      if (known !== undefined) {
        ids.push(known);
        continue;
      }
      const stand = replaced.get(symbol) ?? {
        unknown: form,
        known: standIns.get(symbol) ?? (yield* this.#findingStandIn(symbol)),
      };
      replaced.set(symbol, stand);
      const id = this.#vocabulary.idOf(stand.known);
      if (id !== undefined) ids.push(id);
    }
    const silent = yield* this.#findingSilentContext(ids, start);
    return {
      context: Int32Array.from([...silent, ...ids]),
      silent: silent.length,
      replaced: [...replaced.values()].map(({ unknown, known }) => ({ unknown, known: this.#formOf(known) })),
    };
  }

  /** The words of an opening that the corpus does not know, each once, as typed. */
  unknownWords(opening: string): string[] {
    const unknown = new Map<string, string>();
    for (const form of tokenizeForms(opening)) {
      const symbol = form.toLowerCase();
      if (!isWord(symbol) || unknown.has(symbol)) continue;
      if (idOfTyped(this.#vocabulary, symbol) === undefined) unknown.set(symbol, form);
    }
    return [...unknown.values()];
  }

  #formOf(symbol: string): string {
    const id = this.#vocabulary.idOf(symbol);
    return id === undefined ? symbol : (this.#vocabulary.forms[id] ?? symbol);
  }

  /** The known symbol that stands in for an unknown one; empty where it is left out. */
  *#findingStandIn(symbol: string): Work<string> {
    // By frequency, so that of two words that are equally near the more frequent one is taken.
    if (isWord(symbol)) return (yield* findingNearest(symbol, this.#vocabulary.symbols, isWord)) ?? '';
    const kind = kindOf(symbol);
    if (kind === null) return '';
    const { symbols } = this.#vocabulary;
    for (let id = 0; id < symbols.length; id++) {
      if (id % STRIDE === 0) yield;
      if (kindOf(symbols[id] as string) === kind) return symbols[id] as string;
    }
    return '';
  }

  /**
   * What the model reads before a short opening, so that it has a window to go by: the symbols that precede its first
   * occurrence in the text, or that of its longest known ending. Nobody sees them.
   */
  *#findingSilentContext(ids: readonly number[], start: Place): Work<number[]> {
    const missing = this.#window - ids.length;
    if (missing <= 0) return [];
    const last = ids.at(-1) ?? -1;
    let place = start;
    let longest = 0;
    let looked = 0;
    for (const [story, text] of this.#stories.entries()) {
      yield;
      // An ending stands only where its last symbol does; that is looked for at a thousand symbols a microsecond.
      for (let end = text.indexOf(last); end >= 0; end = text.indexOf(last, end + 1)) {
        if (++looked % STRIDE === 0) yield;
        let length = 1;
        while (length < ids.length && text[end - length] === ids[ids.length - 1 - length]) length++;
        if (length <= longest) continue;
        longest = length;
        place = { story, at: end - length + 1 };
        if (longest === ids.length) return before(text, place.at, missing);
      }
    }
    const story = this.#stories[place.story];
    return story ? before(story, place.at, missing) : [];
  }
}

/** The id of a symbol as somebody may type it: marks that stand for one another are the same. */
export function idOfTyped(vocabulary: Vocabulary, symbol: string): number | undefined {
  const known = vocabulary.idOf(symbol);
  if (known !== undefined) return known;
  for (const alike of TYPOGRAPHY) {
    // Inside a word too: `don’t` is `don't`.
    for (const mark of alike) {
      if (!symbol.includes(mark)) continue;
      for (const other of alike) {
        const id = vocabulary.idOf(symbol.replaceAll(mark, other));
        if (id !== undefined) return id;
      }
    }
  }
  return undefined;
}

/** The symbols before a place. A story's beginning is preceded by its own end, as if it were told once more. */
function before(story: Int32Array, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => {
    const place = (at - count + k) % story.length;
    return story.at(place) as number;
  });
}

function kindOf(symbol: string): 'end' | 'pause' | 'opening' | 'closing' | null {
  if (endsSentence(symbol)) return 'end';
  if (/^[,;:–—、，；：]$/.test(symbol)) return 'pause';
  if (/^[\p{Ps}\p{Pi}„‚"]$/u.test(symbol)) return 'opening';
  return /^[\p{Pe}\p{Pf}]$/u.test(symbol) ? 'closing' : null;
}
