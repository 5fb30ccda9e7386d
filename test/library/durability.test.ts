import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FabulistError } from '../../src/errors.ts';
import { FileLibrary } from '../../src/library/file-library.ts';
import type { Corpus, TrainingClaim } from '../../src/library/library.ts';
import { story, textOf, versionFor } from './fixtures.ts';
import { filesWith, linkedCopy, temporaryFolder } from './folders.ts';
import { type Call, isHidden, watchDisk } from './watched-disk.ts';

const SECRET = 'what bob told';
const mice = { server: 'guild', name: 'Mice' };
let dataFolder: string;
let library: FileLibrary;

/** Every kind of write, on a corpus that has stories of two people, two versions and a checkpoint. */
const writes: Record<string, (state: State) => Promise<unknown>> = {
  'a new corpus': () => library.addStories({ server: 'new guild', name: 'New' }, [story('x'), story('y')], 'append'),
  'an upload': () => library.addStories(mice, [story('x'), story('y')], 'append'),
  'a clean start': () => library.addStories(mice, [story('x'), story('y')], 'clean'),
  'a version': ({ corpus }) => library.addVersion(mice, versionFor(corpus, 'third')),
  'a version under a claim': ({ corpus, claim }) => library.addVersion(mice, versionFor(corpus, 'third'), claim),
  'a sixth version': async () => {
    const corpus = (await library.corpus('guild', 'Cats')) as Corpus;
    await library.addVersion(corpus, versionFor(corpus, 'sixth'));
  },
  'a checkpoint': ({ claim }) => library.saveCheckpoint(mice, { 'step.bin': Buffer.from('2') }, claim),
  'a choice': async () => library.tellFrom(mice, (await library.versions(mice)).versions[1]?.id ?? ''),
  'a claim': async () => (await library.claimTraining({ ...mice, name: 'Cats' }))?.release(),
  'clearing a checkpoint': () => library.clearCheckpoint(mice),
  forgetting: () => library.forget('guild', 'bob'),
  'forgetting all': async () => [await library.forget('guild', 'ann'), await library.forget('guild', 'bob')],
  deleting: () => library.deleteCorpus(mice),
  'a document': () => library.writeDocument('settings', 'b', 1),
  'a document again': () => library.writeDocument('settings', 'a', 1),
  'deleting a document': () => library.deleteDocument('settings', 'a'),
};

interface State {
  readonly corpus: Corpus;
  readonly claim: TrainingClaim;
}

/** Two people's stories, two versions and a checkpoint, copied for each run: storing them anew would take longer. */
let template: string;

beforeAll(async () => {
  template = await mkdtemp(path.join(tmpdir(), 'fabulist-template-'));
  const first = new FileLibrary({ dataFolder: template, starterFolder: path.join(template, 'none') });
  const { corpus: cats } = await first.addStories({ ...mice, name: 'Cats' }, [story('cats', 'eve')], 'append');
  for (let i = 0; i < 5; i++) await first.addVersion(cats, versionFor(cats));
  const { corpus: ofAnn } = await first.addStories(mice, [story('one')], 'append');
  await first.addVersion(mice, versionFor(ofAnn, 'first'));
  const { corpus } = await first.addStories(mice, [story(SECRET, 'bob')], 'append');
  await first.addVersion(mice, versionFor(corpus, 'second'));
  const claim = (await first.claimTraining(mice)) as TrainingClaim;
  await first.saveCheckpoint(mice, { 'step.bin': Buffer.from('1') }, claim);
  await first.writeDocument('settings', 'a', 0);
  await first.close();
  return () => rm(template, { recursive: true });
});

async function prepare(): Promise<State> {
  dataFolder = await temporaryFolder();
  linkedCopy(template, dataFolder);
  library = new FileLibrary({ dataFolder, starterFolder: path.join(dataFolder, 'none'), lease: 40 });
  const corpus = (await library.corpus('guild', 'Mice')) as Corpus;
  return { corpus, claim: (await library.claimTraining(mice)) as TrainingClaim };
}

