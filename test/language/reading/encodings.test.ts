import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { readStoryFile } from '../../../src/language/reading/story-file.ts';
import { tokenizeForms } from '../../../src/language/text/tokenizer.ts';
import { Vocabulary } from '../../../src/language/text/vocabulary.ts';
import { storyHash } from '../../../src/library/stories.ts';

const LIMITS = { bytes: 10_000_000, symbols: 4 };
const ownText = (language: string) =>
  readFileSync(resolve(import.meta.dirname, `../texts/${language}.txt`), 'utf8').normalize('NFC');

/** What becomes of a file: the hash of its corpus and the vocabulary learned from it. */
async function learned(bytes: Uint8Array) {
  const { text, encoding, language } = await readStoryFile('book.txt', bytes, LIMITS);
  return { encoding, language, hash: storyHash(text), symbols: Vocabulary.of([tokenizeForms(text)]).symbols };
}

describe('the same book', () => {
  // Only what Latin-1 has, so that every encoding can hold it.
  const book = ownText('de').replace(/[„“]/g, '"').replaceAll('–', '-');

  it('is the same corpus in seven encodings, with any line ends', async () => {
    const plain = await learned(Buffer.from(book));
    const lines = (end: string) => book.replaceAll('\n', end);
    const files: [string, Buffer][] = [
      ['utf-8', Buffer.from(`\ufeff${lines('\r\n')}`)],
      ['utf-8', Buffer.from(lines('\r').normalize('NFD'))],
      ['utf-16le', iconv.encode(lines('\r\n'), 'utf-16le', { addBOM: true })],
      ['utf-16be', iconv.encode(book, 'utf-16be', { addBOM: true })],
      ['utf-16le', iconv.encode(book, 'utf-16le')],
      ['utf-16be', iconv.encode(lines('\u2028'), 'utf-16be')],
      ['windows-1252', iconv.encode(lines('\r\n'), 'windows-1252')],
      ['windows-1252', iconv.encode(lines('\r'), 'latin1')],
    ];
    for (const [encoding, bytes] of files) expect(await learned(bytes)).toEqual({ ...plain, encoding });
    expect(plain.symbols.length).toBeGreaterThan(150);
  });

  it.each(['utf-16le', 'utf-16be'])('keeps its marked bytes (%s) where an emoji was cut in two', async (encoding) => {
    const marked = iconv.encode(book, encoding, { addBOM: true });
    const half = iconv.encode('\ud83d', encoding);
    const file = await readStoryFile(
      'book.txt',
      Buffer.concat([marked, half, iconv.encode(' Ende.', encoding)]),
      LIMITS,
    );
    expect(file).toMatchObject({ encoding, language: 'de', text: expect.stringMatching(/\ufffd Ende\.$/) });
    // So short that the half is much of it: what is no text is refused, and never read with its bytes swapped.
    const short = Buffer.concat([iconv.encode('The cat sat on ', encoding, { addBOM: true }), half]);
    await expect(readStoryFile('a.txt', Buffer.concat([short, short]), LIMITS)).rejects.toMatchObject({
      code: 'bad-file',
    });
  });

  it.each([
    ['zh', 'gb18030'],
    ['zh', 'utf-16le'],
    ['ja', 'shift_jis'],
    ['ja', 'utf-16be'],
    ['ru', 'koi8-r'],
    ['ru', 'windows-1251'],
    ['ar', 'utf-16le'],
    ['fr', 'windows-1252'],
    ['en', 'windows-1252'],
  ])('in the language %s and %s is that in UTF-8', async (language, encoding) => {
    const decodable = iconv.decode(iconv.encode(ownText(language), encoding), encoding);
    const plain = await learned(Buffer.from(decodable));
    expect(plain.language).toBe(language);
    expect(await learned(iconv.encode(decodable, encoding))).toEqual({ ...plain, encoding });
  });

  it.each([
    ['zh', 'big5', '山腳下住著一個賣風的老人。他的背簍裡裝著許多瓶子，每個瓶子裡都有一陣風。「這是什麼風？」小梅問。'],
    [
      'ko',
      'euc-kr',
      '산 아래 작은 마을에 바람을 파는 노인이 살고 있었습니다. "이것은 무슨 바람이에요?" 하고 소녀가 물었습니다.',
    ],
  ])('in the language %s and %s too', async (language, encoding, text) => {
    const plain = await learned(Buffer.from(text));
    expect(plain.language).toBe(language);
    expect(await learned(iconv.encode(text, encoding))).toEqual({ ...plain, encoding });
  });

  it('keeps the marks of Windows-1252 that Latin-1 has no place for', async () => {
    const text = '“It’s 5 €…” – said Š. Žižka—and œuvre‘s ‹end› †‡ “again” and “again” and “again”.';
    const { encoding } = await readStoryFile('a.txt', iconv.encode(text, 'windows-1252'), LIMITS);
    expect([encoding, (await readStoryFile('a.txt', iconv.encode(text, 'windows-1252'), LIMITS)).text]).toEqual([
      'windows-1252',
      text,
    ]);
  });

  it('is read up to where it was cut in the middle of a character', async () => {
    for (const [language, encoding] of [
      ['zh', 'gb18030'],
      ['ja', 'shift_jis'],
      ['zh', 'utf-8'],
      ['ru', 'utf-16le'],
    ] as const) {
      const text = ownText(language).trim();
      const bytes = iconv.encode(text, encoding);
      const cut = await readStoryFile('cut.txt', bytes.subarray(0, bytes.length - 1), LIMITS);
      expect([cut.encoding, text.startsWith(cut.text)]).toEqual([encoding, true]);
      expect(cut.text.length).toBe(text.length - 1);
    }
  });
});
