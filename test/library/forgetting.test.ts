import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { story, versionFor } from './fixtures.ts';
import { filesBelow, filesWith } from './folders.ts';
import { mice, OnDisk } from './on-disk.ts';

/* That nothing stays on the disk of what was forgotten, nor of what killed processes left. */

const disk = new OnDisk();

describe('forgetting', () => {
  const SECRET = 'the general retired to the cheese cellar';

  it('leaves no byte in folders that a person moved and linked to', async () => {
    await disk.library.addVersion(mice, versionFor(await disk.stored(SECRET), `model of ${SECRET}`));
    for (const tree of ['corpora', 'models'] as const) {
      const folder = await disk.folderOf(tree);
      const moved = path.join(disk.dataFolder, `moved ${tree}`);
      await rename(folder, moved);
      await symlink(moved, folder);
    }
    expect(await disk.library.forget('guild', 'ann')).toMatchObject([{ versions: 1, left: 0 }]);
    expect(await filesBelow(disk.dataFolder)).toEqual([]);
  });

  it('leaves no byte of the text, checkpoints and leftovers of the dead included', async () => {
    const corpus = await disk.stored(SECRET);
    await disk.library.addStories(mice, [story('bob tells', 'bob')], 'append');
    await disk.library.addVersion(mice, versionFor(corpus, `model of ${SECRET}`));
    const broken = await disk.library.addVersion(mice, versionFor(corpus, `broken model of ${SECRET}`));
    await writeFile(path.join(await disk.folderOf('models'), broken.id, 'version.json'), '');
    const claim = await disk.library.claimTraining(mice);
    if (claim === undefined) throw new Error('no claim');
    await disk.library.saveCheckpoint(mice, { 'words.txt': Buffer.from(SECRET) }, claim);
    // A killed process: half an upload to this corpus, one to a corpus that never came to be, and one being cleared away.
    const [server = ''] = await readdir(path.join(disk.dataFolder, 'corpora'));
    const locks = path.join(disk.dataFolder, 'corpora', server, '.locks');
    for (const place of ['new-0/999999999.x.y', '.old-999999999.x.y', path.basename(await disk.folderOf('corpora'))]) {
      const folder = place.startsWith('mice') ? path.join(locks, place, '999999999.x.y') : path.join(locks, place);
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, '0'), SECRET);
    }
    await writeFile(path.join(await disk.folderOf('corpora'), 'stories', `${'0'.repeat(64)}.txt`), SECRET);
    expect(await filesWith(disk.dataFolder, SECRET)).toHaveLength(8);

    disk.library = disk.open(100);
    expect(await disk.library.forget('guild', 'ann')).toMatchObject([{ versions: 2, left: 1 }]);
    expect(await filesWith(disk.dataFolder, SECRET)).toEqual([]);
    expect(await filesWith(disk.dataFolder, 'bob tells')).toHaveLength(2);
    expect(claim.held()).toBe(false);
    await expect(disk.library.claimTraining(mice)).resolves.toBeDefined();
  });

  it('leaves nothing at all of a corpus that nothing is left of', async () => {
    const corpus = await disk.stored(SECRET);
    await disk.library.addVersion(mice, versionFor(corpus));
    await disk.library.forget('guild', 'ann');
    expect(await filesBelow(disk.dataFolder)).toEqual([]);
  });

  it('leaves no byte of what a clean start replaced', async () => {
    await disk.stored(SECRET);
    await disk.library.addStories(mice, [story('two')], 'clean');
    expect(await filesWith(disk.dataFolder, SECRET)).toEqual([]);
  });

  it('counts as done from the moment it is decided, and is finished by the next who passes', async () => {
    const before = (await disk.library.addStories(mice, [story('bob tells', 'bob')], 'append')).corpus;
    const clean = await disk.library.addVersion(mice, versionFor(before));
    const corpus = await disk.stored(SECRET);
    const learned = await disk.library.addVersion(mice, versionFor(corpus, SECRET));
    const claim = await disk.library.claimTraining(mice);
    if (claim === undefined) throw new Error('no claim');
    await disk.library.saveCheckpoint(mice, { 'words.txt': Buffer.from(SECRET) }, claim);
    // As a process leaves it that is killed right after its decision.
    const record = path.join(await disk.folderOf('corpora'), 'corpus.json');
    const file = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(
      record,
      JSON.stringify({ ...file, stories: [file.stories[0]], forgetting: [file.stories[1].hash] }),
    );

    expect(await disk.library.versions(mice)).toMatchObject({
      versions: [{ id: clean.id }],
      damaged: [],
      telling: clean.id,
    });
    await expect(disk.library.readVersion(mice, learned.id)).rejects.toMatchObject({ code: 'no-model' });
    await expect(disk.library.tellFrom(mice, learned.id)).rejects.toMatchObject({ code: 'no-model' });
    expect(await disk.library.readCheckpoint(mice)).toBeUndefined();
    for await (const _ of disk.library.everyCorpus());
    expect(await filesWith(disk.dataFolder, SECRET)).toEqual([]);
    expect(JSON.parse(await readFile(record, 'utf8'))).toMatchObject({ stories: [{ by: 'bob' }], forgetting: null });
    await expect(disk.library.saveCheckpoint(mice, {}, claim)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('finishes a deletion before a corpus of that name starts anew', async () => {
    const corpus = await disk.stored(SECRET);
    await disk.library.addVersion(mice, versionFor(corpus, SECRET));
    const record = path.join(await disk.folderOf('corpora'), 'corpus.json');
    const file = JSON.parse(await readFile(record, 'utf8'));
    await writeFile(record, JSON.stringify({ ...file, stories: [], forgetting: 'everything' }));
    expect(await disk.library.corpora('guild')).toHaveLength(1);
    expect(await disk.library.corpus('guild', 'Mice')).toBeUndefined();
    expect((await disk.library.versions(mice)).versions).toEqual([]);
    await expect(disk.library.deleteCorpus(mice)).rejects.toMatchObject({ code: 'unknown-corpus' });
    expect(await filesBelow(disk.dataFolder)).toEqual([]);
    await disk.stored('new');
    expect((await disk.library.versions(mice)).versions).toEqual([]);
  });
});

describe('leftovers of killed processes', () => {
  it('are never listed, and removed by the next writer or the nightly round', async () => {
    const corpus = await disk.stored('one');
    await disk.library.addVersion(mice, versionFor(corpus));
    const clean = await filesBelow(disk.dataFolder);
    const leave = async () => {
      for (const tree of ['corpora', 'models'] as const) {
        const folder = await disk.folderOf(tree);
        const locks = path.join(path.dirname(folder), '.locks');
        for (const name of ['.old-1.x.y', '.new-999999999.x.y', path.join(path.basename(folder), '999999999.x.y')]) {
          await mkdir(path.join(locks, name), { recursive: true });
          await writeFile(path.join(locks, name, '0'), 'half');
        }
      }
      await writeFile(path.join(await disk.folderOf('corpora'), 'stories', `${'0'.repeat(64)}.txt`), 'half');
    };
    await leave();
    expect((await disk.library.corpora('guild')).map(({ name }) => name)).toEqual(['Mice', 'fable']);
    expect(await disk.library.read(mice)).toHaveLength(1);
    expect((await disk.library.versions(mice)).versions).toHaveLength(1);
    disk.library = disk.open(100);
    const notes = path.join(await disk.folderOf('corpora'), 'stories', 'notes of a person.txt');
    await writeFile(notes, 'mine');
    await disk.library.addStories(mice, [story('two')], 'append');
    expect(await filesBelow(await disk.folderOf('corpora'))).toHaveLength(4);
    await rm(notes);
    await disk.library.addStories(mice, [story('one')], 'clean');
    await leave();
    for await (const _ of disk.library.everyCorpus());
    // A prepared lock of an unknown machine is kept for ten minutes: it may be waiting, and is empty.
    expect((await filesBelow(disk.dataFolder)).filter((name) => !name.includes('.new-'))).toEqual(clean);
  });
});
