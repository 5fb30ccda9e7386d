import { cp, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { type Corpus, STARTERS } from '../../src/library/library.ts';
import { FABLE, story, versionFor } from './fixtures.ts';
import { filesBelow } from './folders.ts';
import { mice, OnDisk } from './on-disk.ts';

/* What a person finds on the disk, and what the library makes of what a person puts there. */

const disk = new OnDisk();

describe('layout', () => {
  it('is readable by a person', async () => {
    const corpus = await disk.stored('Once upon a time …');
    await disk.library.addStories({ server: 'local', name: 'Tales' }, [story('x')], 'append');
    const starter = await disk.library.corpus('guild', 'fable');
    const version = await disk.library.addVersion(starter as Corpus, versionFor(starter as Corpus));
    await disk.library.writeDocument('settings', 'guild/general', { corpus: 'Mice' });
    expect(await filesBelow(disk.dataFolder)).toEqual(
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
    const text = path.join(await disk.folderOf('corpora'), 'stories', `${corpus.stories[0]?.hash}.txt`);
    expect(await readFile(text, 'utf8')).toBe('Once upon a time …');
  });

  /** The hashes are no part of the promise. */
  function pattern(name: string): RegExp {
    return new RegExp(`^${name.replaceAll('.', '\\.').replace(/-[0-9a-f]{16}/g, '-[0-9a-f]{16}')}$`);
  }

  it('may share its folder with the starters', async () => {
    await mkdir(path.join(disk.dataFolder, 'corpora'));
    await writeFile(path.join(disk.dataFolder, 'corpora', 'fable.txt'), `\ufeff${FABLE}`);
    disk.library = new FileLibrary({
      dataFolder: disk.dataFolder,
      starterFolder: path.join(disk.dataFolder, 'corpora'),
    });
    await disk.stored('one');
    expect((await disk.library.corpora('guild')).map(({ name }) => name)).toEqual(['Mice', 'fable']);
    expect((await disk.library.read({ server: STARTERS, name: 'fable' }))[0]?.text).toBe(FABLE);
    const names: string[] = [];
    for await (const { name } of disk.library.everyCorpus()) names.push(name);
    expect(names).toEqual(['fable', 'Mice']);
  });

  it('sees a starter that was added, changed or taken away', async () => {
    const before = await disk.library.corpus('guild', 'fable');
    await writeFile(path.join(disk.starters, 'fable.txt'), 'Another fable.');
    await writeFile(path.join(disk.starters, 'Zebra.txt'), 'x');
    expect((await disk.library.corpora('guild')).map(({ name }) => name)).toEqual(['fable', 'Zebra']);
    expect((await disk.library.corpus('guild', 'fable'))?.hash).not.toBe(before?.hash);
    await rm(path.join(disk.starters, 'fable.txt'));
    expect(await disk.library.corpus('guild', 'fable')).toBeUndefined();
    await rm(disk.starters, { recursive: true });
    expect(await disk.library.corpora('guild')).toEqual([]);
  });

  it('sees them too when a thousand servers stand beside them', async () => {
    const corpora = path.join(disk.dataFolder, 'corpora');
    for (let i = 0; i < 1_000; i++) await mkdir(path.join(corpora, `server-${i}`), { recursive: true });
    const write = async (name: string, secondsAgo: number) => {
      await writeFile(path.join(corpora, name), FABLE);
      const then = new Date(Date.now() - secondsAgo * 1_000);
      await utimes(corpora, then, then);
    };
    const names = async (one: FileLibrary) => (await one.corpora('guild')).map(({ name }) => name);
    const another = () => new FileLibrary({ dataFolder: disk.dataFolder, starterFolder: corpora });
    disk.library = another();
    await write('fable.txt', 90);
    for (const one of [disk.library, disk.library, another()]) expect(await names(one)).toEqual(['fable']);
    expect(await filesBelow(path.join(disk.dataFolder, 'documents'))).toEqual(['starters.json']);
    await write('second.txt', 60);
    for (const one of [disk.library, another(), disk.library]) expect(await names(one)).toEqual(['fable', 'second']);
    await write('third.txt', 0);
    for (const one of [disk.library, another(), disk.library])
      expect(await names(one)).toEqual(['fable', 'second', 'third']);
    await writeFile(path.join(disk.dataFolder, 'documents', 'starters.json'), '{');
    expect(await names(another())).toHaveLength(3);
  });

  it('is not written to by looking', async () => {
    await disk.library.corpora('guild');
    await disk.library.corpus('guild', 'Mice');
    await disk.library.versions(mice);
    await disk.library.readDocument('settings', 'x');
    await disk.library.clearCheckpoint(mice);
    for await (const _ of disk.library.everyCorpus());
    await disk.library.close();
    expect(await readdir(disk.dataFolder)).toEqual([]);
  });

  it('ignores folders that were copied to another server', async () => {
    await disk.stored('secret');
    await disk.library.addStories({ server: 'other', name: 'Cats' }, [story('x')], 'append');
    const servers = await readdir(path.join(disk.dataFolder, 'corpora'));
    const other = path.join(disk.dataFolder, 'corpora', servers.find((name) => name.startsWith('other')) ?? '');
    const folder = path.join(disk.dataFolder, 'corpora', servers.find((name) => name.startsWith('guild')) ?? '');
    await cp(folder, other, { recursive: true });
    expect((await disk.library.corpora('other')).map(({ name }) => name)).toEqual(['Cats', 'fable']);
    await expect(disk.library.corpus('other', 'Mice')).rejects.toMatchObject({ code: 'storage' });
    await expect(disk.library.addStories({ ...mice, server: 'other' }, [story('y')], 'append')).rejects.toMatchObject({
      code: 'storage',
    });
    await expect(disk.library.forget('other', 'ann')).rejects.toMatchObject({ code: 'storage' });
    expect(await disk.library.corpora('other')).toHaveLength(1);
    expect(await disk.library.read(mice)).toHaveLength(1);
  });
});
