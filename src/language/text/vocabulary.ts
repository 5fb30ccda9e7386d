import { atOnce, STRIDE, type Work } from '../turns.ts';
import { endsSentence, isWord } from './tokenizer.ts';

/** Stands for every symbol that the training part of a text lacks. Two words to the tokenizer, so no text contains it. */
export const UNKNOWN = '<unk>';

/**
 * The article's Listing 2: `build_dataset` gives the most frequent symbol the integer 0, the next 1, and so on (of two that
 * are equally frequent, the one met first comes first), and a reverse dictionary for decoding.
 */
export class Vocabulary {
  /** The reverse dictionary: id -> symbol. */
  readonly symbols: readonly string[];
  /** How the corpus writes each symbol inside a sentence: `Holmes` for `holmes`; id -> form. */
  readonly forms: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(symbols: readonly string[], forms: readonly string[] = symbols, ids = atOnce(numbering(symbols))) {
    this.symbols = symbols;
    this.forms = forms;
    this.#ids = ids;
  }

  /** The vocabulary of these symbols, in the order of their ids, as work that can be done in turns. */
  static *holding(symbols: readonly string[], forms: readonly string[]): Work<Vocabulary> {
    return new Vocabulary(symbols, forms, yield* numbering(symbols));
  }

  /** Counts the symbols of the stories, in order. */
  static build(stories: readonly (readonly string[])[]): Vocabulary {
    return new Vocabulary(atOnce(byFrequency(stories, (symbol) => symbol)));
  }

  /** The vocabulary of stories as they are written (`tokenizeForms`), with the form of each symbol; `extra` ids come last. */
  static of(stories: readonly (readonly string[])[], extra: readonly string[] = []): Vocabulary {
    return atOnce(Vocabulary.making(stories, extra));
  }

  /** The same as work that can be done in turns. */
  static *making(stories: readonly (readonly string[])[], extra: readonly string[]): Work<Vocabulary> {
    const symbols = yield* byFrequency(stories, (form) => form.toLowerCase());
    const forms = yield* writtenForms(symbols, stories);
    return yield* Vocabulary.holding([...symbols, ...extra], [...forms, ...extra]);
  }

  get size(): number {
    return this.symbols.length;
  }

  idOf(symbol: string): number | undefined {
    return this.#ids.get(symbol);
  }

  /** Throws RangeError for an id that is not in the vocabulary. */
  symbolOf(id: number): string {
    const symbol = this.symbols[id];
    if (symbol === undefined) throw new RangeError(`No symbol has the id ${id}: ids run from 0 to ${this.size - 1}.`);
    return symbol;
  }

  /** Throws RangeError for a symbol that is not in the vocabulary. */
  encode(symbols: readonly string[]): Int32Array {
    return Int32Array.from(symbols, (symbol) => {
      const id = this.#ids.get(symbol);
      if (id === undefined) throw new RangeError(`The symbol ${JSON.stringify(symbol)} is not in the vocabulary.`);
      return id;
    });
  }

  decode(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => this.symbolOf(id));
  }
}

/** The id of each symbol: its place. */
function* numbering(symbols: readonly string[]): Work<Map<string, number>> {
  const ids = new Map<string, number>();
  for (let id = 0; id < symbols.length; id++) {
    if (id % STRIDE === 0) yield;
    ids.set(symbols[id] as string, id);
  }
  return ids;
}

/** The symbols that forms stand for, the most frequent first. */
function* byFrequency(stories: readonly (readonly string[])[], symbolOf: (form: string) => string): Work<string[]> {
  const counts = new Map<string, number>();
  let at = 0;
  for (const story of stories) {
    for (const form of story) {
      const symbol = symbolOf(form);
      counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
      if (++at % STRIDE === 0) yield;
    }
  }
  // Array.prototype.sort is stable and a Map iterates in insertion order: equals stay in the order of first meeting.
  return [...counts].sort((a, b) => b[1] - a[1]).map(([symbol]) => symbol);
}

/**
 * A sentence start is capitalised whatever the word, so only places inside a sentence tell how a word is written. Headings
 * in capitals count where nothing else does, and so do capitals behind the first letter: `II`, `McDonald`.
 */
function* writtenForms(symbols: readonly string[], stories: readonly (readonly string[])[]): Work<string[]> {
  const inside = new Map<string, Map<string, number>>();
  const elsewhere = new Map<string, string>();
  let at = 0;
  for (const story of stories) {
    let tells = false;
    for (const form of story) {
      const symbol = form.toLowerCase();
      if (isWord(symbol)) {
        if (tells) {
          const forms = inside.get(symbol) ?? new Map<string, number>();
          inside.set(symbol, forms.set(form, (forms.get(form) ?? 0) + 1));
        } else if (!/^.+\p{Lu}/u.test(form)) elsewhere.set(symbol, symbol);
        else if (!elsewhere.has(symbol)) elsewhere.set(symbol, form);
      }
      // After an opening quotation mark too, the next word may be capitalised for its place alone.
      tells = isWord(symbol) || symbol === ',' || symbol === ';';
      if (endsSentence(symbol)) tells = false;
      if (++at % STRIDE === 0) yield;
    }
  }
  const written: string[] = [];
  for (const symbol of symbols) {
    const forms = [...(inside.get(symbol) ?? [])].sort((a, b) => b[1] - a[1]);
    const ordinary = forms.find(([form]) => !/^\p{Lu}{2}/u.test(form)) ?? forms[0];
    written.push(ordinary?.[0] ?? elsewhere.get(symbol) ?? symbol);
    if (written.length % STRIDE === 0) yield;
  }
  return written;
}
