import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FabulistError } from '../../src/errors.ts';
import { FileLibrary } from '../../src/library/file-library.ts';
import type { TrainingClaim } from '../../src/library/library.ts';
import { story, versionFor } from './fixtures.ts';
import { filesBelow } from './folders.ts';

/*
 * A disk of 1 MiB that runs full after every possible number of free pages, so that each step of a write once is the one
 * that finds no space. Needs root to mount; skipped with a message elsewhere.
 */

const disk = mkdtempSync(path.join(tmpdir(), 'fabulist-full-'));
const mounted = (() => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,nr_inodes=400', 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch {
    console.log('disk-full.test.ts is skipped: mounting a small disk needs root on Linux.');
    return false;
  }
})();

afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  rmdirSync(disk);
});

const mice = { server: 'guild', name: 'Mice' };
const ballast = path.join(disk, 'ballast');

/** Takes all space but `pages` of 4 kB. */
async function leaveFree(pages: number): Promise<void> {
  const { bfree, bsize } = await statfs(disk);
  const file = await open(ballast, 'w');
  await file.writeFile(Buffer.alloc(Math.max(0, bfree - pages) * bsize));
  await file.close();
}

/** Takes all inodes but `left`; returns how to give them back. */
async function leaveInodes(left: number): Promise<() => Promise<void>> {
  const { ffree } = await statfs(disk);
  const files = Array.from({ length: Math.max(0, ffree - left) }, (_, index) => path.join(disk, `inode-${index}`));
  for (const file of files) await writeFile(file, '');
  return async () => {
    for (const file of files) await rm(file);
  };
}

describe.skipIf(!mounted)('a full disk', () => {
  let library: FileLibrary;
  let claim: TrainingClaim;

  beforeAll(async () => {
    library = new FileLibrary({ dataFolder: path.join(disk, 'data'), starterFolder: path.join(disk, 'none') });
    const { corpus } = await library.addStories(mice, [story('one')], 'append');
    await library.addVersion(mice, versionFor(corpus));
    await library.writeDocument('settings', 'a', 0);
    claim = (await library.claimTraining(mice)) as TrainingClaim;
    await library.saveCheckpoint(mice, { 'step.bin': Buffer.from('0') }, claim);
  });

  const big = (fill: number) => `${fill} ${'mice '.repeat(6_000)}`;

  const writes: Record<string, (attempt: number) => Promise<unknown>> = {
    'an upload': (attempt) => library.addStories(mice, [story(big(attempt)), story(big(-attempt))], 'clean'),
    'a new corpus': (attempt) =>
      library.addStories({ server: `guild`, name: `of ${attempt}` }, [story(big(1))], 'append'),
    'a checkpoint': (attempt) => library.saveCheckpoint(mice, { 'step.bin': Buffer.from(big(attempt)) }, claim),
    'a version': async (attempt) => {
      const corpus = await library.corpus('guild', 'Mice');
      if (corpus !== undefined) await library.addVersion(corpus, versionFor(corpus, big(attempt)), claim);
    },
    'a document': (attempt) => library.writeDocument('settings', 'a', big(attempt)),
    'a choice': async () => library.tellFrom(mice, (await library.versions(mice)).versions.at(-1)?.id ?? ''),
  };

  /** All that can be read, checked to be whole. */
  async function everything(): Promise<unknown> {
    const corpora = (await library.corpora('guild')).filter(({ name }) => name === 'Mice');
    const list = await library.versions(mice);
    expect(list.damaged).toEqual([]);
    for (const { id } of list.versions) await library.readVersion(mice, id);
    const checkpoint = Object.entries((await library.readCheckpoint(mice)) ?? {}).map(([name, bytes]) => [
      name,
      bytes.length,
    ]);
    return [corpora, await library.read(mice), list, checkpoint, await library.readDocument('settings', 'a')];
  }

  async function attempt(write: (attempt: number) => Promise<unknown>, round: number): Promise<boolean> {
    const before = await everything();
    const files = await filesBelow(path.join(disk, 'data'));
    try {
      await write(round);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(FabulistError);
      expect(error).toMatchObject({ code: 'disk-full', message: expect.stringMatching(/^The disk is full, .*\.$/) });
      expect(await everything()).toEqual(before);
      // Not even a hidden leftover takes up the space that somebody now makes.
      expect(await filesBelow(path.join(disk, 'data'))).toEqual(files);
      return false;
    }
  }

  it.each(Object.keys(writes))('fails %s whole, and takes it when there is space again', async (name) => {
    const write = writes[name] as (typeof writes)[string];
    let failures = 0;
    for (let pages = 0, done = false; !done; pages++) {
      expect(pages).toBeLessThan(60);
      await leaveFree(pages);
      done = await attempt(write, pages + 1);
      await rm(ballast);
      if (!done) failures++;
    }
    await write(100);
    // A choice is so small that the file system stores it without a page of its own.
    expect(failures).toBeGreaterThan(name === 'a choice' ? 0 : 1);
    if (name === 'a new corpus') for (const extra of await extras()) await library.deleteCorpus(extra);
  });

  it.each(Object.keys(writes))('fails %s whole when there is no room for another file', async (name) => {
    const write = writes[name] as (typeof writes)[string];
    let failures = 0;
    for (let inodes = 0, done = false; !done; inodes++) {
      expect(inodes).toBeLessThan(20);
      const giveBack = await leaveInodes(inodes);
      done = await attempt(write, 200 + inodes);
      await giveBack();
      if (!done) failures++;
    }
    expect(failures).toBeGreaterThan(0);
    if (name === 'a new corpus') for (const extra of await extras()) await library.deleteCorpus(extra);
  });

  async function extras() {
    return (await library.corpora('guild')).filter(({ name }) => name !== 'Mice');
  }
});
