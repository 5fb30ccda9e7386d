import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStoryFile } from '../../../src/language/reading/story-file.ts';
import { epub, zip } from './zip.ts';

const LIMITS = { bytes: 10_000_000, symbols: 4 };
const read = (text: string | Buffer, fileName = 'book.txt') => readStoryFile(fileName, Buffer.from(text), LIMITS);
const refused = (bytes: Buffer, fileName: string) =>
  readStoryFile(fileName, bytes, LIMITS).then(
    () => 'was read',
    ({ code, message }) => `${code}: ${message}`,
  );

describe('a book from Project Gutenberg', () => {
  const book = 'CHAPTER I\n\nIt was a dark night.\n\nThe wind blew.';
  const licence =
    'You may copy it, give it away or re-use it under the terms of the Project Gutenberg License.\n'.repeat(3);

  it.each([
    [
      'today',
      `The Project Gutenberg eBook of A Night\n\n${licence}\n*** START OF THE PROJECT GUTENBERG EBOOK A NIGHT ***\n\n\n\n${book}\n\n\n*** END OF THE PROJECT GUTENBERG EBOOK A NIGHT ***\n\n${licence}`,
    ],
    [
      'some years ago, with a long title and credits',
      `${licence}\n***START OF THIS PROJECT GUTENBERG EBOOK A VERY LONG\nNIGHT INDEED***\n\nE-text prepared by Jane Doe\nand John Doe\n\nProduced by The Team\n\n${book}\n\nEnd of the Project Gutenberg EBook of A Night,\nby Nobody\n\n*** END OF THIS PROJECT GUTENBERG EBOOK A VERY LONG NIGHT INDEED ***\n${licence}`,
    ],
    [
      'in the nineties',
      `${licence}*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n${book}\n\n*** END OF THE PROJECT GUTENBERG EBOOK NIGHT ***\n`,
    ],
  ])('loses header, credits and licence as they were %s', async (_, file) => {
    expect(await read(file.replaceAll('\n', '\r\n'))).toMatchObject({ text: `${book}\n`, removed: ['licence'] });
  });

  it('keeps a story that only speaks of it', async () => {
    const text = 'He read a book of Project Gutenberg.\n\nIt was the end of the Project Gutenberg book.';
    expect(await read(text)).toMatchObject({ text, removed: [] });
  });
});

describe('lines', () => {
  const wrapped = (text: string, width: number) =>
    text.replace(new RegExp(`(?=.{${width}})(.{1,${width}}) `, 'g'), '$1\n');
  const paragraph =
    'The old ferryman wound the clock upon the pier every single morning at six and looked across the river for his friend.';

  it('are joined to paragraphs where a text was broken at a width', async () => {
    const text = [paragraph, 'THE SECOND PART', paragraph, paragraph].join('\n\n');
    expect(
      (
        await read(
          text
            .split('\n')
            .map((line) => wrapped(line, 60))
            .join('\n'),
        )
      ).text,
    ).toBe(text);
  });

  it('are left alone in verse, lists and where each is a sentence', async () => {
    for (const text of [
      'The fog comes in\nOn little feet\nAnd sits and looks\nOver harbour and city\nAnd then moves on again',
      Array(9).fill('This is one whole sentence of a good length, and it ends right here.').join('\n'),
    ])
      expect((await read(text)).text).toBe(text);
  });

  it('are joined without blanks where words have none', async () => {
    const text =
      '山脚下住着一个卖风的老人他的背篓里装着许多瓶子每个瓶子里都有一阵风小梅跑回家心里怦怦直跳奶奶正在院子里晒被子';
    expect((await read(text.replace(/.{16}/gu, '$&\n'))).text).toBe(text);
  });

  it('that break a word give it back whole, by what the book tells', async () => {
    const story =
      'A beau-\ntiful morning, a well-\nknown face, a foot-\npath, an ink-\npot and a beauti\u00ad\nful old-\nfashioned Anglo-\nSaxon.\nThe footpath led on. The ink was dry and the pot was full, and the inn-\nkeeper (every inn-keeper is like that) smiled.';
    expect((await read(story)).text.replaceAll('\n', ' ')).toBe(
      'A beautiful morning, a well-known face, a footpath, an ink-pot and a beautiful old-fashioned Anglo- Saxon. The footpath led on. The ink was dry and the pot was full, and the inn-keeper (every inn-keeper is like that) smiled.',
    );
  });
});

