import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeModel } from '../../src/language/checkpoint.ts';
import { RHYME } from '../language/tiny.ts';
import { house, request, runs, when } from './house.ts';

const disk = mkdtempSync(join(tmpdir(), 'fabulist-full-'));
const mounted = (() => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'pipe' });
    return true;
  } catch {
    console.log('training/disk-full.test.ts is skipped: mounting a small disk needs root on Linux.');
    return false;
  }
})();

afterAll(() => {
  if (mounted) execFileSync('umount', [disk]);
  rmdirSync(disk);
});

const ballast = join(disk, 'ballast');

/** Takes all space of the disk but so many bytes. */
function fill(leave: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
}

describe.skipIf(!mounted)('a training on a disk that runs full', () => {
  it('says so in one sentence, lists nothing half-written, and goes on by itself once there is space', async () => {
    const { trainer, library, store } = house({}, disk);
    const corpus = await store('rhyme', RHYME);
    // Long enough to be under way when the disk runs full, short enough to end soon; the model is larger than what is left.
    const options = { name: 'article', units: 96, iterations: 1_500 } as const;
    const training = await trainer.train(request('rhyme', { options }));
    await runs(training);
    fill(60_000);
    const full = await when(training, (event) => event.kind === 'preparing' && event.what.includes('disk is full'));
    expect(full).toMatchObject({ what: 'The disk is full: free some space, and the training goes on' });
    expect(await library.versions(corpus)).toEqual({ versions: [], damaged: [], telling: null });
    rmSync(ballast);
    const end = await training.ended;
    expect(end).toMatchObject({ kind: 'finished' });
    const { telling } = await library.versions(corpus);
    expect(decodeModel(await library.readVersion(corpus, telling as string)).recipe.units).toBe(96);
  });

  it('keeps what was uploaded before, and takes uploads again afterwards', async () => {
    const { library, store } = house({}, disk);
    const corpus = await store('rhyme', RHYME);
    fill(8_192);
    const long = 'a long story . '.repeat(20_000);
    await expect(store('rhyme', long)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await library.corpus('local', 'rhyme')).toEqual(corpus);
    rmSync(ballast);
    expect((await store('rhyme', long)).stories).toHaveLength(2);
  });
});
