import { appendFile, cp, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { type Corpus, STARTERS } from '../../src/library/library.ts';
import { FABLE, story, textOf, versionFor } from './fixtures.ts';
import { filesBelow, filesWith, starterFolder, temporaryFolder } from './folders.ts';

/* What only the library of files can do wrong. */

const mice = { server: 'guild', name: 'Mice' };
let dataFolder: string;
let starters: string;
let library: FileLibrary;

beforeEach(async () => {
  dataFolder = await temporaryFolder();
  starters = await starterFolder();
  library = open();
});

/** As another process would. */
function open(): FileLibrary {
  return new FileLibrary({ dataFolder, starterFolder: starters });
}

async function stored(...texts: string[]): Promise<Corpus> {
  const stories = texts.map((text) => story(text));
  return (await library.addStories(mice, stories, 'append')).corpus;
}

/** The one folder below `corpora` or `models` that is the corpus's. */
async function folderOf(tree: 'corpora' | 'models'): Promise<string> {
  const [server] = await readdir(path.join(dataFolder, tree));
  const names = await readdir(path.join(dataFolder, tree, server ?? ''));
  return path.join(dataFolder, tree, server ?? '', names.find((name) => !name.startsWith('.')) ?? '');
}

describe('layout', () => {
  it('is readable by a person', async () => {
    const corpus = await stored('Once upon a time …');
    await library.addStories({ server: 'local', name: 'Tales' }, [story('x')], 'append');
    const starter = await library.corpus('guild', 'fable');
    const version = await library.addVersion(starter as Corpus, versionFor(starter as Corpus));
    await library.writeDocument('settings', 'guild/general', { corpus: 'Mice' });
    expect(await filesBelow(dataFolder)).toEqual(
      [
        'corpora/guild-37c3f3cd84e0a7ef/mice-b04e2ef35cbc2b04/corpus.json',
        `corpora/guild-37c3f3cd84e0a7ef/mice-b04e2ef35cbc2b04/stories/${corpus.stories[0]?.hash}.txt`,
        'corpora/local/tales-05b3c5ff9e5a5aab/corpus.json',
        expect.stringMatching(/^corpora\/local\/tales-[0-9a-f]{16}\/stories\/[0-9a-f]{64}\.txt$/),
        'documents/settings/guild-general-6ad4f4ca1ef2b9ba.json',
        `models/starters/fable-7b1d9f1c9a8ce4e3/${version.id}/model.json`,
        `models/starters/fable-7b1d9f1c9a8ce4e3/${version.id}/version.json`,
        `models/starters/fable-7b1d9f1c9a8ce4e3/${version.id}/weights.bin`,
      ].map((name) => (typeof name === 'string' ? expect.stringMatching(pattern(name)) : name)),
    );
    const text = path.join(await folderOf('corpora'), 'stories', `${corpus.stories[0]?.hash}.txt`);
    expect(await readFile(text, 'utf8')).toBe('Once upon a time …');
  });

  /** The hashes are no part of the promise. */
  function pattern(name: string): RegExp {
    return new RegExp(`^${name.replaceAll('.', '\\.').replace(/-[0-9a-f]{16}/g, '-[0-9a-f]{16}')}$`);
  }

  it('may share its folder with the starters', async () => {
    await mkdir(path.join(dataFolder, 'corpora'));
    await writeFile(path.join(dataFolder, 'corpora', 'fable.txt'), `\ufeff${FABLE}`);
    library = new FileLibrary({ dataFolder, starterFolder: path.join(dataFolder, 'corpora') });
    await stored('one');
    expect((await library.corpora('guild')).map(({ name }) => name)).toEqual(['Mice', 'fable']);
    expect((await library.read({ server: STARTERS, name: 'fable' }))[0]?.text).toBe(FABLE);
    const names: string[] = [];
    for await (const { name } of library.everyCorpus()) names.push(name);
    expect(names).toEqual(['fable', 'Mice']);
  });

  it('sees a starter that was added, changed or taken away', async () => {
    const before = await library.corpus('guild', 'fable');
    await writeFile(path.join(starters, 'fable.txt'), 'Another fable.');
    await writeFile(path.join(starters, 'Zebra.txt'), 'x');
    expect((await library.corpora('guild')).map(({ name }) => name)).toEqual(['fable', 'Zebra']);
    expect((await library.corpus('guild', 'fable'))?.hash).not.toBe(before?.hash);
    await rm(path.join(starters, 'fable.txt'));
    expect(await library.corpus('guild', 'fable')).toBeUndefined();
    await rm(starters, { recursive: true });
    expect(await library.corpora('guild')).toEqual([]);
  });

  it('sees them too when a thousand servers stand beside them', async () => {
    const corpora = path.join(dataFolder, 'corpora');
    for (let i = 0; i < 1_000; i++) await mkdir(path.join(corpora, `server-${i}`), { recursive: true });
    const write = async (name: string, secondsAgo: number) => {
      await writeFile(path.join(corpora, name), FABLE);
      const then = new Date(Date.now() - secondsAgo * 1_000);
      await utimes(corpora, then, then);
    };
    const names = async (one: FileLibrary) => (await one.corpora('guild')).map(({ name }) => name);
    const another = () => new FileLibrary({ dataFolder, starterFolder: corpora });
    library = another();
    await write('fable.txt', 90);
    for (const one of [library, library, another()]) expect(await names(one)).toEqual(['fable']);
    expect(await filesBelow(path.join(dataFolder, 'documents'))).toEqual(['starters.json']);
    await write('second.txt', 60);
    for (const one of [library, another(), library]) expect(await names(one)).toEqual(['fable', 'second']);
    await write('third.txt', 0);
    for (const one of [library, another(), library]) expect(await names(one)).toEqual(['fable', 'second', 'third']);
    await writeFile(path.join(dataFolder, 'documents', 'starters.json'), '{');
    expect(await names(another())).toHaveLength(3);
  });

  it('is not written to by looking', async () => {
    await library.corpora('guild');
    await library.corpus('guild', 'Mice');
    await library.versions(mice);
    await library.readDocument('settings', 'x');
    await library.clearCheckpoint(mice);
    for await (const _ of library.everyCorpus());
    await library.close();
    expect(await readdir(dataFolder)).toEqual([]);
  });

  it('ignores folders that were copied to another server', async () => {
    await stored('secret');
    await library.addStories({ server: 'other', name: 'Cats' }, [story('x')], 'append');
    const servers = await readdir(path.join(dataFolder, 'corpora'));
    const other = path.join(dataFolder, 'corpora', servers.find((name) => name.startsWith('other')) ?? '');
    const folder = path.join(dataFolder, 'corpora', servers.find((name) => name.startsWith('guild')) ?? '');
    await cp(folder, other, { recursive: true });
    expect((await library.corpora('other')).map(({ name }) => name)).toEqual(['Cats', 'fable']);
    await expect(library.corpus('other', 'Mice')).rejects.toMatchObject({ code: 'storage' });
    await expect(library.addStories({ ...mice, server: 'other' }, [story('y')], 'append')).rejects.toMatchObject({
      code: 'storage',
    });
    await expect(library.forget('other', 'ann')).rejects.toMatchObject({ code: 'storage' });
    expect(await library.corpora('other')).toHaveLength(1);
    expect(await library.read(mice)).toHaveLength(1);
  });
});

describe('damage', () => {
  it.each([
    ['a missing file', (folder: string) => rm(path.join(folder, 'weights.bin')), 'weights.bin is missing'],
    [
      'a file of another size',
      (folder: string) => appendFile(path.join(folder, 'weights.bin'), '!'),
      'weights.bin has 5',
    ],
    ['no manifest', (folder: string) => rm(path.join(folder, 'version.json')), 'version.json is missing'],
    ['a cut manifest', (folder: string) => writeFile(path.join(folder, 'version.json'), '{'), 'version.json cannot'],
    ['a changed manifest', changeFigures, 'version.json cannot'],
  ])('skips a version with %s at once; the one before tells', async (_, damage, problem) => {
    const corpus = await stored('one');
    const [first, second] = [
      await library.addVersion(mice, versionFor(corpus, 'old')),
      await library.addVersion(mice, versionFor(corpus, 'new!')),
    ];
    await damage(path.join(await folderOf('models'), second.id));
    const damaged = [{ id: second.id, problem: expect.stringContaining(problem) }];
    expect(await library.versions(mice)).toEqual({ versions: [first], damaged, telling: first.id });
    await expect(library.readVersion(mice, second.id)).rejects.toMatchObject({ code: 'storage' });
    await expect(library.tellFrom(mice, second.id)).rejects.toMatchObject({ code: 'no-model' });
    const third = await library.addVersion(mice, versionFor(corpus));
    expect(await library.versions(mice)).toEqual({ versions: [third, first], damaged, telling: third.id });
  });

  async function changeFigures(folder: string): Promise<void> {
    const manifest = path.join(folder, 'version.json');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('0.995', '0.999'));
  }

  it('reports a version whose full check failed from then on, to every process', async () => {
    const corpus = await stored('one');
    const [first, second] = [
      await library.addVersion(mice, versionFor(corpus)),
      await library.addVersion(mice, versionFor(corpus)),
    ];
    await library.tellFrom(mice, second.id);
    const weights = path.join(await folderOf('models'), second.id, 'weights.bin');
    await writeFile(weights, 'WEIGHTS');
    expect((await library.versions(mice)).telling).toBe(second.id);
    await expect(library.readVersion(mice, second.id)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('weights.bin differs from its checksum'),
    });
    for (const one of [library, open()]) {
      expect(await one.versions(mice)).toMatchObject({
        versions: [{ id: first.id }],
        damaged: [{ id: second.id }],
        telling: first.id,
      });
      await expect(one.readVersion(mice, second.id)).rejects.toMatchObject({ code: 'storage' });
    }
  });

  it('falls back to the version before a chosen one, not to those rolled back from', async () => {
    const corpus = await stored('one');
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await library.addVersion(mice, versionFor(corpus))).id);
    await library.tellFrom(mice, ids[1] ?? '');
    await rm(path.join(await folderOf('models'), ids[1] ?? '', 'weights.bin'));
    expect((await library.versions(mice)).telling).toBe(ids[0]);
  });

  it('drops damaged versions when they would be too old anyway', async () => {
    const corpus = await stored('one');
    const first = await library.addVersion(mice, versionFor(corpus));
    await rm(path.join(await folderOf('models'), first.id, 'weights.bin'));
    for (let i = 0; i < 4; i++) await library.addVersion(mice, versionFor(corpus));
    expect((await library.versions(mice)).damaged).toHaveLength(1);
    await library.addVersion(mice, versionFor(corpus));
    expect(await library.versions(mice)).toMatchObject({ versions: { length: 5 }, damaged: [] });
  });

  it('takes a damaged checkpoint for none', async () => {
    await stored('one');
    const claim = await library.claimTraining(mice);
    if (claim === undefined) throw new Error('no claim');
    await library.saveCheckpoint(mice, { 'step.json': Buffer.from('1') }, claim);
    await writeFile(path.join(await folderOf('models'), 'checkpoint-1', 'step.json'), '2');
    expect(await library.readCheckpoint(mice)).toBeUndefined();
    await library.saveCheckpoint(mice, { 'step.json': Buffer.from('3') }, claim);
    expect(textOf((await library.readCheckpoint(mice))?.['step.json'])).toBe('3');
  });

  it('says which story is damaged, and mends it when it is handed over again', async () => {
    const corpus = await stored('one', 'two');
    const file = (hash = '') => folderOf('corpora').then((folder) => path.join(folder, 'stories', `${hash}.txt`));
    await writeFile(await file(corpus.stories[0]?.hash), 'changed');
    await expect(library.read(mice)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining("'one.txt'"),
    });
    await rm(await file(corpus.stories[1]?.hash));
    const { added, already } = await library.addStories(mice, [story('one'), story('two')], 'append');
    expect([added.length, already.length]).toEqual([0, 2]);
    expect((await library.read(mice)).map(({ text }) => text)).toEqual(['one', 'two']);
    await rm(await file(corpus.stories[1]?.hash));
    await expect(library.read(mice)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining("'two.txt'"),
    });
  });

  it('does not let a damaged corpus hide the others, nor be written over; it can be deleted', async () => {
    await stored('one');
    await library.addStories({ server: 'guild', name: 'Cats' }, [story('two')], 'append');
    const [server = ''] = await readdir(path.join(dataFolder, 'corpora'));
    const folder = (await readdir(path.join(dataFolder, 'corpora', server))).find((name) => name.startsWith('mice'));
    const record = path.join(dataFolder, 'corpora', server, folder ?? '', 'corpus.json');
    await writeFile(record, '{"format":1,');
    expect((await library.corpora('guild')).map(({ name }) => name)).toEqual(['Cats', 'fable']);
    const names: string[] = [];
    for await (const corpus of library.everyCorpus()) names.push(corpus.name);
    expect(names).toEqual(['fable', 'Cats']);
    await expect(library.corpus('guild', 'Mice')).rejects.toMatchObject({ code: 'storage' });
    await expect(library.addStories(mice, [story('x')], 'clean')).rejects.toMatchObject({ code: 'storage' });
    await expect(library.forget('guild', 'ann')).rejects.toMatchObject({ code: 'storage' });
    expect(await library.corpus('guild', 'Cats')).toBeUndefined();
    expect(await filesWith(dataFolder, 'one')).toHaveLength(1);
    await library.deleteCorpus(mice);
    expect(await filesBelow(dataFolder)).toEqual([]);
  });

  it('reads a damaged document as absent', async () => {
    await library.writeDocument('settings', 'a', 1);
    const [file = ''] = await filesBelow(dataFolder);
    await writeFile(path.join(dataFolder, file), '{"key":');
    expect(await library.readDocument('settings', 'a')).toBeUndefined();
    expect(await library.listDocuments('settings')).toEqual([]);
    await library.writeDocument('settings', 'a', 2);
    expect(await library.readDocument('settings', 'a')).toBe(2);
  });
});

