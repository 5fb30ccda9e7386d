import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { seeded } from './fixtures.ts';
import { filesBelow, filesWith, starterFolder, temporaryFolder } from './folders.ts';
import { check, killSomewhen, type Message } from './killing.ts';
import { startChild } from './processes.ts';

/*
 * Kills a storing process 40 times at moments drawn from a seed (FABULIST_SEED, else 1), and looks for what it had
 * acknowledged. 20 to 40 seconds. Does not cut the power: what SIGKILL leaves in the page cache is not lost, so that files are
 * synced is shown by durability.test.ts.
 */

const KILLS = 40;

it(`loses nothing it acknowledged when it is killed ${KILLS} times`, { timeout: 120_000 }, async () => {
  const seed = Number(process.env.FABULIST_SEED ?? 1);
  const random = seeded(seed);
  const options = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
  const library = new FileLibrary(options);
  const acknowledged: Message[] = [];
  let lost = 0;

  const start = (index: number) => startChild('storing-child.ts', { ...options, seed: seed * 1_000 + index });
  // The next one loads while the one before is at work, and begins when it is told to.
  let next = start(0);
  for (let index = 1; index <= KILLS; index++) {
    const child = await next;
    if (index < KILLS) next = start(index);
    child.send({ go: true });
    const fresh = await killSomewhen(child, random);
    acknowledged.push(...fresh);
    lost += await check(library, fresh);
  }

  for await (const _ of library.everyCorpus());
  lost += await check(library, acknowledged);
  for (const corpus of await library.corpora('guild')) await library.read(corpus);
  const secrets = acknowledged.flatMap((message) => (message.kind === 'forgotten' ? [message.secret] : []));
  for (const secret of secrets) lost += (await filesWith(options.dataFolder, `${secret}.`)).length;
  console.log(`acknowledged ${acknowledged.length}, lost ${lost}, killed ${KILLS} (seed ${seed})`);
  expect(lost).toBe(0);
  for (const kind of ['stories', 'clean', 'version', 'forgotten', 'document']) {
    expect(acknowledged.filter((message) => message.kind === kind).length).toBeGreaterThan(5);
  }
  await expectTidy(library, options.dataFolder);
});

/** After the nightly round, nothing of the killed is left. */
async function expectTidy(library: FileLibrary, dataFolder: string): Promise<void> {
  for (const tree of ['corpora', 'models']) {
    for (const server of await readdir(path.join(dataFolder, tree))) {
      const locks = await readdir(path.join(dataFolder, tree, server, '.locks')).catch(() => []);
      expect(locks).toEqual([]);
    }
  }
  const own = (await library.corpora('guild')).filter(({ server }) => server === 'guild');
  const listed = own.flatMap(({ stories }) => stories.map(({ hash }) => `${hash}.txt`));
  const files = (await filesBelow(path.join(dataFolder, 'corpora'))).filter((file) => file.endsWith('.txt'));
  expect(new Set(files.map((file) => path.basename(file)))).toEqual(new Set(listed));
}
