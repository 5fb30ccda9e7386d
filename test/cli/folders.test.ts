import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineFolder } from '../../src/cli/folders.ts';
import { makeFolder } from '../../src/library/durable-files.ts';
import { fakeHouse, run } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fabulist-folders-'));
  await writeFile(join(folder, 'file'), 'plain text');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a data folder that cannot be one', () => {
  it.each([['story'], ['accuracy'], ['corpora'], ['forget', '--yes'], ['retrain'], ['chat'], ['train', 'file']])(
    'is refused by %s',
    async (...args) => {
      for (const data of ['file', 'file/below']) {
        const { code, err, configs } = await run([...args, '--data', data], fakeHouse({}), { folder });
        const sentence = `${join(folder, 'file')} is a file, not a folder: name another folder with --data or FABULIST_DATA.`;
        expect([code, err.text, configs]).toEqual([1, `${sentence}\n`, []]);
      }
    },
  );

  it('is found by the doctor', async () => {
    const { out } = await run(['doctor', '--json', '--data', 'file', '--engine', 'wasm'], fakeHouse({}), { folder });
    const { folders, stale } = JSON.parse(out.text);
    expect(folders.data).toMatchObject({ writable: false, problem: expect.stringContaining('is a file') });
    expect(stale).toBeNull();
  });

  it('is shown beside what .env has that nothing reads, by name alone', async () => {
    await writeFile(join(folder, '.env'), 'DISCORD_TOCKEN=secret\nPORT=0\n');
    const args = ['doctor', '--data', 'file', '--engine', 'wasm'];
    const { out } = await run(args, fakeHouse({}), { folder });
    expect(out.lines.at(-1)).toMatch(/^Not read +DISCORD_TOCKEN in \.env: \.env\.example has all keys that are read$/);
    expect(out.text).not.toContain('secret');
    await rm(join(folder, '.env'));
    expect((await run(args, fakeHouse({}), { folder })).out.text).not.toContain('Not read');
  });

  it('is told from one that is there, or can be made', async () => {
    expect(await examineFolder(folder, '--data')).toMatchObject({ writable: true, problem: null });
    expect(await examineFolder(join(folder, 'new/deep'), '--data')).toMatchObject({ writable: true });
    expect(await examineFolder(join(folder, 'file/below'), '--data')).toMatchObject({ writable: false });
    if (process.platform === 'linux') {
      expect(await examineFolder('/proc/nope', '--data')).toMatchObject({ writable: false });
    }
    // Nothing of the trial stays.
    expect(await readdir(folder)).toEqual(['file']);
  });
});

it.runIf(process.platform === 'linux')(
  'gives up where a folder can never be made, instead of trying for ever',
  async () => {
    await expect(makeFolder('/proc/nope/deeper')).rejects.toMatchObject({ code: 'ENOENT' });
  },
);
