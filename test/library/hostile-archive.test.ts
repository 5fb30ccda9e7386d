/** Archives of a whole library that a stranger wrote: their checksums are right, and what they say is not. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FabulistError } from '../../src/errors.ts';
import { FileLibrary } from '../../src/library/file-library.ts';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { storyHash } from '../../src/library/stories.ts';
import { exportLibrary, importLibrary } from '../../src/library/whole-archive.ts';
import { FABLE, figures, story, versionFor } from './fixtures.ts';

const at = '2026-11-24T21:55:41.000Z';
const HASH = storyHash(FABLE);
const ESCAPING = '../../../../../escaped';
const record = { hash: HASH, fileName: 'a.txt', by: 'ann', at, encoding: 'utf-8', bytes: 83 };
const state = { server: 'guild', name: 'Mice', changedAt: at, stories: [record], replaced: [] };
const corpus = { kind: 'corpus', state };
const text = { kind: 'text', hash: HASH, text: FABLE };
const versions = { kind: 'versions', corpus: { server: 'guild', name: 'Mice' } };
const about = { createdAt: at, corpusHash: 'x', stories: [HASH], figures, keptOut: null };
const version = { kind: 'version', version: { ...about, id: '20261124-215541-3f9a' }, files: ['model.json'] };

describe('an archive of a whole library', () => {
  let folder: string;
  let data: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fabulist-hostile-'));
    data = path.join(folder, 'data');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** The lines in an archive whose checksum is that of the lines. */
  function archiveOf(...lines: unknown[]): string {
    const head = { format: 'fabulist-library', formatVersion: 1 };
    const body = [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
    const contents = { corpora: 1, stories: 1, versions: 0, documents: 0 };
    const end = { kind: 'end', contents, sha256: createHash('sha256').update(body).digest('hex') };
    return written(gzipSync(`${body}${JSON.stringify(end)}\n`));
  }

  function written(bytes: Uint8Array): string {
    const file = path.join(folder, 'library.gz');
    writeFileSync(file, bytes);
    return file;
  }

  const opened = () => new FileLibrary({ dataFolder: data, starterFolder: path.join(folder, 'starters') });

  it('is taken where all is well', async () => {
    await importLibrary(opened(), archiveOf(corpus, text, versions));
    expect(await opened().read(state)).toMatchObject([{ text: FABLE }]);
  });

  it.each<[string, unknown[]]>([
    ['a text that is to go outside', [corpus, text, { ...text, hash: ESCAPING }, versions]],
    [
      'a story that is to go outside',
      [{ kind: 'corpus', state: { ...state, stories: [record, { ...record, hash: ESCAPING }] } }, text, versions],
    ],
    ['a text that differs from its hash', [corpus, { ...text, text: 'Another.' }, versions]],
    ['a story without its text', [corpus, versions]],
    ['a text without its story', [corpus, text, { ...text, hash: storyHash('b'), text: 'b' }, versions]],
    ['no stories', [{ kind: 'corpus', state: { ...state, stories: [] } }, versions]],
    ['a state that is none', [{ kind: 'corpus', state: { server: 'guild', name: 'Mice' } }, text, versions]],
    ['nothing', [null]],
    ['a number', [5]],
    ['an unknown line', [{ kind: '__proto__' }]],
    [
      'a document that is to go outside',
      [corpus, text, versions, { kind: 'document', of: '../x', key: 'a', value: 1 }],
    ],
    ['a document of no kind', [corpus, text, versions, { kind: 'document', of: 'novelty', key: 'a', value: 1 }]],
    ['a version outside', [corpus, text, versions, { ...version, version: { ...version.version, id: '../../x' } }]],
    [
      'a version without figures',
      [corpus, text, versions, { ...version, version: { ...version.version, figures: {} } }],
    ],
    ['no version', [corpus, text, versions, { ...version, version: null }]],
  ])('is refused whole where it has %s', async (_, lines) => {
    const refused = {
      code: 'bad-file',
      message: expect.stringMatching(/^This is not a whole archive[^\n]{20,200}\.$/),
    };
    await expect(importLibrary(opened(), archiveOf(...lines))).rejects.toMatchObject(refused);
    expect(existsSync(data)).toBe(false);
    expect(readdirSync(folder)).toEqual(['library.gz']);
  });

  it.each<[string, string, unknown[]]>([
    ['without a name', 'usage', [{ kind: 'corpus', state: { ...state, name: '' } }, text, versions]],
    ['of the starters', 'not-allowed', [{ kind: 'corpus', state: { ...state, server: 'starters' } }, text, versions]],
    ['with a file outside', 'usage', [corpus, text, versions, { ...version, files: ['../model.json'] }]],
  ])('is refused whole where it has a corpus %s', async (_, code, lines) => {
    await expect(importLibrary(opened(), archiveOf(...lines))).rejects.toMatchObject({ code });
    expect(existsSync(data)).toBe(false);
  });

  it('is refused where a line has no end', async () => {
    const bomb = Buffer.alloc(257 * 2 ** 20, 'a');
    const file = written(gzipSync(Buffer.concat([Buffer.from('{"format":"'), bomb]), { level: 1 }));
    await expect(importLibrary(opened(), file)).rejects.toMatchObject({ code: 'bad-file' });
  });

  it.each([
    ['no file', () => path.join(folder, 'none.gz')],
    ['a folder', () => folder],
    ['an empty file', () => written(new Uint8Array())],
    ['no gzip', () => written(Buffer.from('Long ago'))],
    ['no text', () => written(gzipSync(Buffer.from([0xff, 0xfe, 0xff])))],
    ['a later format', () => written(gzipSync('{"format":"fabulist-library","formatVersion":2}\n'))],
  ])('is refused in one sentence where it is %s', async (_, file) => {
    const refused = { code: 'bad-file', message: expect.stringMatching(/^[^\n]{20,300}\.$/) };
    await expect(importLibrary(opened(), file())).rejects.toMatchObject(refused);
  });

  it('brings back every character, and figures that are no numbers', async () => {
    const library = new MemoryLibrary({ starters: {} });
    const odd = `One\u2028two\u2029three\r\nfour\u0085five \ud83d\udc2d\u0000 six\n`;
    const { corpus: kept } = await library.addStories(state, [story(odd)], 'append');
    const wild = { ...figures, perplexity: Number.POSITIVE_INFINITY, loss: Number.NaN };
    await library.addVersion(kept, { ...versionFor(kept), figures: wild });
    await library.writeDocument('settings', 'a\u2028b', { is: '\u2029' });
    const file = path.join(folder, 'library.gz');
    writeFileSync(file, Buffer.concat(await exportLibrary(library).stream.toArray()));
    expect(await importLibrary(opened(), file)).toMatchObject({ stories: 1, versions: 1, documents: 1 });
    expect(await opened().read(state)).toMatchObject([{ text: odd }]);
    expect(await opened().readDocument('settings', 'a\u2028b')).toEqual({ is: '\u2029' });
  });

  it('says what a disk that ran full has kept of it, and is read to its end the next time', async () => {
    const file = archiveOf(corpus, text, versions, { kind: 'document', of: 'settings', key: 'a', value: 1 });
    const library = new MemoryLibrary({ starters: {} });
    const write = library.writeDocument.bind(library);
    library.writeDocument = () => Promise.reject(new FabulistError('disk-full', 'The disk is full.'));
    const message = expect.stringMatching(/^The disk ran full in the middle of the archive; .*stored already stays\.$/);
    await expect(importLibrary(library, file)).rejects.toMatchObject({ code: 'disk-full', message });
    library.writeDocument = write;
    await importLibrary(library, file);
    expect(await library.corpora('guild')).toMatchObject([{ name: 'Mice' }]);
    expect(await library.readDocument('settings', 'a')).toBe(1);
  });
});

describe('restoring a corpus', () => {
  it.each([
    [
      'a text too many',
      new Map([
        [HASH, FABLE],
        [ESCAPING, 'Out.'],
      ]),
    ],
    ['a text too few', new Map<string, string>()],
    ['another text', new Map([[HASH, 'Another.']])],
  ])('is refused with %s', async (_, texts) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fabulist-restoring-'));
    try {
      for (const library of [
        new MemoryLibrary({ starters: {} }),
        new FileLibrary({ dataFolder: folder, starterFolder: folder }),
      ]) {
        await expect(library.restore(state, texts)).rejects.toMatchObject({ code: 'bad-file' });
      }
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