describe('what is acknowledged is on the disk', () => {
  it.each(Object.keys(writes))('%s', async (name) => {
    const state = await prepare();
    /** Files whose content, and folders whose names, are not known to be on the disk. */
    const contents = new Set<string>();
    const names = new Set<string>();
    let renamed = 0;
    const disk = watchDisk((call: Call) => {
      if (call.name === 'sync') {
        contents.delete(call.path);
        names.delete(call.path);
      } else if (call.name === 'write') contents.add(call.path);
      else if (call.name === 'mkdir' ? !existsSync(call.path) : ['open', 'unlink'].includes(call.name)) {
        names.add(path.dirname(call.path));
      } else if (call.name === 'rename' && call.to !== undefined) {
        if (!isHidden(call.path)) names.add(path.dirname(call.path));
        if (isHidden(call.to)) return;
        renamed++;
        const within = (file: string) => file === call.path || file.startsWith(`${call.path}${path.sep}`);
        expect([...contents, ...names].filter(within), 'visible before it is on the disk').toEqual([]);
        names.add(path.dirname(call.to));
      }
    });
    onTestFinished(() => disk.restore());
    await writes[name]?.(state);
    disk.restore();
    expect([...names].filter((folder) => !isHidden(folder))).toEqual([]);
    if (!/clear|claim$|deleting a/.test(name)) expect(renamed).toBeGreaterThan(0);
  });
});

describe('a disk that fails at any step', () => {
  it.each(Object.keys(writes).filter((name) => name !== 'forgetting all'))(
    'of %s: it happens whole or not at all, and later works again',
    { timeout: 60_000 },
    async (name) => {
      let reported = 0;
      for (let step = 1, done = false; !done; step++) {
        const state = await prepare();
        const before = await everything();
        let calls = 0;
        let errno = '';
        let failing = true;
        const disk = watchDisk((call) => {
          if (!failing || ++calls !== step) return;
          // Nothing is refused for want of space when it is removed.
          errno = ['rm', 'rmdir', 'unlink'].includes(call.name) ? 'EIO' : 'ENOSPC';
          throw Object.assign(new Error(errno), { code: errno, syscall: call.name, path: call.path });
        });
        onTestFinished(() => disk.restore());
        const error = await (writes[name]?.(state) ?? Promise.reject()).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        failing = false;
        done = calls < step;
        if (error !== undefined) {
          reported++;
          expect(error, `step ${step}`).toBeInstanceOf(FabulistError);
          const code = errno === 'EIO' ? 'storage' : 'disk-full';
          expect(error).toMatchObject({ code, message: expect.stringMatching(/^[^\n]+\.$/) });
        }
        const after = await everything();
        if (JSON.stringify(after) !== JSON.stringify(before)) expect(after).toMatchObject(expected[name] ?? {});
        const forgets = name === 'forgetting' || name === 'deleting';
        if (forgets && error === undefined) expect(await filesWith(dataFolder, SECRET)).toEqual([]);
        // The same again, on a disk that works: what may be refused is only what has happened already.
        await writes[name]?.(state).catch((thrown: unknown) => {
          if (thrown instanceof FabulistError && ['unknown-corpus', 'cancelled'].includes(thrown.code)) return;
          throw thrown;
        });
        if (error !== undefined) expect(await everything()).toMatchObject(expected[name] ?? {});
        if (forgets) expect(await filesWith(dataFolder, SECRET)).toEqual([]);
        await library.close();
        disk.restore();
      }
      if (!/clear|claim$/.test(name)) expect(reported).toBeGreaterThan(2);
    },
  );
});

