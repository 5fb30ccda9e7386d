import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import iconv from 'iconv-lite';
import { epub } from './zip.ts';

const LANGUAGES = ['ar', 'de', 'en', 'es', 'fr', 'hi', 'it', 'ja', 'ru', 'zh'];
const ownText = (language: string) => readFileSync(resolve(import.meta.dirname, `../texts/${language}.txt`), 'utf8');
const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'gb18030', 'shift_jis', 'koi8-r', 'big5', 'euc-kr'];

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

/** What damage does to a file of a few kilobytes. */
const DAMAGE: readonly ((bytes: Buffer, random: () => number) => Buffer)[] = [
  // Cut off anywhere, in the middle of a character more often than not.
  (bytes, random) => bytes.subarray(0, 1 + (random() % bytes.length)),
  (bytes, random) => bytes.subarray(random() % bytes.length),
  // Two encodings in one file.
  (bytes, random) => Buffer.concat([bytes, iconv.encode(ownText('fr'), ENCODINGS[random() % 4] as string)]),
  (bytes, random) => Buffer.concat([iconv.encode(ownText('ja'), ENCODINGS[random() % 9] as string), bytes]),
  // Zeros, and other bytes that do not belong there.
  (bytes, random) => Buffer.concat([bytes.subarray(0, 500), Buffer.alloc(random() % 9), bytes.subarray(500)]),
  (bytes, random) => bytes.map((byte) => (random() % 400 === 0 ? 0 : byte)) as Buffer,
  (bytes, random) => bytes.map((byte) => (random() % 100 === 0 ? random() % 256 : byte)) as Buffer,
  (bytes, random) => bytes.map((byte) => (random() % 3000 === 0 ? random() % 256 : byte)) as Buffer,
  // A disk that lost a sector.
  (bytes) => Buffer.concat([bytes.subarray(0, 512), Buffer.alloc(512, 0xff), bytes.subarray(1024)]),
];

/** 210 files of a few kilobytes, the same in every run: name and bytes. */
export function* damagedFiles(): Generator<[string, Buffer]> {
  const random = numbers(1);
  let count = 0;
  for (const damage of DAMAGE) {
    for (const language of LANGUAGES) {
      for (const encoding of ['utf-8', ENCODINGS[random.next().value % ENCODINGS.length] as string]) {
        const bytes = damage(iconv.encode(ownText(language), encoding), () => random.next().value);
        yield [`${count++} ${language} ${encoding}.txt`, Buffer.from(bytes)];
      }
    }
  }
  const whole = epub([`<p>${ownText('en')}</p>`, `<p>${ownText('de')}</p>`]);
  for (let k = 1; k <= 10; k++) {
    yield [`cut ${k}.epub`, whole.subarray(0, (whole.length * k) / 11)];
    yield [`spoilt ${k}.epub`, Buffer.from(whole.map((byte) => (random.next().value % (k * 100) === 0 ? 0x41 : byte)))];
    yield [`cut ${k}.html`, Buffer.from(`<html><p>${ownText('en')}</p>`.slice(0, 13 * k))];
  }
}

/** One line without a single blank, and other things that nobody would call a story. */
export const ODD: readonly (readonly [string, () => Buffer])[] = [
  ['one line of 5 MB', () => Buffer.from('x'.repeat(5_000_000))],
  ['one line of 5 MB with blanks', () => Buffer.from('word, '.repeat(833_333))],
  ['one line of 1 MB in Chinese', () => Buffer.from('卖风的老人住在山脚下'.repeat(30_000))],
  ['only punctuation', () => Buffer.from('.,;!?—… '.repeat(5_000))],
  ['only dots', () => Buffer.from('.'.repeat(100_000))],
  ['only quotation marks', () => Buffer.from(`"'“„«»`.repeat(20_000))],
  ['only emoji', () => Buffer.from('👩‍👧🎉🇩🇪👍🏽'.repeat(20_000))],
  ['only numbers', () => Buffer.from(Array.from({ length: 50_000 }, (_, k) => k).join('\n'))],
  ['only line ends', () => Buffer.from('\r\n'.repeat(200_000))],
  ['only form feeds', () => Buffer.from('\f'.repeat(100_000))],
  ['only hyphens at line ends', () => Buffer.from('a-\n'.repeat(50_000))],
  ['only combining marks', () => Buffer.from('\u0301'.repeat(100_000))],
  ['only joiners', () => Buffer.from('\u200d\ufe0f'.repeat(100_000))],
  ['only byte order marks', () => Buffer.from('\ufeff'.repeat(1_000))],
  ['only stars of a licence', () => Buffer.from('*** START OF THE PROJECT GUTENBERG EBOOK '.repeat(5_000))],
  ['only opening tags', () => Buffer.from(`<html>${'<a '.repeat(200_000)}`)],
  ['only Markdown', () => Buffer.from('[*_`![('.repeat(2_000))],
  ['half a surrogate', () => Buffer.from('\ud83d one two three four', 'utf16le')],
];
