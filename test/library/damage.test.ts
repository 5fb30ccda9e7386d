import { appendFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { story, textOf, versionFor } from './fixtures.ts';
import { filesBelow, filesWith } from './folders.ts';
import { mice, OnDisk } from './on-disk.ts';

/* What the library says of files that were changed or lost behind its back. */

const disk = new OnDisk();

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
    const corpus = await disk.stored('one');
    const [first, second] = [
      await disk.library.addVersion(mice, versionFor(corpus, 'old')),
      await disk.library.addVersion(mice, versionFor(corpus, 'new!')),
    ];
    await damage(path.join(await disk.folderOf('models'), second.id));
    const damaged = [{ id: second.id, problem: expect.stringContaining(problem) }];
    expect(await disk.library.versions(mice)).toEqual({ versions: [first], damaged, telling: first.id });
    await expect(disk.library.readVersion(mice, second.id)).rejects.toMatchObject({ code: 'storage' });
    await expect(disk.library.tellFrom(mice, second.id)).rejects.toMatchObject({ code: 'no-model' });
    const third = await disk.library.addVersion(mice, versionFor(corpus));
    expect(await disk.library.versions(mice)).toEqual({ versions: [third, first], damaged, telling: third.id });
  });

  async function changeFigures(folder: string): Promise<void> {
    const manifest = path.join(folder, 'version.json');
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('0.995', '0.999'));
  }

  it('reports a version whose full check failed from then on, to every process', async () => {
    const corpus = await disk.stored('one');
    const [first, second] = [
      await disk.library.addVersion(mice, versionFor(corpus)),
      await disk.library.addVersion(mice, versionFor(corpus)),
    ];
    await disk.library.tellFrom(mice, second.id);
    const weights = path.join(await disk.folderOf('models'), second.id, 'weights.bin');
    await writeFile(weights, 'WEIGHTS');
    expect((await disk.library.versions(mice)).telling).toBe(second.id);
    await expect(disk.library.readVersion(mice, second.id)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('weights.bin differs from its checksum'),
    });
    for (const one of [disk.library, disk.open()]) {
      expect(await one.versions(mice)).toMatchObject({
        versions: [{ id: first.id }],
        damaged: [{ id: second.id }],
        telling: first.id,
      });
      await expect(one.readVersion(mice, second.id)).rejects.toMatchObject({ code: 'storage' });
    }
  });

  it('falls back to the version before a chosen one, not to those rolled back from', async () => {
    const corpus = await disk.stored('one');
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await disk.library.addVersion(mice, versionFor(corpus))).id);
    await disk.library.tellFrom(mice, ids[1] ?? '');
    await rm(path.join(await disk.folderOf('models'), ids[1] ?? '', 'weights.bin'));
    expect((await disk.library.versions(mice)).telling).toBe(ids[0]);
  });

  it('drops damaged versions when they would be too old anyway', async () => {
    const corpus = await disk.stored('one');
    const first = await disk.library.addVersion(mice, versionFor(corpus));
    await rm(path.join(await disk.folderOf('models'), first.id, 'weights.bin'));
    for (let i = 0; i < 4; i++) await disk.library.addVersion(mice, versionFor(corpus));
    expect((await disk.library.versions(mice)).damaged).toHaveLength(1);
    await disk.library.addVersion(mice, versionFor(corpus));
    expect(await disk.library.versions(mice)).toMatchObject({ versions: { length: 5 }, damaged: [] });
  });

  it('takes a damaged checkpoint for none', async () => {
    await disk.stored('one');
    const claim = await disk.library.claimTraining(mice);
    if (claim === undefined) throw new Error('no claim');
    await disk.library.saveCheckpoint(mice, { 'step.json': Buffer.from('1') }, claim);
    await writeFile(path.join(await disk.folderOf('models'), 'checkpoint-1', 'step.json'), '2');
    expect(await disk.library.readCheckpoint(mice)).toBeUndefined();
    await disk.library.saveCheckpoint(mice, { 'step.json': Buffer.from('3') }, claim);
    expect(textOf((await disk.library.readCheckpoint(mice))?.['step.json'])).toBe('3');
  });

  it('says which story is damaged, and mends it when it is handed over again', async () => {
    const corpus = await disk.stored('one', 'two');
    const file = (hash = '') => disk.folderOf('corpora').then((folder) => path.join(folder, 'stories', `${hash}.txt`));
    await writeFile(await file(corpus.stories[0]?.hash), 'changed');
    await expect(disk.library.read(mice)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('“one.txt”'),
    });
    await rm(await file(corpus.stories[1]?.hash));
    const { added, already } = await disk.library.addStories(mice, [story('one'), story('two')], 'append');
    expect([added.length, already.length]).toEqual([0, 2]);
    expect((await disk.library.read(mice)).map(({ text }) => text)).toEqual(['one', 'two']);
    await rm(await file(corpus.stories[1]?.hash));
    await expect(disk.library.read(mice)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('“two.txt”'),
    });
  });

  it('does not let a damaged corpus hide the others, nor be written over; it can be deleted', async () => {
    await disk.stored('one');
    await disk.library.addStories({ server: 'guild', name: 'Cats' }, [story('two')], 'append');
    const [server = ''] = await readdir(path.join(disk.dataFolder, 'corpora'));
    const folder = (await readdir(path.join(disk.dataFolder, 'corpora', server))).find((name) =>
      name.startsWith('mice'),
    );
    const record = path.join(disk.dataFolder, 'corpora', server, folder ?? '', 'corpus.json');
    await writeFile(record, '{"format":1,');
    expect((await disk.library.corpora('guild')).map(({ name }) => name)).toEqual(['Cats', 'fable']);
    const names: string[] = [];
    for await (const corpus of disk.library.everyCorpus()) names.push(corpus.name);
    expect(names).toEqual(['fable', 'Cats']);
    await expect(disk.library.corpus('guild', 'Mice')).rejects.toMatchObject({ code: 'storage' });
    await expect(disk.library.addStories(mice, [story('x')], 'clean')).rejects.toMatchObject({ code: 'storage' });
    await expect(disk.library.forget('guild', 'ann')).rejects.toMatchObject({ code: 'storage' });
    expect(await disk.library.corpus('guild', 'Cats')).toBeUndefined();
    expect(await filesWith(disk.dataFolder, 'one')).toHaveLength(1);
    await disk.library.deleteCorpus(mice);
    expect(await filesBelow(disk.dataFolder)).toEqual([]);
  });

  it.each<[string, (record: string) => Promise<unknown>]>([
    ['is a folder', async (record) => [await rm(record), await mkdir(record)]],
    ['is a link to itself', async (record) => [await rm(record), await symlink(record, record)]],
    ['has a story that is none', (record) => changed(record, ({ stories }) => ({ stories: [...stories, null] }))],
    ['has a story of nobody', (record) => changed(record, () => ({ replaced: [{ hash: 'a'.repeat(64) }] }))],
    ['forgets a number', (record) => changed(record, () => ({ forgetting: 5 }))],
    ['never changed', (record) => changed(record, () => ({ changedAt: undefined }))],
  ])('lists and forgets the others where a record %s', async (_, damage) => {
    await disk.stored('one');
    await damage(path.join(await disk.folderOf('corpora'), 'corpus.json'));
    await disk.library.addStories({ server: 'guild', name: 'Cats' }, [story('two')], 'append');
    expect((await disk.library.corpora('guild')).map(({ name }) => name)).toEqual(['Cats', 'fable']);
    const names: string[] = [];
    for await (const { name } of disk.library.everyCorpus()) names.push(name);
    expect(names).toEqual(['fable', 'Cats']);
    const damaged = { code: 'storage', message: expect.stringContaining('is damaged') };
    await expect(disk.library.corpus('guild', 'Mice')).rejects.toMatchObject(damaged);
    await expect(disk.library.addStories(mice, [story('x')], 'clean')).rejects.toMatchObject(damaged);
    await expect(disk.library.forget('guild', 'ann')).rejects.toMatchObject(damaged);
    expect(await disk.library.corpus('guild', 'Cats')).toBeUndefined();
    expect(await filesWith(disk.dataFolder, 'one').catch(() => ['one'])).not.toEqual([]);
  });

  async function changed(file: string, change: (record: { stories: unknown[] }) => object): Promise<void> {
    const record = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...record, ...change(record) }));
  }

  it('tells from the newest version where the choice cannot be read', async () => {
    const { id } = await disk.library.addVersion(mice, versionFor(await disk.stored('one')));
    await mkdir(path.join(await disk.folderOf('models'), 'telling.json'));
    expect((await disk.library.versions(mice)).telling).toBe(id);
  });

  it('reads a folder in the place of a document as absent', async () => {
    await disk.library.writeDocument('settings', 'a', 1);
    const [file = ''] = await filesBelow(disk.dataFolder);
    await rm(path.join(disk.dataFolder, file));
    await mkdir(path.join(disk.dataFolder, file));
    await disk.library.writeDocument('settings', 'b', 2);
    expect(await disk.library.readDocument('settings', 'a')).toBeUndefined();
    expect(await disk.library.listDocuments('settings')).toEqual([{ key: 'b', value: 2 }]);
  });

  it('reads a damaged document as absent', async () => {
    await disk.library.writeDocument('settings', 'a', 1);
    const [file = ''] = await filesBelow(disk.dataFolder);
    await writeFile(path.join(disk.dataFolder, file), '{"key":');
    expect(await disk.library.readDocument('settings', 'a')).toBeUndefined();
    expect(await disk.library.listDocuments('settings')).toEqual([]);
    await disk.library.writeDocument('settings', 'a', 2);
    expect(await disk.library.readDocument('settings', 'a')).toBe(2);
  });
});
