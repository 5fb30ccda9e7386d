import { type Ahead, LOOK_AHEAD, Quotations, type Turn, tellsWhoSpoke } from './quotations.ts';
import { SpeechDashes } from './speech-dashes.ts';
import { endsSentence, isUnspaced, isWord, tokenizeForms } from './tokenizer.ts';

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
const HUGS_LEFT = new Set([...",.;:!?…)]}%°'’", ...'،؛؟۔।॥՝։።၊။', ...'。，、；：！？）】》〉」』～·']);
const HUGS_RIGHT = new Set([...'([{¿¡#@$£`', ...'。，、；：！？（）【】《》〈〉「」『』～·']);
const FULL_WIDTH_OPENING = new Set('（【《〈「『');
const HYPHENS = new Set('-‐‑/');
const PAUSES = new Set(',;:，、；：،؛');

/** A whole emoji or flag: two of them may touch without becoming one. */
const EMOJI = /^(?:\p{RI}{2}|\p{ExtPict}.*)$/u;
/** So many symbols behind speech are asked whether they tell who spoke. */
const WHO_SPOKE_REACH = 8;
const NARROW_NO_BREAK_SPACE = '\u202f';

/**
 * Sets symbols as prose, part after part: what is set stays set when the story goes on. Reading the prose back with
 * `tokenize` gives the same symbols, except that words without blanks between them may be divided otherwise.
 */
export class Typesetter {
  readonly #style: Style;
  readonly #quotations: Quotations;
  readonly #dashes: SpeechDashes;
  #previous: string | undefined;
  #beforePrevious: string | undefined;
  #previousTurn: Turn = null;
  /** Whether nothing follows the symbols that are being set. */
  #ends = false;
  #hugsNext = false;
  #sentenceStart = true;

  constructor(style: Style) {
    this.#style = style;
    this.#quotations = new Quotations(style.language);
    this.#dashes = new SpeechDashes(style.language);
  }

