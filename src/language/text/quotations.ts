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
    'dijo dice preguntó respondió contestó gritó pensó pensaba susurró exclamó explicó',
    'dit disait demanda demandait demandèrent répondit cria pensa murmura déclara annonça ajouta',
    'disse chiese domandò rispose rispondeva gridò pensò sussurrò ammise spiegò cominciò aggiunse',
    'сказал сказала сказали спросил спросила спрашивала спрашивают ответил ответила отвечал отвечала отвечает вздохнула вздохнул прошептала прошептал крикнул крикнула испугалась объяснил объяснила подумал подумала',
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

/** Words that begin with an apostrophe, without it. */
const ELIDED = new Set(
  'tis twas twere twill twould em un til till cause bout cos neath frisco ere gainst sblood round nough ats'.split(' '),
);
/** Words that end with one. */
const CUT_SHORT = new Set('ha o wi an th ol po tho lookin goin comin doin nothin mornin evenin somethin'.split(' '));

/** Words that end like a plural and are none. */
const OWNS_NOTHING = new Set(
  'this was has his its hers ours yours theirs yes thus less perhaps always does'.split(' '),
);

/** Words between the marks of a title or a quoted word, at most: `the "Lone Star" has arrived`. */
const QUOTED_WORDS = 8;

/** Symbols that are looked at behind a mark. */
export const LOOK_AHEAD = QUOTED_WORDS + 1;

/** What follows a symbol, as far as it is known; null behind the last symbol of a text. */
export type Ahead = readonly (string | null)[];

/**
 * Which way a mark faces: it opens or closes a quotation, or is an apostrophe that leans on the word after it (`'tis`) or
 * before it (`the horses' hoofs`).
 */
export type Turn = 'opens' | 'closes' | 'leans-right' | 'leans-left' | null;

/** Follows a text symbol by symbol and tells which way each quotation mark faces. */
export class Quotations {
  readonly #language: string;
  /** The quotation marks that are open, outermost first. */
  readonly #open: string[] = [];
  #previous: string | undefined;
  #turn: Turn = null;
  /** Symbols since a speech verb of this sentence. */
  #sinceSpeechVerb = Number.POSITIVE_INFINITY;
  /** Whether such a verb stands right before the last symbol, within speech too. */
  #afterVerb = false;
  /** Symbols since the last mark opened, and whether all of them are words. */
  #sinceOpening = 0;
  #onlyWords = false;
  /** Whether a sentence has ended since then. */
  #sentenceEnded = false;
  /** Whether this sentence already held speech that goes on after the verb: `"I think," he said, "that you..."`. */
  #speechGoesOn = false;

  /** language: ISO 639-1 or `und`. */
  constructor(language: string) {
    this.#language = language;
  }

