import { beforeEach, describe, expect, it } from 'vitest';
import { exportCorpus, importCorpus } from '../../src/library/archive.ts';
import { type Library, STARTERS } from '../../src/library/library.ts';
import { FABLE, story, textOf, versionFor } from './fixtures.ts';

/** A clock that stands still until it is set. */
export interface FakeClock {
  now: Date;
}

/** Hostile server ids and corpus names. None may reach what another server keeps, or break anything. */
export const HOSTILE = [
  '../x',
  '..',
  '.',
  '/',
  '../../corpora/other',
  'a/b\\c',
  '__proto__',
  'constructor',
  'toString',
  'CON',
  'nul.txt',
  'com1',
  '.locks',
  'trailing  ',
  ' ',
  'nul\0byte',
  'new\nline',
  '🐭🐈',
  '-',
  '%2e%2e%2f',
  '\ud800',
  '*?"<>|:',
  'é'.repeat(200),
];

/** What every library must do. `open` makes an empty one with the starter `fable`. */
export function libraryContract(name: string, open: (clock: () => Date) => Promise<Library>): void {
  describe(name, () => {
    let library: Library;
    let clock: FakeClock;
    const mice = { server: 'guild', name: 'Mice' };

    beforeEach(async () => {
      clock = { now: new Date('2026-11-24T21:55:41Z') };
      library = await open(() => clock.now);
      return () => library.close();
    });

    async function stored(...texts: string[]) {
      return (
        await library.addStories(
          mice,
          texts.map((text) => story(text)),
          'append',
        )
      ).corpus;
    }

    describe('stories', () => {
      it('keeps them verbatim, in order, with their records', async () => {
        const text = '\ufeffOnce\r\n\tupon a “time”\u0000\u2028 🐭';
        const first = await library.addStories(mice, [story(text), story('two', 'bob')], 'append');
        clock.now = new Date('2026-11-25T00:00:00Z');
        const { corpus, added, already } = await library.addStories(mice, [story('three')], 'append');
        expect(already).toEqual([]);
        expect(added.map(({ at }) => at)).toEqual(['2026-11-25T00:00:00.000Z']);
        expect(corpus.changedAt).toBe('2026-11-25T00:00:00.000Z');
        expect(corpus.hash).not.toBe(first.corpus.hash);
        const read = await library.read(mice);
        expect(read.map((one) => one.text)).toEqual([text, 'two', 'three']);
        expect(read.map(({ text: _, ...record }) => record)).toEqual(corpus.stories);
        expect(read[1]).toMatchObject({ fileName: 'two.txt', by: 'bob', encoding: 'utf-8', bytes: 3 });
      });

      it('keeps the same text once, whoever hands it over', async () => {
        const before = await stored('one');
        clock.now = new Date('2026-11-25T00:00:00Z');
        const { corpus, added, already } = await library.addStories(mice, [story('one', 'bob')], 'append');
        expect(added).toEqual([]);
        expect(already).toEqual(before.stories);
        expect(corpus).toEqual(before);
        const twice = await library.addStories(mice, [story('two'), story('two')], 'append');
        expect([twice.added.length, twice.already.length, twice.corpus.stories.length]).toEqual([1, 1, 2]);
      });

      it('starts clean, keeping the records of texts that stay', async () => {
        const before = await stored('one', 'two');
        const { corpus, added, already } = await library.addStories(
          mice,
          [story('three'), story('two', 'bob')],
          'clean',
        );
        expect(added.map(({ fileName }) => fileName)).toEqual(['three.txt']);
        expect(already).toEqual([before.stories[1]]);
        expect((await library.read(mice)).map(({ text }) => text)).toEqual(['three', 'two']);
        expect(corpus.stories).toEqual([added[0], already[0]]);
      });

      it('hashes a corpus over its stories in order', async () => {
        const one = await library.addStories({ server: 's', name: 'a' }, [story('1'), story('2')], 'append');
        const two = await library.addStories({ server: 't', name: 'b' }, [story('1', 'bob'), story('2')], 'append');
        const three = await library.addStories({ server: 't', name: 'c' }, [story('2'), story('1')], 'append');
        expect(two.corpus.hash).toBe(one.corpus.hash);
        expect(three.corpus.hash).not.toBe(one.corpus.hash);
      });

      it('refuses to store nothing, to change a starter, and to read what is not there', async () => {
        await expect(library.addStories(mice, [], 'clean')).rejects.toMatchObject({ code: 'usage' });
        const starter = { server: STARTERS, name: 'fable' };
        await expect(library.addStories(starter, [story('x')], 'append')).rejects.toMatchObject({
          code: 'not-allowed',
        });
        await expect(library.deleteCorpus(starter)).rejects.toMatchObject({ code: 'not-allowed' });
        await expect(library.forget(STARTERS, STARTERS)).rejects.toMatchObject({ code: 'not-allowed' });
        await expect(library.read(mice)).rejects.toMatchObject({ code: 'unknown-corpus' });
        await expect(library.deleteCorpus(mice)).rejects.toMatchObject({ code: 'unknown-corpus' });
        expect((await library.read(starter)).map(({ text }) => text)).toEqual([FABLE]);
      });

      it('takes many writers at once', async () => {
        const texts = Array.from({ length: 20 }, (_, index) => `story ${index}`);
        await Promise.all(texts.map((text) => library.addStories(mice, [story(text)], 'append')));
        expect((await library.read(mice)).map(({ text }) => text).sort()).toEqual(texts.sort());
      });
    });

    describe('names', () => {
      it('lists the own corpora by name, then the starters', async () => {
        for (const one of ['zebra', 'Ant', 'bee'])
          await library.addStories({ server: 'guild', name: one }, [story('x')], 'append');
        expect((await library.corpora('guild')).map((corpus) => corpus.name)).toEqual(['Ant', 'bee', 'zebra', 'fable']);
        expect((await library.corpora(STARTERS)).map((corpus) => corpus.name)).toEqual(['fable']);
      });

      it('finds a name whatever its case and normalisation, and shows it as first typed', async () => {
        await library.addStories({ server: 'guild', name: 'Müesli' }, [story('x')], 'append');
        await library.addStories({ server: 'guild', name: 'MU\u0308ESLI' }, [story('y')], 'append');
        expect(await library.corpus('guild', 'mu\u0308esli')).toMatchObject({ name: 'Müesli', stories: [{}, {}] });
        expect(await library.corpus('guild', 'FABLE')).toMatchObject({ name: 'fable', server: STARTERS });
      });

      it('prefers the own corpus to a starter of the same name', async () => {
        await library.addStories({ server: 'guild', name: 'Fable' }, [story('own')], 'append');
        expect(await library.corpus('guild', 'fable')).toMatchObject({ server: 'guild', name: 'Fable' });
        expect(await library.corpus('other', 'fable')).toMatchObject({ server: STARTERS });
        expect(await library.corpus(STARTERS, 'fable')).toMatchObject({ server: STARTERS });
      });

      it.each([
        ['', 'received none'],
        ['x'.repeat(201), "received 201: 'xxx"],
      ])('refuses %j', async (bad, sentence) => {
        const error = { code: 'usage', message: expect.stringContaining(sentence) };
        await expect(library.corpus('guild', bad)).rejects.toMatchObject(error);
        await expect(library.corpus(bad, 'x')).rejects.toMatchObject(error);
        await expect(library.corpora(bad)).rejects.toMatchObject(error);
        await expect(library.addStories({ server: 'guild', name: bad }, [story('x')], 'append')).rejects.toMatchObject(
          error,
        );
        await expect(library.versions({ server: bad, name: 'x' })).rejects.toMatchObject(error);
        await expect(library.forget('guild', 'ann', bad)).rejects.toMatchObject(error);
      });

      it('keeps hostile names apart and shows them as typed', async () => {
        for (const one of HOSTILE) await library.addStories({ server: 'guild', name: one }, [story(one)], 'append');
        const names = (await library.corpora('guild')).map((corpus) => corpus.name);
        expect(new Set(names)).toEqual(new Set([...HOSTILE, 'fable']));
        for (const one of HOSTILE) {
          expect(await library.corpus('guild', one)).toMatchObject({
            name: one,
            stories: [{ fileName: story(one).fileName }],
          });
        }
      });
    });

    describe('isolation', () => {
      it('shows a server nothing but its own and the starters, whatever is tried', async () => {
        const corpus = await stored('secret');
        const version = await library.addVersion(mice, versionFor(corpus));
        for (const server of [...HOSTILE, 'Guild', 'guild ', 'local', STARTERS]) {
          expect((await library.corpora(server)).map((one) => one.name)).toEqual(['fable']);
          for (const asked of [...HOSTILE, 'Mice', '../guild/Mice', 'guild/Mice']) {
            expect(await library.corpus(server, asked)).toBeUndefined();
            const ref = { server, name: asked };
            await expect(library.read(ref)).rejects.toMatchObject({ code: 'unknown-corpus' });
            expect(await library.versions(ref)).toEqual({ versions: [], damaged: [], telling: null });
            await expect(library.readVersion(ref, version.id)).rejects.toMatchObject({ code: 'no-model' });
            expect(await library.readCheckpoint(ref)).toBeUndefined();
          }
          if (server !== STARTERS) expect(await library.forget(server, 'ann')).toEqual([]);
        }
        for (const id of HOSTILE)
          await expect(library.readVersion(mice, id)).rejects.toMatchObject({ code: 'no-model' });
        expect(await library.versions(mice)).toMatchObject({ telling: version.id });
      });

      it('keeps hostile servers apart', async () => {
        for (const server of HOSTILE) await library.addStories({ server, name: 'x' }, [story(server)], 'append');
        for (const server of HOSTILE) {
          expect(
            (await library.corpora(server)).map((one) => [one.server, one.name, one.stories[0]?.fileName]),
          ).toEqual([
            [server, 'x', story(server).fileName],
            [STARTERS, 'fable', 'fable.txt'],
          ]);
        }
        expect(await library.corpora('x')).toHaveLength(1);
      });

      it('names every corpus once to the nightly run', async () => {
        await stored('one');
        await library.addStories({ server: '__proto__', name: 'x' }, [story('two')], 'append');
        const names: string[] = [];
        for await (const corpus of library.everyCorpus()) names.push(`${corpus.server}: ${corpus.name}`);
        expect(names.sort()).toEqual(['__proto__: x', 'guild: Mice', 'starters: fable']);
      });
    });

    describe('versions', () => {
      it('tells from the newest that is not kept out', async () => {
        const corpus = await stored('one');
        expect(await library.versions(mice)).toEqual({ versions: [], damaged: [], telling: null });
        const worse = await library.addVersion(mice, versionFor(corpus, 'w', 'came out worse'));
        expect(await library.versions(mice)).toMatchObject({ versions: [{ id: worse.id }], telling: null });
        const first = await library.addVersion(mice, versionFor(corpus, 'first'));
        const second = await library.addVersion(mice, versionFor(corpus, 'second', 'came out worse'));
        expect(await library.versions(mice)).toEqual({
          versions: [second, first, worse],
          damaged: [],
          telling: first.id,
        });
        expect(textOf((await library.readVersion(mice, second.id))['weights.bin'])).toBe('second');
        expect(first).toMatchObject({ createdAt: '2026-11-24T21:55:41.000Z', corpusHash: corpus.hash, keptOut: null });
        expect(first.id).toMatch(/^20261124-215541-[0-9a-f]{4}$/);
      });

      it('keeps ids in order when the clock goes back', async () => {
        const corpus = await stored('one');
        const ids: string[] = [];
        for (const at of [
          '2026-11-24T21:55:41Z',
          '2026-11-24T21:55:41Z',
          '2020-01-01T00:00:00Z',
          '2026-11-24T21:55:42Z',
        ]) {
          clock.now = new Date(at);
          ids.push((await library.addVersion(mice, versionFor(corpus))).id);
        }
        expect([...ids].sort()).toEqual(ids);
        expect(new Set(ids).size).toBe(4);
      });

      it('rolls back and forward; a later training tells again', async () => {
        const corpus = await stored('one');
        const [a, b] = [
          await library.addVersion(mice, versionFor(corpus)),
          await library.addVersion(mice, versionFor(corpus)),
        ];
        await library.tellFrom(mice, a.id);
        expect((await library.versions(mice)).telling).toBe(a.id);
        await library.addVersion(mice, versionFor(corpus, 'w', 'came out worse'));
        expect((await library.versions(mice)).telling).toBe(a.id);
        await library.tellFrom(mice, b.id);
        expect((await library.versions(mice)).telling).toBe(b.id);
        await library.tellFrom(mice, a.id);
        const c = await library.addVersion(mice, versionFor(corpus));
        expect((await library.versions(mice)).telling).toBe(c.id);
      });

      it('tells from one that was kept out when it is chosen', async () => {
        const corpus = await stored('one');
        await library.addVersion(mice, versionFor(corpus));
        const kept = await library.addVersion(mice, versionFor(corpus, 'w', 'came out worse'));
        await library.tellFrom(mice, kept.id);
        expect((await library.versions(mice)).telling).toBe(kept.id);
        await expect(library.tellFrom(mice, '20261124-215541-zzzz')).rejects.toMatchObject({ code: 'no-model' });
        await expect(library.tellFrom(mice, '20261124-215541-0000')).rejects.toMatchObject({ code: 'no-model' });
        await expect(library.tellFrom({ server: 'x', name: 'y' }, kept.id)).rejects.toMatchObject({ code: 'no-model' });
      });

      it('keeps the last five and the one that tells', async () => {
        const corpus = await stored('one');
        const telling = await library.addVersion(mice, versionFor(corpus));
        const ids: string[] = [];
        for (let i = 0; i < 7; i++) ids.unshift((await library.addVersion(mice, versionFor(corpus, 'w', 'worse'))).id);
        const { versions } = await library.versions(mice);
        expect(versions.map(({ id }) => id)).toEqual([...ids.slice(0, 5), telling.id]);
        await expect(library.readVersion(mice, ids[5] ?? '')).rejects.toMatchObject({ code: 'no-model' });
        await library.addVersion(mice, versionFor(corpus));
        expect((await library.versions(mice)).versions).toHaveLength(5);
      });

      it('keeps models of starters, seen by every server', async () => {
        const corpus = await library.corpus('guild', 'fable');
        if (corpus === undefined) throw new Error('no starter');
        const version = await library.addVersion(corpus, versionFor(corpus));
        expect((await library.versions({ server: STARTERS, name: 'FABLE' })).telling).toBe(version.id);
        expect((await library.versions({ server: 'guild', name: 'fable' })).telling).toBeNull();
      });

      it('refuses a model of an unknown corpus, of a story that is gone, or with unsafe file names', async () => {
        const corpus = await stored('one', 'two');
        await expect(library.addVersion({ server: 'x', name: 'y' }, versionFor(corpus))).rejects.toMatchObject({
          code: 'unknown-corpus',
        });
        await library.addStories(mice, [story('of bob', 'bob')], 'append');
        await library.forget('guild', 'ann');
        await expect(library.addVersion(mice, versionFor(corpus))).rejects.toMatchObject({ code: 'cancelled' });
        for (const bad of ['../x', '', 'version.json', 'a/b', 'nul', '.hidden']) {
          const version = { ...versionFor(corpus), files: { [bad]: Buffer.from('x') } };
          await expect(library.addVersion(mice, version)).rejects.toMatchObject({ code: 'usage' });
        }
      });

      it('keeps a version that was trained while a clean start replaced its stories', async () => {
        const corpus = await stored('one');
        const claim = await library.claimTraining(mice);
        await library.addStories(mice, [story('two')], 'clean');
        const version = await library.addVersion(mice, versionFor(corpus), claim);
        expect((await library.versions(mice)).telling).toBe(version.id);
      });
    });

    describe('training', () => {
      it('gives the claim to one at a time', async () => {
        await stored('one');
        const claim = await library.claimTraining(mice);
        expect(claim?.held()).toBe(true);
        expect(await library.claimTraining({ ...mice, name: 'MICE' })).toBeUndefined();
        await claim?.release();
        await claim?.release();
        expect(claim?.held()).toBe(false);
        const next = await library.claimTraining(mice);
        expect(next?.held()).toBe(true);
        expect(claim?.held()).toBe(false);
        await expect(library.claimTraining({ server: 'x', name: 'y' })).rejects.toMatchObject({
          code: 'unknown-corpus',
        });
      });

      it('never blocks uploads, readers or other versions', async () => {
        const corpus = await stored('one');
        await library.claimTraining(mice);
        await library.addStories(mice, [story('two')], 'append');
        await library.addVersion(mice, versionFor(corpus));
        expect(await library.read(mice)).toHaveLength(2);
      });

      it('writes nothing under a claim that was given back', async () => {
        const corpus = await stored('one');
        const claim = await library.claimTraining(mice);
        if (claim === undefined) throw new Error('no claim');
        await library.saveCheckpoint(mice, { 'step.json': Buffer.from('1') }, claim);
        await claim.release();
        const lost = { code: 'cancelled' };
        await expect(library.saveCheckpoint(mice, { 'step.json': Buffer.from('2') }, claim)).rejects.toMatchObject(
          lost,
        );
        await expect(library.addVersion(mice, versionFor(corpus), claim)).rejects.toMatchObject(lost);
        expect(textOf((await library.readCheckpoint(mice))?.['step.json'])).toBe('1');
        expect((await library.versions(mice)).versions).toEqual([]);
      });

      it('replaces a checkpoint whole', async () => {
        await stored('one');
        const claim = await library.claimTraining(mice);
        if (claim === undefined) throw new Error('no claim');
        expect(await library.readCheckpoint(mice)).toBeUndefined();
        await library.saveCheckpoint(mice, { 'a.bin': Buffer.from('1'), 'b.bin': Buffer.from('1') }, claim);
        await library.saveCheckpoint(mice, { 'b.bin': Buffer.from('2') }, claim);
        const files = await library.readCheckpoint(mice);
        expect(Object.keys(files ?? {})).toEqual(['b.bin']);
        expect(textOf(files?.['b.bin'])).toBe('2');
        await library.clearCheckpoint(mice);
        await library.clearCheckpoint(mice);
        expect(await library.readCheckpoint(mice)).toBeUndefined();
      });
    });

    describe('forgetting', () => {
      it('removes what one person handed over, and the models that learned from it', async () => {
        const ofBob = (await library.addStories(mice, [story('of bob', 'bob')], 'append')).corpus;
        const clean = await library.addVersion(mice, versionFor(ofBob));
        const both = (await library.addStories(mice, [story('of ann')], 'append')).corpus;
        await library.addVersion(mice, versionFor(both));
        await library.addVersion(mice, versionFor(both, 'w', 'worse'));
        await library.addStories({ server: 'guild', name: 'all hers' }, [story('of ann too')], 'append');
        await library.addStories({ server: 'guild', name: 'his' }, [story('his', 'bob')], 'append');
        await library.addStories({ server: 'other', name: 'Mice' }, [story('of ann')], 'append');
        const claim = await library.claimTraining(mice);
        if (claim === undefined) throw new Error('no claim');
        await library.saveCheckpoint(mice, { 'step.json': Buffer.from('1') }, claim);

        clock.now = new Date('2026-11-25T00:00:00Z');
        const removed = await library.forget('guild', 'ann');
        expect(removed).toMatchObject([
          {
            corpus: { server: 'guild', name: 'all hers' },
            stories: [{ fileName: 'of ann too.txt' }],
            versions: 0,
            left: 0,
          },
          { corpus: mice, stories: [{ fileName: 'of ann.txt' }], versions: 2, left: 1 },
        ]);
        expect(await library.versions(mice)).toEqual({ versions: [clean], damaged: [], telling: clean.id });
        expect(await library.readCheckpoint(mice)).toBeUndefined();
        expect((await library.read(mice)).map(({ text }) => text)).toEqual(['of bob']);
        expect(await library.corpus('guild', 'Mice')).toMatchObject({
          hash: ofBob.hash,
          changedAt: clock.now.toISOString(),
        });
        expect((await library.corpora('guild')).map(({ name: one }) => one)).toEqual(['his', 'Mice', 'fable']);
        expect((await library.read({ server: 'other', name: 'Mice' })).map(({ text }) => text)).toEqual(['of ann']);
        expect(await library.forget('guild', 'ann')).toEqual([]);
        expect(claim.held()).toBe(false);
        expect((await library.claimTraining(mice))?.held()).toBe(true);
      });

      it('can be asked of one corpus', async () => {
        await stored('one');
        await library.addStories({ server: 'guild', name: 'Cats' }, [story('two')], 'append');
        expect(await library.forget('guild', 'ann', 'CATS')).toMatchObject([{ corpus: { name: 'Cats' }, left: 0 }]);
        expect(await library.forget('guild', 'ann', 'nothing')).toEqual([]);
        expect(await library.forget('guild', 'ann', 'fable')).toEqual([]);
        expect(await library.read(mice)).toHaveLength(1);
      });

      it('finds models that learned from a story which a clean start replaced', async () => {
        const corpus = await stored('one');
        await library.addVersion(mice, versionFor(corpus));
        await library.addStories(mice, [story('two', 'bob')], 'clean');
        await library.addStories(mice, [story('three', 'bob')], 'append');
        expect(await library.forget('guild', 'ann')).toMatchObject([
          { corpus: mice, stories: [], versions: 1, left: 2 },
        ]);
        expect((await library.versions(mice)).versions).toEqual([]);
      });

      it('starts from nothing after a corpus was deleted', async () => {
        const corpus = await stored('one');
        await library.addVersion(mice, versionFor(corpus));
        const claim = await library.claimTraining(mice);
        await library.deleteCorpus({ server: 'guild', name: 'MICE' });
        expect(await library.corpus('guild', 'Mice')).toBeUndefined();
        expect(claim?.held()).toBe(false);
        await library.addStories({ server: 'guild', name: 'mice' }, [story('one')], 'append');
        expect(await library.versions(mice)).toEqual({ versions: [], damaged: [], telling: null });
        expect(await library.corpus('guild', 'Mice')).toMatchObject({ name: 'mice' });
      });
    });

    describe('documents', () => {
      it('keeps JSON values by kind and key', async () => {
        expect(await library.readDocument('settings', 'a')).toBeUndefined();
        await library.writeDocument('settings', 'a', { corpus: 'Mice', words: [1, null] });
        await library.writeDocument('sessions', 'a', 'other');
        expect(await library.readDocument('settings', 'a')).toEqual({ corpus: 'Mice', words: [1, null] });
        await library.writeDocument('settings', 'a', null);
        expect(await library.readDocument('settings', 'a')).toBeNull();
        await library.deleteDocument('settings', 'a');
        await library.deleteDocument('settings', 'a');
        expect(await library.listDocuments('settings')).toEqual([]);
        expect(await library.listDocuments('sessions')).toEqual([{ key: 'a', value: 'other' }]);
      });

      it('keeps hostile keys apart, also in case', async () => {
        const keys = [...HOSTILE, 'A', 'a', '', 'é', 'e\u0301'];
        for (const key of keys) await library.writeDocument('requests', key, { key });
        for (const key of keys) expect(await library.readDocument('requests', key)).toEqual({ key });
        const listed = await library.listDocuments<{ key: string }>('requests');
        expect(new Set(listed.map(({ key }) => key))).toEqual(new Set(keys));
        expect(listed.every(({ key, value }) => key === value.key)).toBe(true);
      });

      it('keeps copies', async () => {
        const value = { words: [1] };
        await library.writeDocument('settings', 'a', value);
        value.words.push(2);
        expect(await library.readDocument('settings', 'a')).toEqual({ words: [1] });
      });
    });

    it('moves a corpus as one archive', async () => {
      await library.addStories(mice, [story('one'), story('two', 'bob')], 'append');
      const archive = await exportCorpus(library, mice);
      const corpus = await importCorpus(library, 'elsewhere', archive);
      expect(corpus).toMatchObject({ server: 'elsewhere', name: 'Mice', stories: [{ by: 'ann' }, { by: 'bob' }] });
      expect(await library.read(corpus)).toEqual(await library.read(mice));
      await expect(importCorpus(library, STARTERS, archive)).rejects.toMatchObject({ code: 'not-allowed' });
      await expect(exportCorpus(library, { server: 'guild', name: 'fable' })).rejects.toMatchObject({
        code: 'unknown-corpus',
      });
    });

    it('may be closed twice', async () => {
      await library.close();
      await library.close();
    });
  });
}