describe('pages', () => {
  const sentence = (page: number) =>
    `and so the ferry went across to the other bank for the ${page} time\n${[1, 2, 3, 4, 5, 6].map((k) => `that day, with ${page * k} goats and a baker and the wind in its sail,\n`).join('')}while the clock on the pier stood still, and nobody`;
  const book = (between: (page: number) => string) =>
    Array.from({ length: 9 }, (_, page) => sentence(page + 1) + between(page + 1)).join('');

  it.each([
    ['numbers', (page: number) => `\n\n${page}\n\n`, ['page-numbers']],
    ['numbers in dashes', (page: number) => `\n- ${page} -\n`, ['page-numbers']],
    ['numbers and page breaks', (page: number) => `\n  Page ${page}\n\f`, ['page-numbers']],
    [
      'small Roman numbers',
      (page: number) => `\n\n${['', 'i', 'ii', 'iii', 'iv', 'v', 'vi', 'vii', 'viii', 'ix'][page]}\n\n`,
      ['page-numbers'],
    ],
    [
      'titles with numbers',
      (page: number) => `\n\n${page % 2 ? `THE FERRY   ${page}` : `${page}  A TALE`}\n\n`,
      ['page-numbers', 'running-heads'],
    ],
    [
      'numbers below and titles above',
      (page: number) => `\n\n${page}\n\nThe Ferry\n\n`,
      ['page-numbers', 'running-heads'],
    ],
    ['titles above a page break', () => '\n\f  The Ferry\n\n', ['running-heads']],
  ])('lose their %s, and sentences go on across them', async (_, between, removed) => {
    const plain = await read(book(() => '\n'));
    expect(await read(book(between))).toMatchObject({ text: plain.text, removed });
  });

  it('keep numbers that are part of the story', async () => {
    const chapters = Array.from(
      { length: 12 },
      (_, k) => `${k + 1}\n\n${'It was a long day.\n'.repeat(9)}The end came.`,
    ).join('\n\n');
    const table = Array.from({ length: 40 }, (_, k) => `${k + 1}`).join('\n');
    const contents = Array.from({ length: 9 }, (_, k) => `A tale called ${'abcdefghi'[k]} ${10 * k + 3}`).join('\n');
    for (const text of [chapters, table, contents]) expect(await read(text)).toMatchObject({ text, removed: [] });
  });
});

describe('marked-up text', () => {
  it('is read without its Markdown', async () => {
    const text =
      '---\ntitle: x\n---\n# The *Fox*\n\nA [red](http://example.org) fox_hole, **very** `small`.\n\n- one\n- two\n\n![picture](a.png)\n\n> He said: &quot;No&quot;.\n';
    expect(await read(text, 'fox.md')).toMatchObject({
      format: 'markdown',
      text: 'The Fox\n\nA red fox_hole, very small.\n\none\ntwo\n\nHe said: "No".',
    });
    expect((await read(text)).text).toContain('# The *Fox*');
  });

  it('is read without its HTML, whatever the name', async () => {
    const page =
      '<!DOCTYPE html><html><head><title>T</title><style>p{}</style><script>if (1<2) alert("x")</script></head><body><h1>The Fox</h1><p>A  red\nfox &amp; a h&eacute;n.<br>Next <b>line</b>s<p>漢<ruby>字<rt>じ</rt></ruby>&#8212;<!-- no --><ul><li>one<li>two</ul><table><tr><td>a</td><td>b</td></tr></table></body></html>';
    expect(await read(page)).toMatchObject({
      format: 'html',
      text: 'The Fox\n\nA red fox & a hén.\nNext lines\n\n漢字—\n\none\ntwo\n\na b',
    });
    expect((await read('A story about <b>bold</b> and <html> tags.')).text).toContain('<b>bold</b>');
  });

  it('is read in the encoding that a page declares', async () => {
    const page = Buffer.from(
      '<html><meta charset="koi8-r"><p>\xef\xc4\xce\xc1\xd6\xc4\xd9 \xd7 \xcc\xc5\xd3\xd5 \xd6\xc9\xcc \xcb\xcf\xd4.</p>',
      'latin1',
    );
    expect(await read(page)).toMatchObject({ encoding: 'koi8-r', language: 'ru', text: 'Однажды в лесу жил кот.' });
  });

  it('is not exhausted by any depth of nesting', async () => {
    expect((await read(`<html>${'<div><b>'.repeat(100_000)}one two three four five`)).text).toContain('five');
  });
});