  /** Takes note of text that stands already, such as the opening as a person typed it. */
  read(text: string): void {
    const forms = tokenizeForms(text);
    const symbols = forms.map((form) => form.toLowerCase());
    for (const [at, form] of forms.entries()) this.#set(symbols, at, form);
    // A mark typed close behind a word belongs to that word: without this, `don'` and `t` would melt into one symbol.
    if (/[\p{L}\p{N}\p{M}]['’"]\s*$/u.test(text)) this.#hugsNext = false;
  }

  /** Sets the symbols of one part; returns what they add, with the white space before them. ends: nothing follows. */
  add(symbols: readonly string[], ends = false): string {
    this.#ends = ends;
    return this.pieces(symbols)
      .map(({ text }) => text)
      .join('');
  }

  /** The same, symbol by symbol; and for each place what others would have added there. others: by place. */
  pieces(symbols: readonly string[], others: readonly (readonly string[])[] = []): Piece[] {
    return symbols.map((symbol, at) => {
      const would = (others[at] ?? []).map((other) => {
        return this.#spaceBefore(other, this.#turnOf(other, []), undefined) + this.#formOf(other);
      });
      const form = this.#formOf(symbol);
      return { text: this.#set(symbols, at, form) + form, others: would };
    });
  }

  #formOf(symbol: string): string {
    return isWord(symbol) ? this.#wordForm(symbol) : symbol;
  }

  #turnOf(symbol: string, ahead: Ahead): Turn {
    return this.#quotations.turnOf(symbol, ahead) ?? this.#dashes.turnOf(symbol, ahead[0]);
  }

  /** Moves on past a symbol and returns the white space that goes before it. */
  #set(symbols: readonly string[], at: number, form: string): string {
    const symbol = symbols[at] as string;
    const ahead: (string | null)[] = symbols.slice(at + 1, at + 1 + LOOK_AHEAD);
    if (this.#ends && at + LOOK_AHEAD >= symbols.length) ahead.push(null);
    const turn = this.#turnOf(symbol, ahead);
    const space = this.#spaceBefore(symbol, turn, ahead[0]);
    this.#hugsNext = this.#hugsRight(symbol, turn);
    if (turn === 'opens' && this.#quotations.beginsSentence()) this.#sentenceStart = true;
    // `"Run!" he said` goes on in the middle of a sentence, and so do `¿Quién? —dijo` and `Qui ? demanda`.
    const reach = turn === 'closes' ? WHO_SPOKE_REACH : 1;
    const toldWho =
      /^[—–!?]$/.test(symbol) || turn === 'closes' ? tellsWhoSpoke(symbols.slice(at + 1, at + 1 + reach)) : false;
    if (turn === null && (isWord(symbol) || PAUSES.has(symbol))) this.#sentenceStart = false;
    if (endsSentence(symbol) && !this.#endsAbbreviation(symbol)) this.#sentenceStart = true;
    if (toldWho) this.#sentenceStart = false;
    this.#quotations.pass(symbol, turn);
    this.#dashes.pass(symbol, turn);
    this.#beforePrevious = this.#previous;
    this.#previous = isWord(symbol) ? form : symbol;
    this.#previousTurn = turn;
    return space;
  }

  #wordForm(symbol: string): string {
    const form = this.#style.formOf(symbol);
    const pronoun = this.#style.language === 'en' && /^i(?:['’]\p{L}+)?$/u.test(symbol);
    return this.#sentenceStart || pronoun ? capitalized(form) : form;
  }

  #spaceBefore(symbol: string, turn: Turn, next: string | undefined | null): string {
    const previous = this.#previous;
    if (previous === undefined || isUnspaced(previous) || isUnspaced(symbol)) return '';
    if (this.#style.language === 'fr') {
      if (turn === 'closes' && /[»›]/.test(symbol)) return NARROW_NO_BREAK_SPACE;
      if (/^[;:!?]$/.test(symbol) && !/[!?…]/.test(previous)) return NARROW_NO_BREAK_SPACE;
      if (this.#hugsNext && /[«‹]/.test(previous)) return NARROW_NO_BREAK_SPACE;
    }
    if (this.#hugsNext || turn === 'closes' || turn === 'leans-left') return '';
    if (turn !== null) return ' ';
    if (FULL_WIDTH_OPENING.has(symbol) || HUGS_LEFT.has(symbol)) return '';
    if (symbol === '-' && next === '-' && previous !== '-') return this.#setsDashesClose() ? '' : ' ';
    if (HYPHENS.has(symbol)) return this.#hyphenFollows(previous) ? '' : ' ';
    if (symbol === previous && /^[—–―⸺]$/.test(symbol)) return '';
    if (this.#joins(symbol) || this.#continuesNumber(symbol) || (EMOJI.test(symbol) && EMOJI.test(previous))) return '';
    return ' ';
  }

  #hyphenFollows(previous: string): boolean {
    return isWord(previous) || HYPHENS.has(previous) || PAUSES.has(previous) || this.#previousTurn === 'leans-left';
  }

  #hugsRight(symbol: string, turn: Turn): boolean {
    if (turn !== null) return turn === 'opens' || turn === 'leans-right';
    if (symbol === '-' && this.#previous === '-') return this.#setsDashesClose();
    return HUGS_RIGHT.has(symbol) || this.#joins(symbol);
  }

  /** Hyphens join words; so does the long dash in English, where other languages set it apart. */
  #joins(symbol: string): boolean {
    return HYPHENS.has(symbol) || (symbol === '—' && this.#setsDashesClose());
  }

  #setsDashesClose(): boolean {
    return this.#style.language === 'en';
  }

  /** `3.5`, `1,000`, `10:30` and `1914–1918` are one number each; `April 27, 1890` are two. */
  #continuesNumber(symbol: string): boolean {
    const previous = this.#previous ?? '';
    if (symbol === '–') return /\d$/.test(previous);
    if (!/^\d/.test(symbol) || !/\d$/.test(this.#beforePrevious ?? '')) return false;
    if (previous === ',' && this.#style.language === 'en') return /^\d{3}$/.test(symbol);
    return /^[.,:–]$/.test(previous);
  }

  /** `e.` and `g.` end no sentence; the capital `I.` may. */
  #endsAbbreviation(symbol: string): boolean {
    return symbol === '.' && /^\p{Ll}$/u.test(this.#previous ?? '');
  }
}

/** A whole text as prose, from a sentence start. */
export function typeset(symbols: readonly string[], style: Style): string {
  return new Typesetter(style).add(symbols, true);
}

/** With a capital first letter, where the script has one and it can be undone (`ß` and Georgian stay as they are). */
export function capitalized(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
  const capital = first.toUpperCase();
  if (word === '' || capital.toLowerCase() !== first || /\p{Script=Georgian}/u.test(first)) return word;
  return capital + word.slice(first.length);
}