  /**
   * Which way the symbol faces, null for what is no quotation mark here. ahead: the symbols after it as far as they are
   * known, `LOOK_AHEAD` at most, and null behind the last one of a text.
   */
  turnOf(symbol: string, ahead: Ahead): Turn {
    if (symbol === "'" || symbol === '’') {
      const apostrophe = this.#leaning(symbol, ahead);
      if (apostrophe) return apostrophe;
    }
    if (symbol === '"' || symbol === "'") return this.#turnOfStraight(symbol, ahead);
    if (this.#lastOpenFor(symbol) >= 0) return 'closes';
    if (symbol === '’') return isWord(this.#previous ?? '') ? 'closes' : 'opens';
    // With nothing to close, `“` opens and `»` is a stray closing mark; in German it is the other way round.
    const strays = this.#language === 'de' ? /[”“‘]/ : /[”»›]/;
    if (strays.test(symbol)) return 'closes';
    return QUOTES.has(symbol) ? 'opens' : null;
  }

  /** Moves on past a symbol. */
  pass(symbol: string, turn: Turn): void {
    if (turn === 'opens' && this.#afterVerb && this.#previous === ',') this.#open.length = 0;
    if (turn === 'opens' && QUOTES.has(symbol)) this.#open.push(symbol);
    if (turn === 'closes') this.#open.length = Math.max(0, this.#lastOpenFor(symbol));
    // English writes the comma before the closing mark, German after it.
    if (turn === 'closes') this.#speechGoesOn = this.#previous === ',';
    if (symbol === ',' && this.#turn === 'closes') this.#speechGoesOn = true;
    // What is said may hold such a verb too, and then nothing new is said behind it.
    const verb = turn === null && this.#open.length === 0 && SPEECH_VERBS.has(symbol);
    if (turn === null) this.#sinceSpeechVerb = verb ? 0 : this.#sinceSpeechVerb + 1;
    if (turn === 'opens') {
      this.#sinceSpeechVerb = Number.POSITIVE_INFINITY;
      this.#sinceOpening = 0;
      this.#onlyWords = true;
    } else {
      this.#sinceOpening++;
      this.#onlyWords &&= isWord(symbol) || symbol === '-' || symbol === ',';
    }
    if (endsSentence(symbol)) {
      this.#sinceSpeechVerb = Number.POSITIVE_INFINITY;
      if (this.#open.length === 0) this.#speechGoesOn = false;
    }
    this.#sentenceEnded = turn !== 'opens' && (this.#sentenceEnded || endsSentence(symbol));
    this.#afterVerb = SPEECH_VERBS.has(this.#previous ?? '');
    this.#turn = turn;
    this.#previous = symbol;
  }

  /** Whether a quotation that opens here begins a sentence, as direct speech does. To be asked before `pass`. */
  beginsSentence(): boolean {
    const begins =
      this.#previous === ':' ||
      this.#turn === 'closes' ||
      (this.#previous === ',' && (this.#afterSpeechVerb() || this.#afterVerb));
    return begins && !this.#speechGoesOn;
  }

  /** Whether an apostrophe belongs to the word beside it. */
  #leaning(symbol: string, ahead: Ahead): Turn {
    const previous = this.#previous ?? '';
    const [next] = ahead;
    if (next && (ELIDED.has(next) || /^\d\ds?$/.test(next)) && !endsWord(previous, next)) return 'leans-right';
    if (this.#turn !== null || !isWord(previous)) return null;
    if (CUT_SHORT.has(previous)) return 'leans-left';
    // `it's`, `this` and `said's` own nothing.
    if (!/^[^'’]{3,}[sxzß]$/.test(previous) || OWNS_NOTHING.has(previous) || SPEECH_VERBS.has(previous)) return null;
    // `'the horses'` closes and `the words 'eat me'` opens; `the horses' hoofs` does neither.
    if (this.#lastOpenFor(symbol) < 0) return closesAhead(symbol, ahead) ? null : 'leans-left';
    return next && isWord(next) && !SPEECH_VERBS.has(next) && !this.#isQuotedWord() ? 'leans-left' : null;
  }

  /**
   * A straight mark does not say which way it faces. Opening and closing alternate, but a story may begin in the middle
   * of a speech and a book leaves paragraphs of speech open, so what stands around the mark is asked first.
   */
  #turnOfStraight(symbol: string, ahead: Ahead): Turn {
    const previous = this.#previous;
    const [next] = ahead;
    if (previous === undefined || previous === ':') return 'opens';
    if (next === null || (ahead[1] === null && (next === '"' || next === "'"))) return 'closes';
    const open = this.#lastOpenFor(symbol) >= 0;
    // Nothing between two marks: the first one closed, and another person speaks.
    if (previous === symbol) return 'opens';
    if (next === symbol || (next && (SPEECH_VERBS.has(next) || AFTER_CLOSING.has(next)))) return 'closes';
    if (previous === ',' && this.#afterSpeechVerb()) return 'opens';
    if (this.#speechBegins(ahead)) return 'opens';
    if (!open) return 'opens';
    // Speech ends with a mark. Behind a word it is a title within the speech that opens, or a quoted word that closes.
    const within = isWord(previous) && next && isWord(next) && !this.#isQuotedWord();
    return within ? 'opens' : 'closes';
  }

  /**
   * Whether `and said, "but` begins speech although some is open: a story that began in the middle of it has met the mark that
   * ended it, and taken it for one that opens.
   */
  #speechBegins(ahead: Ahead): boolean {
    const known = ahead.filter((symbol) => symbol !== null);
    return this.#afterVerb && this.#previous === ',' && this.#sentenceEnded && !tellsWhoSpoke(known);
  }

  #isQuotedWord(): boolean {
    return this.#onlyWords && this.#sinceOpening <= QUOTED_WORDS;
  }

  #afterSpeechVerb(): boolean {
    return this.#sinceSpeechVerb <= SPEECH_VERB_REACH;
  }

  /** Where in `#open` the quotation stands that the symbol closes, or -1. */
  #lastOpenFor(symbol: string): number {
    return this.#open.findLastIndex((opening) => QUOTES.get(opening)?.includes(symbol));
  }
}

/** `'till` and `'round` are words of their own as well: behind a mark that ends speech they are no elision. */
function endsWord(previous: string, next: string): boolean {
  return /^[,.!?…]$/.test(previous) && /^(?:till|round|cause|un|ere|em|\d\ds?)$/.test(next);
}

/** Whether a quoted word or title ends soon. */
function closesAhead(symbol: string, ahead: Ahead): boolean {
  const end = ahead.indexOf(symbol);
  return end > 0 && ahead.slice(0, end).every((other) => other !== null && (isWord(other) || /^[,.!?]$/.test(other)));
}
