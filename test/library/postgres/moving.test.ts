import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../src/engine/open-engine.ts';
import { FabulistError } from '../../../src/errors.ts';
import { FileLibrary } from '../../../src/library/file-library.ts';
import { type Library, STARTERS } from '../../../src/library/library.ts';
import { MemoryLibrary } from '../../../src/library/memory-library.ts';
import { PostgresLibrary } from '../../../src/library/postgres/postgres-library.ts';
import { exportLibrary, importLibrary } from '../../../src/library/whole-archive.ts';
import { LibraryStoryteller } from '../../../src/story/library-storyteller.ts';
import { trainCorpus } from '../../../src/training/train-corpus.ts';
import { RHYME } from '../../language/tiny.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../../postgres.ts';
import { instantTrainer } from '../../training/instant-trainer.ts';
import { HOSTILE } from '../contract-context.ts';
import { FABLE, story, versionFor } from '../fixtures.ts';
import { starterFolder, temporaryFolder } from '../folders.ts';

const mice = { server: 'guild', name: 'Mice' };
const { engine } = await openEngine({ choice: 'wasm' });

/** Everything that can be seen of a library, but for checkpoints. */
async function everything(library: Library): Promise<unknown> {
  const corpora = [];
  for await (const corpus of library.everyCorpus()) {
    const ref = { server: corpus.server, name: corpus.name };
    const versions = await library.versions(ref);
    const files = [];
    for (const { id } of versions.versions) files.push(await library.readVersion(ref, id));
    corpora.push({ state: await library.state(ref), texts: await library.read(ref), versions, files });
  }
  const documents = await Promise.all(
    (['settings', 'sessions', 'requests', 'failures', 'nightly'] as const).map((kind) => library.listDocuments(kind)),
  );
  const key = (value: object) => JSON.stringify(value);
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
  return plain({
    corpora: corpora
      .filter(({ state, versions }) => state !== undefined || versions.versions.length > 0)
      .sort((a, b) => (key(a.texts) + key(a.state ?? {}) < key(b.texts) + key(b.state ?? {}) ? -1 : 1)),
    documents: documents.map((of) => of.sort((a, b) => (key(a) < key(b) ? -1 : 1))),
  });
}

async function fill(library: Library): Promise<void> {
  for (const server of HOSTILE) await library.addStories({ server, name: server }, [story(`of ${server}`)], 'append');
  const { corpus } = await library.addStories(mice, [story('one'), story('two', 'bob')], 'append');
  for (const weights of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const { id } = await library.addVersion(mice, versionFor(corpus, weights, weights > 'a' ? 'came out worse' : null));
    if (weights === 'a') await library.tellFrom(mice, id);
  }
  // Replaced, and still learned from: whoever handed it over must be found again.
  await library.addStories(mice, [story('three', 'eve')], 'clean');
  await library.addStories({ server: 'guild', name: 'rhyme' }, [story(RHYME)], 'append');
  const rhyme = { corpus: { server: 'guild', name: 'rhyme' }, options: { units: 16, iterations: 60 } };
  await trainCorpus(library, engine, { ...rhyme, reason: 'asked', by: 'ann' }, 0);
  const starter = await library.corpus('guild', 'fable');
  if (starter) await library.addVersion({ server: STARTERS, name: 'fable' }, versionFor(starter));
  for (const key of HOSTILE) await library.writeDocument('settings', key, { key });
  await library.writeDocument('nightly', 'schedule of guild', { cron: null });
}

async function move(from: Library, to: Library, file: string): Promise<void> {
  await pipeline(exportLibrary(from).stream, createWriteStream(file));
  await importLibrary(to, file);
}

async function told(library: Library): Promise<string[]> {
  const { trainer } = instantTrainer(library, () => ({}));
  const teller = new LibraryStoryteller({ library, trainer, openEngine: async () => engine });
  const asker = { server: 'guild', channel: 'c', user: 'u' };
  const request = { opening: 'the', corpus: 'rhyme', seed: 7, temperature: 1, words: 20 };
  return (await teller.tell(asker, request)).continuation as string[];
}

describe.skipIf(!postgresPrograms())('moving a whole library', () => {
  let server: Postgres;

  beforeAll(async () => {
    server = await startPostgres();
    return () => server.remove();
  });

  it('from files to PostgreSQL and back changes nothing, and the same stories are told', async () => {
    const folder = await temporaryFolder();
    const starters = await starterFolder();
    const files = async () => new FileLibrary({ dataFolder: await temporaryFolder(), starterFolder: starters });
    const [first, last] = [await files(), await files()];
    await fill(first);
    const url = await server.database('moved');
    const database = await PostgresLibrary.open({ url, dataFolder: await temporaryFolder(), starterFolder: starters });
    const before = await everything(first);
    await move(first, database, path.join(folder, 'there.gz'));
    expect(await everything(database)).toEqual(before);
    await move(database, last, path.join(folder, 'back.gz'));
    expect(await everything(last)).toEqual(before);
    // Once more is no change.
    await importLibrary(database, path.join(folder, 'there.gz'));
    expect(await everything(database)).toEqual(before);
    const stories = [await told(first), await told(database), await told(last)];
    expect(stories[0]?.length).toBeGreaterThan(5);
    expect(stories).toEqual([stories[0], stories[0], stories[0]]);
    // What a clean start replaced is still found.
    for (const library of [first, database, last])
      expect(await library.forget('guild', 'bob')).toMatchObject([{ corpus: mice, stories: [], versions: 6, left: 1 }]);
    for (const library of [first, database, last]) await library.close();
  });

  it('says so where the library fails in the middle of it, and waits for nothing', async () => {
    const library = new MemoryLibrary({ starters: { fable: FABLE } });
    await library.addStories(mice, [story('one')], 'append');
    library.read = async () => {
      throw new FabulistError('unavailable', 'The database cannot be reached.');
    };
    const written = pipeline(exportLibrary(library).stream, async (bytes) => {
      for await (const _ of bytes);
    });
    await expect(written).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('takes nothing of an archive that is damaged, and writes over nothing', async () => {
    const file = path.join(await temporaryFolder(), 'library.gz');
    const library = () => new MemoryLibrary({ starters: { fable: FABLE } });
    const [from, to] = [library(), library()];
    await from.addStories(mice, [story('one')], 'append');
    await pipeline(exportLibrary(from).stream, createWriteStream(file));
    const whole = await readFile(file);
    const text = gunzipSync(whole).toString();
    const lines = text.trimEnd().split('\n');
    const damaged = [
      whole.subarray(0, whole.length - 20),
      gzipSync(lines.slice(0, -1).join('\n')),
      gzipSync(text.replace('"one"', '"two"')),
      gzipSync(`${text}{}\n`),
      gzipSync('{"format":"fabulist-corpus"}\n'),
      Buffer.from('no gzip'),
    ];
    for (const bytes of damaged) {
      await writeFile(file, bytes);
      const failure = { code: 'bad-file', message: expect.stringMatching(/^[A-Z][^\n]*\.$/) };
      await expect(importLibrary(to, file)).rejects.toMatchObject(failure);
    }
    expect(await to.corpora('guild')).toHaveLength(1);
    await to.addStories(mice, [story('other')], 'append');
    await writeFile(file, whole);
    await expect(importLibrary(to, file)).rejects.toMatchObject({ code: 'usage' });
    expect((await to.read(mice)).map(({ text: one }) => one)).toEqual(['other']);
  });
});
