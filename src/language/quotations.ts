import { endsSentence, isWord } from './tokenizer.ts';

/** Opening quotation mark -> what may close it. `“` closes in German what it opens in English; the open one decides. */
const QUOTES = new Map<string, string>([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['‘', '’'],
  ['„', '“”'],
  ['‚', '‘’'],
  ['«', '»'],
  ['»', '«»'],
  ['‹', '›'],
  ['›', '‹›'],
]);

/** Where one of these stands nearby, speech ends before it (`," said he`) or begins after it (`he said, "`). */
const SPEECH_VERBS = new Set(
  [
    'said says say asked asks cried cries replied answered thought exclaimed whispered shouted remarked added',
    'sagte sagt fragte fragt rief ruft antwortete dachte meinte flüsterte',
    'dijo dice preguntó respondió contestó gritó pensó susurró',
    'dit demanda répondit cria pensa murmura',
  ].flatMap((verbs) => verbs.split(' ')),
);
/** `said the old mouse, "` is still speech; five words later it is not. */
const SPEECH_VERB_REACH = 4;

/** `"Run!" the old mouse said`: so far behind the speech its verb may stand. */
const WHO_SPOKE_REACH = 4;

/** What never follows an opening quotation mark. */
const AFTER_CLOSING = new Set([...',.;:!?…)]}']);

/** Whether what follows speech says who spoke: `he said`, `cried the old mouse`. */
export function tellsWhoSpoke(next: readonly string[]): boolean {
  const end = next.findIndex(endsSentence);
  return next
    .slice(0, end < 0 ? WHO_SPOKE_REACH : Math.min(end, WHO_SPOKE_REACH))
    .some((symbol) => SPEECH_VERBS.has(symbol));
}

export type Turn = 'opens' | 'closes' | null;

/** Follows a text symbol by symbol and tells which way each quotation mark faces. */
export class Quotations {
  readonly #language: string;
  /** The quotation marks that are open, outermost first. */
  readonly #open: string[] = [];
  #previous: string | undefined;
  #turn: Turn = null;
  /** Symbols since a speech verb of this sentence. */
  #sinceSpeechVerb = Number.POSITIVE_INFINITY;
  /** Whether this sentence already held speech that goes on after the verb: `"I think," he said, "that you..."`. */
  #speechGoesOn = false;

  /** language: ISO 639-1 or `und`. */
  constructor(language: string) {
    this.#language = language;
  }

  /** Whether the symbol opens a quotation, closes one, or is no quotation mark here. next: the symbol after it, if known. */
  turnOf(symbol: string, next: string | undefined): Turn {
    if (symbol === '"' || symbol === "'") return this.#turnOfStraight(symbol, next);
    if (this.#lastOpenFor(symbol) >= 0) return 'closes';
    if (symbol === '’') return isWord(this.#previous ?? '') ? 'closes' : 'opens';
    // With nothing to close, `“` opens and `»` is a stray closing mark; in German it is the other way round.
    const strays = this.#language === 'de' ? /[”“‘]/ : /[”»›]/;
    if (strays.test(symbol)) return 'closes';
    return QUOTES.has(symbol) ? 'opens' : null;
  }

  /** Moves on past a symbol. */
  pass(symbol: string, turn: Turn): void {
    if (turn === 'opens' && QUOTES.has(symbol)) this.#open.push(symbol);
    if (turn === 'closes') this.#open.length = Math.max(0, this.#lastOpenFor(symbol));
    // English writes the comma before the closing mark, German after it.
    if (turn === 'closes') this.#speechGoesOn = this.#previous === ',';
    if (symbol === ',' && this.#turn === 'closes') this.#speechGoesOn = true;
    if (turn === null) this.#sinceSpeechVerb = SPEECH_VERBS.has(symbol) ? 0 : this.#sinceSpeechVerb + 1;
    if (endsSentence(symbol)) {
      this.#sinceSpeechVerb = Number.POSITIVE_INFINITY;
      if (this.#open.length === 0) this.#speechGoesOn = false;
    }
    this.#turn = turn;
    this.#previous = symbol;
  }

  /** Whether a quotation that opens here begins a sentence, as direct speech does. To be asked before `pass`. */
  beginsSentence(): boolean {
    const begins =
      this.#previous === ':' || this.#turn === 'closes' || (this.#previous === ',' && this.#afterSpeechVerb());
    return begins && !this.#speechGoesOn;
  }

  /**
   * A straight mark does not say which way it faces. Opening and closing alternate, but a story may begin in the middle
   * of a speech and a book leaves paragraphs of speech open, so what stands around the mark is asked first.
   */
  #turnOfStraight(symbol: string, next: string | undefined): Turn {
    if (this.#previous === undefined || this.#previous === ':') return 'opens';
    // Nothing between two marks: the first one closed, and another person speaks.
    if (this.#previous === symbol) return 'opens';
    if (next === symbol || (next !== undefined && (SPEECH_VERBS.has(next) || AFTER_CLOSING.has(next)))) return 'closes';
    if (this.#previous === ',' && this.#afterSpeechVerb()) return 'opens';
    return this.#lastOpenFor(symbol) >= 0 ? 'closes' : 'opens';
  }

  #afterSpeechVerb(): boolean {
    return this.#sinceSpeechVerb <= SPEECH_VERB_REACH;
  }

  /** Where in `#open` the quotation stands that the symbol closes, or -1. */
  #lastOpenFor(symbol: string): number {
    return this.#open.findLastIndex((opening) => QUOTES.get(opening)?.includes(symbol));
  }
}
