import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FabulistError } from '../../../src/errors.ts';
import { readStoryFile } from '../../../src/language/reading/story-file.ts';

const LIMITS = { bytes: 1_000_000, symbols: 4 };
const read = (bytes: Uint8Array, fileName = 'story.txt') => readStoryFile(fileName, bytes, LIMITS);
const message = (bytes: Uint8Array, fileName?: string) =>
  read(bytes, fileName).then(String, (error: Error) => error.message);

const starter = (name: string) => readFileSync(resolve(import.meta.dirname, `../../../corpora/${name}.txt`));
const GERMAN = starter('der-kleine-leuchtturm').toString();
const SPANISH = starter('la-panadera-y-la-luna').toString();

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

describe('a story file', () => {
  it('counts the fable as the article does', async () => {
    expect(await read(starter('belling-the-cat'))).toMatchObject({ encoding: 'utf-8', language: 'en', words: 204 });
  });

  it.each([
    ['utf-8', 'de', Buffer.from(GERMAN), GERMAN],
    ['utf-8', 'de', Buffer.from(`\ufeff${GERMAN}`), GERMAN],
    ['utf-16le', 'de', Buffer.from(`\ufeff${GERMAN}`, 'utf16le'), GERMAN],
    ['utf-16be', 'de', swapped(Buffer.from(`\ufeff${GERMAN}`, 'utf16le')), GERMAN],
    ['utf-16le', 'es', Buffer.from(SPANISH, 'utf16le'), SPANISH],
    ['utf-16be', 'es', swapped(Buffer.from(SPANISH, 'utf16le')), SPANISH],
    ['windows-1252', 'es', Buffer.from(SPANISH, 'latin1'), SPANISH],
    [
      'windows-1251',
      'ru',
      Buffer.from(
        'cee4ede0e6e4fb20ecfbf8fc20efeef8ebe020e3f3ebfff2fc20e220f2b8ecedfbe920ebe5f120e820e2f1f2f0e5f2e8ebe020f2e0ec20e1eeebfcf8f3fe20f1eee2f32e',
        'hex',
      ),
      'Однажды мышь пошла гулять в тёмный лес и встретила там большую сову.',
    ],
    [
      'shift_jis',
      'ja',
      Buffer.from(
        '82de82a982b582de82a982b5814182a082e982c682b182eb82c982a882b682a282b382f182c682a882ce82a082b382f182aa82a082e882dc82b582bd814282a882b682a282b382f182cd8e5282d68ec48aa082e882c98d7382ab82dc82b582bd8142',
        'hex',
      ),
      'むかしむかし、あるところにおじいさんとおばあさんがありました。おじいさんは山へ柴刈りに行きました。',
    ],
  ])('in %s, %s', async (encoding, language, bytes, text) => {
    expect(await read(bytes)).toMatchObject({ encoding, language, text });
  });

  it('in an encoding of seven bits, which is valid UTF-8 too', async () => {
    const jis = '\x1b$B$`$+$7$`$+$7!"$"$k$H$3$m$K$*$8$$$5$s$H$*$P$"$5$s$,$"$j$^$7$?!#\x1b(B\n'.repeat(4);
    expect(await read(Buffer.from(jis))).toMatchObject({ encoding: 'iso-2022-jp', language: 'ja' });
  });

  it('in UTF-8 with a few bytes spoilt is still read as UTF-8', async () => {
    const { text, encoding } = await read(Buffer.concat([Buffer.from(GERMAN), Buffer.from([0xc3, 0x20])]));
    expect(encoding).toBe('utf-8');
    expect(text).toBe(`${GERMAN}\ufffd `);
  });

  it('loses its control characters', async () => {
    expect((await read(Buffer.from(`${'one two three four '.repeat(20)}\f\x1b[2J five\x1a`))).text).toMatch(
      /four \n \[2J five $/,
    );
  });

  it('is of no known language where there is too little to go by', async () => {
    expect(await read(Buffer.from('1 2 3 4 5 🐭'))).toMatchObject({ language: 'und', words: 6 });
  });

  it('counts a long text as a short one', async () => {
    const words = 60_000;
    expect((await read(Buffer.from('word, '.repeat(words)))).words).toBe(2 * words);
    const unbroken = 'x'.repeat(250_000);
    expect((await read(Buffer.from(`a b c ${unbroken}`))).words).toBeLessThan(10);
  });

  it.each([
    ['empty', Buffer.alloc(0), 'story.txt is empty: hand over a file with a story in it.'],
    ['too large', Buffer.alloc(1_000_001, 'a '), 'story.txt has 1.0 MB, and at most 0 MB are taken.'],
    [
      'a picture',
      Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
      'story.txt is a picture, not a text: save the story as plain text (.txt) first.',
    ],
    [
      'a zip',
      Buffer.from('PK\x03\x04\x14\0', 'latin1'),
      'story.txt is a zip archive, not a text: save the story as plain text (.txt) first.',
    ],
    [
      'a gzip',
      gzipSync('hello'),
      'story.txt is a compressed archive, not a text: save the story as plain text (.txt) first.',
    ],
    ['zeros', Buffer.alloc(100), 'story.txt is not a text file, or is damaged: save the story as plain text in UTF-8.'],
    [
      'text with zeros',
      Buffer.from('one two\0three four\0\0five six'),
      'story.txt is not a text file, or is damaged: save the story as plain text in UTF-8.',
    ],
    [
      'compressed data',
      deflateRawSync(GERMAN),
      'story.txt is not a text file, or is damaged: save the story as plain text in UTF-8.',
    ],
    ['three words', Buffer.from('One two.'), 'story.txt is too short: it has only 3 words, and at least 4 are needed.'],
    ['no words', Buffer.from('  \n '), 'story.txt is too short: it has no words, and at least 4 are needed.'],
  ])('is refused in one sentence: %s', async (_, bytes, sentence) => {
    expect(await message(bytes)).toBe(sentence);
  });

  it('is named in the sentence without anything that could do harm', async () => {
    expect(await message(Buffer.alloc(0), '\u001b[2J\u202eevil\n.txt')).toBe(
      '[2J evil .txt is empty: hand over a file with a story in it.',
    );
    expect(await message(Buffer.alloc(0), 'n'.repeat(300))).toHaveLength(
      'is empty: hand over a file with a story in it.'.length + 81,
    );
    expect(await message(Buffer.alloc(0), ' \n')).toBe('The file is empty: hand over a file with a story in it.');
  });

  it('is read or refused, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const story = await read(bytes).catch((error: unknown) => error);
        if (story instanceof Error) expect(story).toBeInstanceOf(FabulistError);
        else expect(story).toMatchObject({ text: expect.not.stringContaining('\0'), words: expect.any(Number) });
      }),
      { numRuns: 300 },
    );
  });
});
