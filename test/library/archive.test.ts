import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { exportCorpus, importCorpus } from '../../src/library/archive.ts';
import { MemoryLibrary } from '../../src/library/memory-library.ts';
import { exportLibrary, importLibrary } from '../../src/library/whole-archive.ts';
import { FABLE, figures, story, versionFor } from './fixtures.ts';

const mice = { server: 'guild', name: 'Mice' };
let library: MemoryLibrary;
let archive: Uint8Array;

beforeEach(async () => {
  library = new MemoryLibrary({ starters: { fable: FABLE } });
  const { corpus } = await library.addStories(mice, [story('one'), story('naïve “two” 🐭', 'bob')], 'append');
  await library.addVersion(mice, versionFor(corpus));
  archive = await exportCorpus(library, mice);
});

function changed(change: object): Uint8Array {
  return gzipSync(JSON.stringify({ ...JSON.parse(gunzipSync(archive).toString()), ...change }));
}

function withStory(change: object): Uint8Array {
  const { stories } = JSON.parse(gunzipSync(archive).toString());
  return changed({ stories: [stories[0], { ...stories[1], ...change }] });
}

describe('an archive', () => {
  it('holds stories, records and figures in formats that any language reads', () => {
    expect(JSON.parse(gunzipSync(archive).toString())).toMatchObject({
      format: 'fabulist-corpus',
      formatVersion: 1,
      name: 'Mice',
      stories: [
        { by: 'ann', text: 'one' },
        { by: 'bob', text: 'naïve “two” 🐭', encoding: 'utf-8' },
      ],
      versions: [{ figures }],
    });
  });

  it('is the same for the same corpus', async () => {
    expect(await exportCorpus(library, mice)).toEqual(archive);
  });

  it('adds to a corpus of its name, each story once', async () => {
    await library.addStories({ server: 'other', name: 'MICE' }, [story('one', 'eve'), story('own', 'eve')], 'append');
    const corpus = await importCorpus(library, 'other', archive);
    expect(corpus.name).toBe('MICE');
    expect(corpus.stories.map(({ by }) => by)).toEqual(['eve', 'eve', 'bob']);
    expect(await importCorpus(library, 'other', archive)).toEqual(corpus);
  });

  it('moves a starter, too', async () => {
    const starter = await exportCorpus(library, { server: 'starters', name: 'fable' });
    expect(await importCorpus(library, 'other', starter)).toMatchObject({ server: 'other', name: 'fable' });
  });

  it.each<[string, string, () => Uint8Array]>([
    ['nothing', 'bad-file', () => new Uint8Array()],
    ['text', 'bad-file', () => Buffer.from('Once upon a time')],
    ['a cut archive', 'bad-file', () => archive.subarray(0, archive.length - 9)],
    ['a flipped bit', 'bad-file', () => archive.map((byte, index) => (index === 60 ? byte ^ 4 : byte))],
    ['something after it', 'bad-file', () => Buffer.concat([archive, Buffer.from('{}')])],
    ['bytes that are no text', 'bad-file', () => gzipSync(Buffer.from([0xff, 0xfe, 0xff]))],
    ['no JSON', 'bad-file', () => gzipSync('{"format":')],
    ['another JSON', 'bad-file', () => gzipSync('[]')],
    ['a later format', 'bad-file', () => changed({ formatVersion: 2 })],
    ['no stories', 'bad-file', () => changed({ stories: [] })],
    ['a changed story', 'bad-file', () => withStory({ text: 'changed' })],
    ['a story without a text', 'bad-file', () => withStory({ text: undefined })],
    ['a negative size', 'bad-file', () => withStory({ bytes: -1 })],
    ['no time', 'bad-file', () => withStory({ at: 'yesterday' })],
    ['no name', 'usage', () => changed({ name: '' })],
    ['a long name', 'usage', () => changed({ name: 'x'.repeat(201) })],
    ['a large file', 'too-large', () => new Uint8Array(64 * 2 ** 20 + 1)],
    ['a bomb', 'too-large', () => gzipSync(Buffer.alloc(256 * 2 ** 20 + 1), { level: 1 })],
  ])('is refused whole when it is %s', async (_, code, bytes) => {
    const error = { code, message: expect.stringMatching(/^[A-Z][^\n]{20,200}\.$/) };
    await expect(importCorpus(library, 'other', bytes())).rejects.toMatchObject(error);
    expect(await library.corpora('other')).toHaveLength(1);
  });

  it('is told from that of a whole library, and the other way round', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fabulist-archive-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const whole = Buffer.concat(await exportLibrary(library).stream.toArray());
    await expect(importCorpus(library, 'other', whole)).rejects.toMatchObject({
      code: 'bad-file',
      message: 'This archive holds a whole library: read it back with import --all.',
    });
    const file = join(folder, 'mice.gz');
    await writeFile(file, archive);
    await expect(importLibrary(new MemoryLibrary({ starters: {} }), file)).rejects.toMatchObject({
      code: 'bad-file',
      message: 'This archive holds one corpus: read it back with import, without --all.',
    });
  });

  it('cannot reach another server through its name or its story names', async () => {
    const [story] = JSON.parse(gunzipSync(archive).toString()).stories;
    const stories = [{ ...story, fileName: '../../corpus.json' }];
    const bytes = changed({ name: '../guild/Mice', server: 'guild', stories });
    const before = await library.corpora('guild');
    expect(await importCorpus(library, 'other', bytes)).toMatchObject({ server: 'other', name: '../guild/Mice' });
    expect(await library.corpora('guild')).toEqual(before);
  });
});
