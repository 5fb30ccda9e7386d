import { atOnce, inTurns, type Work } from '../turns.ts';

/**
 * A word, an emoji or one punctuation mark; the same rule as the peers in the benchmarks, so that figures can be compared.
 * A word has letters, digits and marks, with apostrophes (and Hebrew's, and invisible joiners) inside. An emoji is one
 * symbol with its skin tone and all that is joined to it, and so is a flag. Neither is what nobody sees, such as a mark of
 * the writing direction, nor an underscore: plain-text books use it for emphasis.
 */
const SYMBOL =
  /[\p{L}\p{N}\p{M}]+(?:['’\u05f3\u05f4\u200c\u200d][\p{L}\p{N}\p{M}]+)*|\p{RI}{2}|\p{ExtPict}\ufe0f?\p{EMod}?(?:\u200d\p{ExtPict}\ufe0f?\p{EMod}?)*|[^\p{L}\p{N}\p{M}\s_\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

const WORD = /^[\p{L}\p{N}\p{M}]/u;

/** Scripts that put no blank between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
/** A stretch in one manner of writing: words of such a script, or what stands between them. */
const STRETCH =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{M}ー々〆]+|[^\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー々〆]+/gu;

/** Characters split at one go by `tokenizeFormsInTurns`: some ten milliseconds. */
const SLICE = 100_000;
/** Characters without a blank after which a slice ends all the same: a word of some millions more than fills V8's stack. */
const UNBROKEN = 1_000_000;
/** Characters that the segmenter is given at once: it takes time and memory in proportion. */
const SEGMENT = 2_000;

/**
 * Divides what has no blanks into words with the dictionaries of ICU, which are part of Node. The locale plays no part:
 * the script decides. Versions of Node differ in a few words; a model keeps its own vocabulary, and an opening that is
 * divided otherwise is read through the nearest words that the model knows.
 */
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** Splits text into symbols as they are written: `The cat, he said.` -> `The`, `cat`, `,`, `he`, `said`, `.` */
export function tokenizeForms(text: string): string[] {
  return atOnce(tokenizingSlices(text));
}

/** The same for a long text, slice after slice, so that it does not hold up everybody else in the process. */
export function tokenizeFormsInTurns(text: string): Promise<string[]> {
  return inTurns(tokenizingSlices(text));
}

function* tokenizingSlices(text: string): Work<string[]> {
  const all: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = endOfSlice(text, from + SLICE);
    for (const form of yield* tokenizing(text.slice(from, to))) all.push(form);
    from = to;
    yield;
  }
  return all;
}

function* tokenizing(text: string): Work<string[]> {
  const forms = text.normalize('NFC').match(SYMBOL) ?? [];
  if (!UNSPACED.test(text)) return forms;
  const words: string[] = [];
  for (const form of forms) {
    if (UNSPACED.test(form)) yield* dividing(form, words);
    else words.push(form);
  }
  return words;
}

/**
 * Where a slice may end without changing a symbol: at a blank or behind a full-width mark, which no word crosses. Where
 * neither comes, the word that nobody wrote is cut.
 */
function endOfSlice(text: string, least: number): number {
  const near = text.slice(least, least + UNBROKEN);
  const end = near.search(/\s|(?<=[，。、！？；：])/u);
  if (end >= 0) return least + end;
  // Not between the halves of one character.
  const cut = least + near.length;
  return cut < text.length && /[\ud800-\udbff]$/.test(near) ? cut + 1 : cut;
}

/** Splits text into the symbols a model learns, in lower case: words and punctuation marks both count, as in the article. */
export function tokenize(text: string): string[] {
  return tokenizeForms(text).map((form) => form.toLowerCase());
}

/** Adds the words of a form that has no blanks between them to `words`. */
function* dividing(form: string, words: string[]): Work<void> {
  for (const [stretch] of form.matchAll(STRETCH)) {
    if (!UNSPACED.test(stretch)) words.push(stretch);
    else
      for (const part of partsOf(stretch)) {
        words.push(...segmented(part));
        yield;
      }
  }
}

function* partsOf(stretch: string): Iterable<string> {
  for (let from = 0; from < stretch.length; ) {
    const halved = (stretch.codePointAt(from + SEGMENT - 1) ?? 0) > 0xffff;
    const to = from + SEGMENT + (halved ? 1 : 0);
    yield stretch.slice(from, to);
    from = to;
  }
}

function segmented(stretch: string): string[] {
  return Array.from(segmenter.segment(stretch), ({ segment }) => segment);
}

/** Whether a symbol is a word rather than a punctuation mark. */
export function isWord(symbol: string): boolean {
  return WORD.test(symbol);
}

/** Whether a word is written without blanks around it. */
export function isUnspaced(symbol: string): boolean {
  return UNSPACED.test(symbol);
}

const SENTENCE_END = new Set([...'.!?…。！？｡؟۔।॥։።။។‽']);

/** Whether a symbol ends a sentence. */
export function endsSentence(symbol: string): boolean {
  return SENTENCE_END.has(symbol);
}
