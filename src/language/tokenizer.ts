/**
 * A word (letters, digits and marks, with apostrophes inside) or one punctuation mark. An underscore is neither: plain-text
 * books use it for emphasis. The same rule as the peers in the benchmarks, so that figures can be compared.
 */
const SYMBOL = /[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*|[^\p{L}\p{N}\p{M}\s_]/gu;

const WORD = /^[\p{L}\p{N}\p{M}]/u;

/** Splits text into symbols as they are written: `The cat, he said.` -> `The`, `cat`, `,`, `he`, `said`, `.` */
export function tokenizeForms(text: string): string[] {
  return text.normalize('NFC').match(SYMBOL) ?? [];
}

/** Splits text into the symbols a model learns, in lower case: words and punctuation marks both count, as in the article. */
export function tokenize(text: string): string[] {
  return tokenizeForms(text).map((form) => form.toLowerCase());
}

/** Whether a symbol is a word rather than a punctuation mark. */
export function isWord(symbol: string): boolean {
  return WORD.test(symbol);
}

const SENTENCE_END = new Set(['.', '!', '?', '…', '。', '！', '？']);

/** Whether a symbol ends a sentence. */
export function endsSentence(symbol: string): boolean {
  return SENTENCE_END.has(symbol);
}
