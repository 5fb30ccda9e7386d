import { expect, it } from 'vitest';
import { FileLibrary } from '../../src/library/file-library.ts';
import { Locks } from '../../src/library/locks.ts';
import { Places } from '../../src/library/places.ts';
import { seeded, story, versionFor } from './fixtures.ts';
import { starterFolder, temporaryFolder } from './folders.ts';
import { startChild } from './processes.ts';

const COUNT = 200;

it(`two processes uploading ${COUNT} each to one corpus and to their own lose and double nothing`, {
  timeout: 120_000,
}, async () => {
  const options = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
  const library = new FileLibrary(options);
  const shared = { server: 'guild', name: 'shared' };
  const children = await Promise.all(
    ['ann', 'bob'].map((who) =>
      startChild('uploading-child.ts', { ...options, who, count: COUNT, corpora: ['shared', who] }),
    ),
  );
  let uploading = true;
  const uploaded = Promise.all(children.map((child) => child.next() as Promise<{ added: string[] }>)).finally(() => {
    uploading = false;
  });
  // Reads all the while: every look finds whole stories, and all that an earlier look found.
  let looks = 0;
  let before: string[] = [];
  while (uploading) {
    const corpus = await library.corpus('guild', 'shared');
    if (corpus === undefined) continue;
    const hashes = corpus.stories.map(({ hash }) => hash);
    expect(hashes.slice(0, before.length)).toEqual(before);
    before = hashes;
    if (looks++ % 20 === 0) expect((await library.read(shared)).length).toBeGreaterThanOrEqual(hashes.length);
  }
  const [ann, bob] = (await uploaded).map(({ added }) => added);
  const stories = (await library.read(shared)).map(({ hash }) => hash);
  expect(stories).toHaveLength(2 * COUNT - COUNT / 10);
  expect([...(ann ?? []), ...(bob ?? [])].sort()).toEqual([...stories].sort());
  expect(new Set(stories).size).toBe(stories.length);
  for (const name of ['ann', 'bob']) expect(await library.read({ server: 'guild', name })).toHaveLength(COUNT);
  expect(looks).toBeGreaterThan(0);
  console.log(`stored ${2 * COUNT} + ${2 * COUNT}, lost 0, doubled 0, looks meanwhile ${looks}`);
});

it('readers never wait: they answer while every lock of the corpus is held', async () => {
  const options = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder() };
  const library = new FileLibrary(options);
  const mice = { server: 'guild', name: 'Mice' };
  const { corpus } = await library.addStories(mice, [story('one')], 'append');
  const version = await library.addVersion(mice, versionFor(corpus));
  const place = new Places(options.dataFolder).of(mice);
  const locks = new Locks();
  const answers = await locks.hold(place.storiesSlot, () =>
    locks.hold(place.modelsSlot, () =>
      locks.hold(place.trainingSlot, async () => [
        await library.corpora('guild'),
        await library.corpus('guild', 'Mice'),
        await library.read(mice),
        await library.versions(mice),
        await library.readVersion(mice, version.id),
        await library.readCheckpoint(mice),
        await library.readDocument('settings', 'x'),
      ]),
    ),
  );
  expect(answers).toHaveLength(7);
});

it('a writer that is stopped in the middle and overtaken loses nothing and overwrites nothing', {
  timeout: 60_000,
}, async () => {
  const options = { dataFolder: await temporaryFolder(), starterFolder: await starterFolder(), lease: 200 };
  const library = new FileLibrary(options);
  const shared = { server: 'guild', name: 'shared' };
  const child = await startChild('uploading-child.ts', { ...options, who: 'ann', count: 10_000, corpora: ['shared'] });
  let gone = false;
  const finished = (child.next() as Promise<{ added: string[] }>).finally(() => {
    gone = true;
  });
  const random = seeded(Number(process.env.FABULIST_SEED ?? 1));
  const added: string[] = [];
  const count = async () => (await library.corpus('guild', 'shared'))?.stories.length ?? 0;
  for (let stop = 0; stop < 16; stop++) {
    const before = await count();
    while (!gone && (await count()) === before);
    // Not to wait for anything: the delay is what makes the moment any moment of a write.
    await new Promise((resolve) => setTimeout(resolve, random() * 20));
    child.signal('SIGSTOP');
    // Where the child holds the lock, this takes it over; where it does not, it is simply next.
    for (const index of [0, 1]) {
      const { added: own } = await library.addStories(shared, [story(`bob ${stop}-${index}`, 'bob')], 'append');
      added.push(...own.map(({ hash }) => hash));
    }
    child.signal('SIGCONT');
  }
  child.send({ enough: true });
  const { added: ofAnn } = await finished;
  const stories = (await library.read(shared)).map(({ hash }) => hash);
  expect(added).toHaveLength(32);
  expect(ofAnn.length).toBeGreaterThan(16);
  expect([...stories].sort()).toEqual([...added, ...ofAnn].sort());
});
