import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findKernels } from '../../src/engine/native/find-kernels.ts';
import { runnableSets } from '../../src/engine/native/kernels-folder.ts';
import { nativePlace } from '../../src/engine/native/native-place.ts';

const found = findKernels();
if (!found)
  console.warn('Skipping the tests of the kernels of our own, which are not built; doctor --install does it.');

const root = join(import.meta.dirname, '../..');
const check = join(root, 'test/engine/own-kernels-child.ts');
const sets = found ? runnableSets(nativePlace()).map(({ file }) => file) : ['none'];

describe.skipIf(!found).each(sets)('the kernels of our own (%s)', (file) => {
  it('compute what plain operations compute, and refuse what does not fit together', async () => {
    const kernels = join(dirname(found as string), file);
    const args = ['--import', './scripts/typescript.mjs', check, kernels];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const { most, refused } = JSON.parse(stdout) as {
      most: Record<string, number>;
      refused: Record<string, boolean>;
    };
    expect(Object.keys(most).sort()).toEqual([
      'a product put in a table',
      'adam',
      'cell',
      'cell gradient',
      'cross entropy',
      'log-probabilities',
      'mixture',
      'probabilities',
      'product',
      'product, left turned',
      'product, right laid',
      'product, right turned',
      'rmsprop',
      'rows by id',
      'rows of a table',
      'sequence',
      'sequence gradient',
      'state',
      'sums of rows',
    ]);
    for (const [kernel, apart] of Object.entries(most)) expect(apart, kernel).toBeLessThan(1e-5);
    expect(Object.keys(refused)).toHaveLength(16);
    expect(Object.entries(refused).filter(([, was]) => !was)).toEqual([]);
  });
});
