import { Quotations, type Turn, tellsWhoSpoke } from './quotations.ts';
import { endsSentence, isWord, tokenizeForms } from './tokenizer.ts';

/** How the symbols of one corpus look on the page. */
export interface Style {
  /** How the corpus writes a symbol inside a sentence: `Holmes` for `holmes`. */
  formOf(symbol: string): string;
  /** ISO 639-1 or `und`: French spaces its marks, German turns its guillemets round, English writes a capital I. */
  readonly language: string;
}

/** What one symbol adds to the prose, with the white space before it, and what others would have added in its place. */
export interface Piece {
  readonly text: string;
  readonly others: readonly string[];
}

/** Stand close to what is before them. The full-width marks bring their own space, so nothing follows them either. */
const HUGS_LEFT = new Set([...",.;:!?…)]}%°'’", ...'。，、；：！？）】》〉」』']);
const HUGS_RIGHT = new Set([...'([{¿¡#@$£`', ...'。，、；：！？（）【】《》〈〉「」『』']);
const FULL_WIDTH_OPENING = new Set('（【《〈「『');
const HYPHENS = new Set('-‐‑/');
const PAUSES = new Set(',;:，、；：');

const EMOJI_PART = /^(?:\u200d|\ufe0f|\u20e3|\p{Emoji_Modifier})/u;
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f)$/u;
const REGIONAL_INDICATOR = /^\p{Regional_Indicator}$/u;
const NARROW_NO_BREAK_SPACE = '\u202f';

/**
 * Sets symbols as prose, part after part: what is set stays set when the story goes on. Reading the prose back with
 * `tokenize` gives the same symbols.
 */
export class Typesetter {
  readonly #style: Style;
  readonly #quotations: Quotations;
  #previous: string | undefined;
  #beforePrevious: string | undefined;
  #hugsNext = false;
  #sentenceStart = true;

  constructor(style: Style) {
    this.#style = style;
    this.#quotations = new Quotations(style.language);
  }

  /** Takes note of text that stands already, such as the opening as a person typed it. */
  read(text: string): void {
    const forms = tokenizeForms(text);
    const symbols = forms.map((form) => form.toLowerCase());
    for (const [at, form] of forms.entries()) this.#set(symbols, at, form);
    // A mark typed close behind a word belongs to that word: without this, `don'` and `t` would melt into one symbol.
    if (/[\p{L}\p{N}\p{M}]['’"]\s*$/u.test(text)) this.#hugsNext = false;
  }

  /** Sets the symbols of one part; returns what they add, with the white space before them. */
  add(symbols: readonly string[]): string {
    return this.pieces(symbols)
      .map(({ text }) => text)
      .join('');
  }

  /** The same, symbol by symbol; and for each place what others would have added there. others: by place. */
  pieces(symbols: readonly string[], others: readonly (readonly string[])[] = []): Piece[] {
    return symbols.map((symbol, at) => {
      const would = (others[at] ?? []).map((other) => {
        return this.#spaceBefore(other, this.#quotations.turnOf(other, undefined)) + this.#formOf(other);
      });
      const form = this.#formOf(symbol);
      return { text: this.#set(symbols, at, form) + form, others: would };
    });
  }

  #formOf(symbol: string): string {
    return isWord(symbol) ? this.#wordForm(symbol) : symbol;
  }

  /** Moves on past a symbol and returns the white space that goes before it. */
  #set(symbols: readonly string[], at: number, form: string): string {
    const symbol = symbols[at] as string;
    const turn = this.#quotations.turnOf(symbol, symbols[at + 1]);
    const space = this.#spaceBefore(symbol, turn);
    this.#hugsNext = turn === 'opens' || (turn === null && this.#hugsRight(symbol));
    if (turn === 'opens' && this.#quotations.beginsSentence()) this.#sentenceStart = true;
    // `"Run!" he said` goes on in the middle of a sentence.
    if (turn === 'closes' && tellsWhoSpoke(symbols.slice(at + 1))) this.#sentenceStart = false;
    if (turn === null && (isWord(symbol) || PAUSES.has(symbol))) this.#sentenceStart = false;
    if (endsSentence(symbol) && !this.#endsAbbreviation(symbol)) this.#sentenceStart = true;
    this.#quotations.pass(symbol, turn);
    this.#beforePrevious = this.#previous;
    this.#previous = isWord(symbol) ? form : symbol;
    return space;
  }

  #wordForm(symbol: string): string {
    const form = this.#style.formOf(symbol);
    const pronoun = this.#style.language === 'en' && /^i(?:['’]\p{L}+)?$/u.test(symbol);
    return this.#sentenceStart || pronoun ? capitalized(form) : form;
  }

  #spaceBefore(symbol: string, turn: Turn): string {
    const previous = this.#previous;
    if (previous === undefined) return '';
    const french = this.#style.language === 'fr';
    if (french && ((turn === 'closes' && /[»›]/.test(symbol)) || /^[;:!?]$/.test(symbol))) return NARROW_NO_BREAK_SPACE;
    if (french && this.#hugsNext && /[«‹]/.test(previous)) return NARROW_NO_BREAK_SPACE;
    if (this.#hugsNext || turn === 'closes') return '';
    if (turn === 'opens') return ' ';
    if (FULL_WIDTH_OPENING.has(symbol) || HUGS_LEFT.has(symbol)) return '';
    if (HYPHENS.has(symbol)) return isWord(previous) || HYPHENS.has(previous) || PAUSES.has(previous) ? '' : ' ';
    if (this.#joins(symbol) || this.#continuesNumber(symbol) || this.#continuesEmoji(symbol)) return '';
    return ' ';
  }

  #hugsRight(symbol: string): boolean {
    return HUGS_RIGHT.has(symbol) || symbol === '\u200d' || this.#joins(symbol);
  }

  /** Hyphens join words; so does the long dash in English, where other languages set it apart. */
  #joins(symbol: string): boolean {
    return HYPHENS.has(symbol) || (symbol === '—' && this.#style.language === 'en');
  }

  /** `3.5`, `10:30` and `1914–1918` are one number each. */
  #continuesNumber(symbol: string): boolean {
    const previous = this.#previous ?? '';
    if (symbol === '–') return /\d$/.test(previous);
    return /^\d/.test(symbol) && /\d$/.test(this.#beforePrevious ?? '') && /^[.,:–]$/.test(previous);
  }

  #continuesEmoji(symbol: string): boolean {
    const previous = this.#previous ?? '';
    if (REGIONAL_INDICATOR.test(symbol)) {
      return REGIONAL_INDICATOR.test(previous) && !REGIONAL_INDICATOR.test(this.#beforePrevious ?? '');
    }
    // A variation selector is a mark, which is a word to the tokenizer: two of them would melt into one symbol.
    return EMOJI_PART.test(symbol) && EMOJI.test(previous) && !(isWord(symbol) && isWord(previous));
  }

  /** `e.` and `g.` end no sentence; the capital `I.` may. */
  #endsAbbreviation(symbol: string): boolean {
    return symbol === '.' && /^\p{Ll}$/u.test(this.#previous ?? '');
  }
}

/** Symbols as prose, from a sentence start. */
export function typeset(symbols: readonly string[], style: Style): string {
  return new Typesetter(style).add(symbols);
}

/** With a capital first letter, where the script has one and it can be undone (`ß` and Georgian stay as they are). */
export function capitalized(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
  const capital = first.toUpperCase();
  if (word === '' || capital.toLowerCase() !== first || /\p{Script=Georgian}/u.test(first)) return word;
  return capital + word.slice(first.length);
}