describe('an EPUB', () => {
  const chapters: [string, string] = [
    '<?xml version="1.0" encoding="utf-8"?><html><head><title>x</title></head><body><h1>One</h1><p>The fox ran.</p></body></html>',
    '<html><body><h1>Two</h1><p>It &#233;t un h&#233;risson.</p></body></html>',
  ];
  const book = epub(chapters);

  it('is read in the order of its spine, whatever its name', async () => {
    const text = 'One\n\nThe fox ran.\n\nTwo\n\nIt ét un hérisson.';
    for (const name of ['book.epub', 'book.txt'])
      expect(await read(book, name)).toMatchObject({ format: 'epub', text });
  });

  it('may have scrambled fonts', async () => {
    const fonts =
      '<encryption><EncryptedData><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></EncryptedData></encryption>';
    expect((await read(epub(chapters, [{ name: 'META-INF/encryption.xml', data: fonts }]))).text).toContain('fox');
  });

  const locked = 'bad-file: b.epub is locked by copy protection (DRM), so I cannot read it: hand me a copy without it.';
  const damaged =
    'bad-file: b.epub is damaged, or no EPUB at all: get another copy, or save the story as plain text (.txt).';
  const tooLarge =
    'too-large: b.epub unpacks to far more than a book holds, so I do not open it: save the story as plain text (.txt).';
  const cipher =
    '<enc:encryption><enc:EncryptedData><enc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></enc:EncryptedData></enc:encryption>';
  it.each([
    ['locked', epub(chapters, [{ name: 'META-INF/encryption.xml', data: cipher }]), locked],
    ['encrypted as an archive', epub(chapters, [{ name: 'x', data: 'x', encrypted: true }]), locked],
    ['cut off', book.subarray(0, book.length / 2), damaged],
    ['no archive at all', Buffer.from('just text that is called so'), damaged],
    ['another archive', zip([{ name: 'a.txt', data: 'hello' }]), damaged],
    [
      'without chapters',
      zip([
        { name: 'META-INF/container.xml', data: '<rootfile full-path="a"/>' },
        { name: 'a', data: '<x/>' },
      ]),
      damaged,
    ],
    ['a bomb', epub(chapters, [{ name: 'OEBPS/gone.xhtml', data: 'aaa', claims: 200 * 1024 * 1024 }]), tooLarge],
    [
      'a bomb that lies',
      epub(chapters, [{ name: 'OEBPS/gone.xhtml', data: Buffer.alloc(5_000_000, 'a'), claims: 10 }]),
      damaged,
    ],
  ])('is refused in one sentence: %s', async (_, bytes, sentence) => {
    expect(await refused(bytes, 'b.epub')).toBe(sentence);
  });

  it.each([
    ['story.txt', zip([{ name: 'word/document.xml', data: '<w/>' }]), 'a Word document'],
    ['story.txt', zip([{ name: 'a.txt', data: 'hello' }]), 'a zip archive'],
    ['story.txt', Buffer.from('%PDF-1.7\n%\xe2\xe3', 'latin1'), 'a PDF'],
    ['story.doc.txt', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'an office document'],
    ['story.txt', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'a picture'],
    ['story.txt', Buffer.from(`${'\0'.repeat(60)}BOOKMOBI`, 'latin1'), 'a Kindle book'],
  ])('%s is refused by what it is: %#', async (name, bytes, what) => {
    expect(await refused(bytes, name)).toBe(
      `bad-file: ${name} is ${what}, not a text: save the story as plain text (.txt) first.`,
    );
  });
});

describe('the shared books', () => {
  const folder = resolve(import.meta.dirname, '../../../../shared/corpora');
  it.skipIf(!existsSync(folder)).each(['sherlock.txt', 'alice.txt'])('%s loses nothing but line ends', async (file) => {
    const raw = readFileSync(resolve(folder, file), 'utf8');
    const { text, removed } = await readStoryFile(file, Buffer.from(raw), LIMITS);
    expect([removed, text.replace(/\s/g, '')]).toEqual([[], raw.replace(/\s/g, '')]);
  });
});
