import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { type Lock, LockLost } from '../../src/library/lock.ts';
import { Locks } from '../../src/library/locks.ts';
import { story, versionFor } from './fixtures.ts';
import { starterFolder, temporaryFolder } from './folders.ts';
import { startChild } from './processes.ts';

/** A holder that no process of this machine is known to be. */
const STRANGER = '1.elsewhere.0';

let folder: string;
let slot: string;
let locks: Locks;

beforeEach(async () => {
  folder = await temporaryFolder();
  slot = path.join(folder, 'slot');
  locks = new Locks(200);
});

async function heldByStranger(silentFor: number): Promise<void> {
  await mkdir(path.join(slot, STRANGER), { recursive: true });
  const then = new Date(Date.now() - silentFor);
  await utimes(path.join(slot, STRANGER), then, then);
}

async function claimed(by = locks): Promise<Lock> {
  const lock = await by.claim(slot);
  if (lock === undefined) throw new Error('not free');
  return lock;
}

describe('a lock', () => {
  it('has one holder', async () => {
    const lock = await claimed();
    expect(lock.held()).toBe(true);
    expect(await new Locks(200).claim(slot)).toBeUndefined();
    expect(await locks.isHeld(slot)).toBe(true);
    await lock.release();
    expect(lock.held()).toBe(false);
    expect(await locks.isHeld(slot)).toBe(false);
    expect(await readdir(folder)).toEqual([]);
    await (await claimed()).release();
  });

  it('goes to one of many that find its holder silent', async () => {
    await heldByStranger(60_000);
    const takers = await Promise.all(Array.from({ length: 8 }, () => new Locks(200).claim(slot)));
    const holders = takers.filter((lock) => lock?.held());
    expect(holders).toHaveLength(1);
    expect(takers.filter((lock) => lock !== undefined)).toEqual(holders);
    expect(await readdir(folder)).toEqual(['slot']);
    await holders[0]?.release();
  });

  it('stays with a holder that beats, also when the clock was set', async () => {
    await heldByStranger(0);
    expect(await locks.claim(slot)).toBeUndefined();
    const lock = await claimed(new Locks(200)).catch(() => undefined);
    expect(lock).toBeUndefined();
    await locks.evict(slot);
    const mine = await claimed();
    // As if the clock were put forward or back by an hour: the next beat, 50 ms from now, shows that the holder lives.
    for (const hours of [1, -1]) {
      const [token = ''] = await readdir(slot);
      const then = new Date(Date.now() - hours * 3_600_000);
      await utimes(path.join(slot, token), then, then);
      expect(await new Locks(200).claim(slot)).toBeUndefined();
    }
    expect(mine.held()).toBe(true);
    await mine.release();
  });

  it('lets no loser change anything, in either direction', async () => {
    const lock = await claimed();
    const staged = lock.stage();
    await writeFile(staged, 'late');
    const target = path.join(folder, 'target');
    await writeFile(target, 'kept');
    await locks.evict(slot);
    const next = await claimed();
    // The loser still has its path; nothing asks whether it holds the lock before these two.
    await expect(lock.publish(staged, target)).rejects.toBeInstanceOf(LockLost);
    await expect(lock.discard([target])).rejects.toBeInstanceOf(LockLost);
    expect(await readFile(target, 'utf8')).toBe('kept');
    expect(lock.held()).toBe(false);
    await lock.release();
    expect(next.held()).toBe(true);
    await next.release();
  });

  it('makes work run again when it was lost before anything was published', async () => {
    const target = path.join(folder, 'target');
    let runs = 0;
    await locks.hold(slot, async (lock) => {
      const staged = lock.stage();
      await writeFile(staged, `run ${++runs}`);
      if (runs === 1) await locks.evict(slot);
      await lock.publish(staged, target);
    });
    expect(await readFile(target, 'utf8')).toBe('run 2');
    expect(await readdir(folder)).toEqual(['target']);
  });

  it('does not run work again for the loss of another lock, nor for other errors', async () => {
    const other = await claimed();
    let runs = 0;
    const work = locks.hold(path.join(folder, 'second'), async () => {
      runs++;
      await locks.evict(slot);
      await other.publish(other.stage(), path.join(folder, 'target'));
    });
    await expect(work).rejects.toMatchObject({ lock: other });
    expect(runs).toBe(1);
    await expect(locks.hold(slot, () => Promise.reject(new RangeError('x')))).rejects.toThrow(RangeError);
    expect(await readdir(folder)).toEqual([]);
  });

  it('passes from one to the next in this process', async () => {
    let inside = 0;
    const turns = Array.from({ length: 10 }, () =>
      locks.hold(slot, async () => {
        expect(++inside).toBe(1);
        await readdir(slot);
        inside--;
      }),
    );
    await Promise.all(turns);
    expect(inside).toBe(0);
  });
});

describe('between processes', () => {
  const mice = { server: 'guild', name: 'Mice' };

  it('a killed holder is taken over at once, a stopped one after a lease, and then cannot write any more', async () => {
    const dataFolder = await temporaryFolder();
    const options = { dataFolder, starterFolder: await starterFolder(), lease: 400 };
    const library = new FileLibrary(options);
    const { corpus } = await library.addStories(mice, [story('one')], 'append');

    const killed = await startChild('claim-child.ts', options);
    expect(await killed.next()).toEqual({ claimed: true });
    expect(await library.claimTraining(mice)).toBeUndefined();
    await killed.kill();
    // The lease of the killed process must not be waited for: it could not be, with a lease of an hour.
    const claim = await new FileLibrary({ ...options, lease: 3_600_000 }).claimTraining(mice);
    expect(claim?.held()).toBe(true);
    await claim?.release();

    const stopped = await startChild('claim-child.ts', options);
    onTestFinished(() => stopped.kill());
    expect(await stopped.next()).toEqual({ claimed: true });
    stopped.signal('SIGSTOP');
    let mine = await library.claimTraining(mice);
    while (mine === undefined) mine = await library.claimTraining(mice);
    const version = await library.addVersion(mice, versionFor(corpus, 'mine'), mine);
    stopped.signal('SIGCONT');
    stopped.send({ write: true });
    expect(await stopped.next()).toEqual({ held: false, version: 'cancelled', checkpoint: 'cancelled' });
    expect((await library.versions(mice)).versions).toEqual([version]);
    expect(await library.readCheckpoint(mice)).toBeUndefined();
    expect(mine.held()).toBe(true);
    await library.close();
  });
});