describe('a process that is overtaken at any step', () => {
  it.each(Object.keys(writes).filter((name) => name !== 'forgetting all' && !name.includes('document')))(
    'of %s: does it again, or says that its training was taken over',
    { timeout: 60_000 },
    async (name) => {
      const underClaim = name === 'a checkpoint' || name === 'a version under a claim';
      let cancelled = 0;
      for (let step = 1, done = false; !done; step++) {
        const state = await prepare();
        let calls = 0;
        const disk = watchDisk(() => {
          if (++calls === step) takeAllLocks();
        });
        onTestFinished(() => disk.restore());
        const error = await (writes[name]?.(state) ?? Promise.reject()).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        disk.restore();
        done = calls < step;
        if (error !== undefined) {
          expect(error, `step ${step}`).toMatchObject({ code: 'cancelled' });
          expect(underClaim).toBe(true);
          cancelled++;
        } else {
          expect(await everything(), `step ${step}`).toMatchObject(expected[name] ?? {});
          const { versions } = await library.versions(mice);
          if (name.startsWith('a version')) expect(versions, `step ${step}`).toHaveLength(3);
          if (name === 'a sixth version') expect((await ofCats()).filter((told) => told === 'sixth')).toHaveLength(1);
        }
        if (name === 'forgetting' || name === 'deleting') expect(await filesWith(dataFolder, SECRET)).toEqual([]);
        await library.close();
      }
      if (underClaim) expect(cancelled).toBeGreaterThan(2);
    },
  );

  /** As others would who think this process dead: it may be between any two of its steps. */
  function takeAllLocks(): void {
    for (const tree of ['corpora', 'models']) {
      for (const server of readdirSync(path.join(dataFolder, tree))) {
        const locks = path.join(dataFolder, tree, server, '.locks');
        const slots = existsSync(locks) ? readdirSync(locks).filter((slot) => !slot.startsWith('.')) : [];
        for (const slot of slots) rmSync(path.join(locks, slot), { recursive: true });
      }
    }
  }
});

/** What readers see, without what differs from run to run. */
async function everything(): Promise<unknown> {
  const versions = await library.versions(mice);
  expect(versions.damaged).toEqual([]);
  const read = async (name: string) => (await library.read({ server: 'guild', name })).map(({ text }) => text);
  const contents = [];
  for (const { id } of versions.versions) {
    contents.push([id === versions.telling, textOf((await library.readVersion(mice, id))['weights.bin'])]);
  }
  const corpora = [];
  for (const server of ['guild', 'new guild']) {
    for (const corpus of await library.corpora(server)) {
      corpora.push([corpus.name, server === 'guild' ? await read(corpus.name) : corpus.stories.length]);
    }
  }
  const checkpoint = textOf((await library.readCheckpoint(mice))?.['step.bin']);
  return { corpora, contents, cats: await ofCats(), checkpoint, documents: await library.listDocuments('settings') };
}

/** The weights of the versions of Cats, newest first. */
async function ofCats(): Promise<string[]> {
  const corpus = { server: 'guild', name: 'Cats' };
  const told: string[] = [];
  for (const { id } of (await library.versions(corpus)).versions) {
    told.push(textOf((await library.readVersion(corpus, id))['weights.bin']));
  }
  return told;
}

const cats = ['Cats', ['cats']];
const told = [true, 'second'];
/** What is to be seen after a write that happened. */
const expected: Record<string, object> = {
  'a new corpus': { corpora: [cats, ['Mice', ['one', SECRET]], ['New', 2]] },
  'an upload': { corpora: [cats, ['Mice', ['one', SECRET, 'x', 'y']]] },
  'a clean start': { corpora: [cats, ['Mice', ['x', 'y']]] },
  'a sixth version': { cats: { 0: 'sixth', length: 5 } },
  'a checkpoint': { checkpoint: '2' },
  'a choice': {
    contents: [
      [expect.any(Boolean), 'second'],
      [expect.any(Boolean), 'first'],
    ],
  },
  'clearing a checkpoint': { checkpoint: '' },
  forgetting: { corpora: [cats, ['Mice', ['one']]], contents: [[true, 'first']], checkpoint: '' },
  deleting: { corpora: [cats], contents: [], checkpoint: '' },
  'a document': { contents: [told, [false, 'first']], documents: { length: 2 } },
  'a document again': { documents: [{ key: 'a', value: 1 }] },
  'deleting a document': { documents: [] },
};
