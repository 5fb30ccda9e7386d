import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStoryFile } from '../../../src/language/reading/story-file.ts';
import { splitText } from '../../../src/language/split-text.ts';
import { isWord, tokenize, tokenizeForms } from '../../../src/language/text/tokenizer.ts';
import { typeset } from '../../../src/language/text/typeset.ts';
import { Vocabulary } from '../../../src/language/text/vocabulary.ts';

const TEXTS = resolve(import.meta.dirname, '../texts');
const BOOKS = resolve(import.meta.dirname, '../../../../shared/corpora');
const FABLE = resolve(import.meta.dirname, '../../../corpora/belling-the-cat.txt');

/** Lines at least, of a hundred, that come out with every blank in its place. */
const LINES = 99.5;
const hash = (symbols: readonly string[]) => createHash('sha256').update(symbols.join('\n')).digest('hex').slice(0, 16);
const read = (path: string) => readStoryFile('book.txt', readFileSync(path), { bytes: 10_000_000, symbols: 4 });
/** White space is collapsed, never ignored: a blank too many or too few is a fault. Underscores are emphasis, not text. */
const spaced = (line: string) => line.replaceAll('_', '').replace(/\s+/g, ' ').trim();

/** Of a hundred lines (paragraphs) how many keep every blank, and of a hundred words how many keep their capitals. */
function roundTrip(text: string, language: string): { lines: number; words: number } {
  const vocabulary = Vocabulary.of([tokenizeForms(text)]);
  const style = { language, formOf: (symbol: string) => vocabulary.forms[vocabulary.idOf(symbol) ?? -1] ?? symbol };
  const lines = text.split('\n').filter((line) => spaced(line) !== '');
  let same = 0;
  let words = 0;
  let written = 0;
  for (const line of lines) {
    const told = typeset(tokenize(line), style);
    if (spaced(told).toLowerCase() === spaced(line.normalize('NFC')).toLowerCase()) same++;
    const before = tokenizeForms(line).filter(isWord);
    const after = tokenizeForms(told).filter(isWord);
    words += before.length;
    written += before.filter((word, at) => word === after[at]).length;
  }
  return { lines: (100 * same) / lines.length, words: (100 * written) / words };
}

describe('a text comes back from its symbols', () => {
  it.each(readdirSync(TEXTS))('%s', async (file) => {
    const { text, language, format } = await read(resolve(TEXTS, file));
    expect([language, format]).toEqual([file.slice(0, 2), 'text']);
    expect(text.trim().split('\n').length).toBeGreaterThanOrEqual(40);
    const share = roundTrip(text, language);
    console.info(`${file}: ${share.lines.toFixed(2)} % of lines, ${share.words.toFixed(2)} % of words as written`);
    expect(share.lines).toBeGreaterThanOrEqual(LINES);
    expect(share.words).toBeGreaterThanOrEqual(99);
  });

  it.skipIf(!existsSync(BOOKS)).each([
    ['sherlock.txt', 99],
    ['alice.txt', 97],
  ])('%s', async (file, words) => {
    const { text, language } = await read(resolve(BOOKS, file));
    const share = roundTrip(text, language);
    console.info(`${file}: ${share.lines.toFixed(2)} % of lines, ${share.words.toFixed(2)} % of words as written`);
    expect(share.lines).toBeGreaterThanOrEqual(LINES);
    // Capitals for emphasis (`THE woman`) and for a name that is a common word too (`the Mouse`) cannot be known.
    expect(share.words).toBeGreaterThanOrEqual(words);
  });
});

/** What the peers in the benchmarks read too: neither cleaning nor typesetting may ever change a symbol of it. */
describe('the symbols that figures are taken over', () => {
  it('are those of the fable', async () => {
    const forms = tokenizeForms((await read(FABLE)).text);
    expect([forms.length, hash(forms)]).toEqual([204, 'ee9f9c16718c4387']);
  });

  it.skipIf(!existsSync(BOOKS)).each([
    ['sherlock.txt', 127_807, 7_632, 0.0439, '5d0d1f07f30c7d06', '84d8ee6acc046ea5'],
    ['alice.txt', 34_197, 2_481, 0.0515, '31fa748134b0f3a9', '993bbd6a9ba0d852'],
  ])('are those of %s', async (file, symbols, words, unknown, formsHash, vocabularyHash) => {
    const raw = tokenizeForms(readFileSync(resolve(BOOKS, file), 'utf8'));
    const forms = tokenizeForms((await read(resolve(BOOKS, file))).text);
    expect([forms.length, hash(forms), hash(raw)]).toEqual([symbols, formsHash, formsHash]);
    const { vocabulary, heldOut } = splitText([forms], 0.1, 3);
    expect([vocabulary.size, hash(vocabulary.symbols)]).toEqual([words, vocabularyHash]);
    expect(heldOut?.unknownShare).toBeCloseTo(unknown, 4);
  });
});