describe('forgetting', () => {
  const SECRET = 'the general retired to the cheese cellar';

  it('leaves no byte of the text, checkpoints and leftovers of the dead included', async () => {
    const corpus = await stored(SECRET);
    await library.addStories(mice, [story('bob tells', 'bob')], 'append');
    await library.addVersion(mice, versionFor(corpus, `model of ${SECRET}`));
    const broken = await library.addVersion(mice, versionFor(corpus, `broken model of ${SECRET}`));
    await writeFile(path.join(await folderOf('models'), broken.id, 'version.json'), '');
    const claim = await library.claimTraining(mice);
    if (claim === undefined) throw new Error('no claim');
    await library.saveCheckpoint(mice, { 'words.txt': Buffer.from(SECRET) }, claim);
    // A killed process: half an upload to this corpus, one to a corpus that never came to be, and one being cleared away.
    const [server = ''] = await readdir(path.join(dataFolder, 'corpora'));
    const locks = path.join(dataFolder, 'corpora', server, '.locks');
    for (const place of ['new-0/999999999.x.y', '.old-999999999.x.y', path.basename(await folderOf('corpora'))]) {
      const folder = place.startsWith('mice') ? path.join(locks, place, '999999999.x.y') : path.join(locks, place);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, '0'), SECRET);
    }
    await writeFile(path.join(await folderOf('corpora'), 'stories', `${'0'.repeat(64)}.txt`), SECRET);
    expect(await filesWith(dataFolder, SECRET)).toHaveLength(8);

    library = new FileLibrary({ dataFolder, starterFolder: starters, lease: 100 });
    expect(await library.forget('guild', 'ann')).toMatchObject([{ versions: 2, left: 1 }]);
    expect(await filesWith(dataFolder, SECRET)).toEqual([]);
    expect(await filesWith(dataFolder, 'bob tells')).toHaveLength(2);
    expect(claim.held()).toBe(false);
    await expect(library.claimTraining(mice)).resolves.toBeDefined();
  });

  it('leaves nothing at all of a corpus that nothing is left of', async () => {
    const corpus = await stored(SECRET);
    await library.addVersion(mice, versionFor(corpus));
    await library.forget('guild', 'ann');
    expect(await filesBelow(dataFolder)).toEqual([]);
  });

  it('leaves no byte of what a clean start replaced', async () => {
    await stored(SECRET);
    await library.addStories(mice, [story('two')], 'clean');
    expect(await filesWith(dataFolder, SECRET)).toEqual([]);
  });

  it('counts as done from the moment it is decided, and is finished by the next who passes', async () => {
    const before = (await library.addStories(mice, [story('bob tells', 'bob')], 'append')).corpus;
    const clean = await library.addVersion(mice, versionFor(before));
    const corpus = await stored(SECRET);
    const learned = await library.addVersion(mice, versionFor(corpus, SECRET));
    const claim = await library.claimTraining(mice);
    if (claim === undefined) throw new Error('no claim');
    await library.saveCheckpoint(mice, { 'words.txt': Buffer.from(SECRET) }, claim);
    // As a process leaves it that is killed right after its decision.
    const record = path.join(await folderOf('corpora'), 'corpus.json');
    const file = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(
      record,
      JSON.stringify({ ...file, stories: [file.stories[0]], forgetting: [file.stories[1].hash] }),
    );

    expect(await library.versions(mice)).toMatchObject({
      versions: [{ id: clean.id }],
      damaged: [],
      telling: clean.id,
    });
    await expect(library.readVersion(mice, learned.id)).rejects.toMatchObject({ code: 'no-model' });
    await expect(library.tellFrom(mice, learned.id)).rejects.toMatchObject({ code: 'no-model' });
    expect(await library.readCheckpoint(mice)).toBeUndefined();
    for await (const _ of library.everyCorpus());
    expect(await filesWith(dataFolder, SECRET)).toEqual([]);
    expect(JSON.parse(await readFile(record, 'utf8'))).toMatchObject({ stories: [{ by: 'bob' }], forgetting: null });
    await expect(library.saveCheckpoint(mice, {}, claim)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('finishes a deletion before a corpus of that name starts anew', async () => {
    const corpus = await stored(SECRET);
    await library.addVersion(mice, versionFor(corpus, SECRET));
    const record = path.join(await folderOf('corpora'), 'corpus.json');
    const file = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(record, JSON.stringify({ ...file, stories: [], forgetting: 'everything' }));
    expect(await library.corpora('guild')).toHaveLength(1);
    expect(await library.corpus('guild', 'Mice')).toBeUndefined();
    expect((await library.versions(mice)).versions).toEqual([]);
    await expect(library.deleteCorpus(mice)).rejects.toMatchObject({ code: 'unknown-corpus' });
    expect(await filesBelow(dataFolder)).toEqual([]);
    await stored('new');
    expect((await library.versions(mice)).versions).toEqual([]);
  });
});

describe('leftovers of killed processes', () => {
  it('are never listed, and removed by the next writer or the nightly round', async () => {
    const corpus = await stored('one');
    await library.addVersion(mice, versionFor(corpus));
    const clean = await filesBelow(dataFolder);
    const leave = async () => {
      for (const tree of ['corpora', 'models'] as const) {
        const folder = await folderOf(tree);
        const locks = path.join(path.dirname(folder), '.locks');
        for (const name of ['.old-1.x.y', '.new-999999999.x.y', path.join(path.basename(folder), '999999999.x.y')]) {
          await mkdir(path.join(locks, name), { recursive: true });
          await writeFile(path.join(locks, name, '0'), 'half');
        }
      }
      await writeFile(path.join(await folderOf('corpora'), 'stories', `${'0'.repeat(64)}.txt`), 'half');
    };
    await leave();
    expect((await library.corpora('guild')).map(({ name }) => name)).toEqual(['Mice', 'fable']);
    expect(await library.read(mice)).toHaveLength(1);
    expect((await library.versions(mice)).versions).toHaveLength(1);
    library = new FileLibrary({ dataFolder, starterFolder: starters, lease: 100 });
    const notes = path.join(await folderOf('corpora'), 'stories', 'notes of a person.txt');
    await writeFile(notes, 'mine');
    await library.addStories(mice, [story('two')], 'append');
    expect(await filesBelow(await folderOf('corpora'))).toHaveLength(4);
    await rm(notes);
    await library.addStories(mice, [story('one')], 'clean');
    await leave();
    for await (const _ of library.everyCorpus());
    // A prepared lock of an unknown machine is kept for ten minutes: it may be waiting, and is empty.
    expect((await filesBelow(dataFolder)).filter((name) => !name.includes('.new-'))).toEqual(clean);
  });
});
