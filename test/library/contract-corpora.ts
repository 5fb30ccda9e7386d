import { describe, expect, it } from 'vitest';
import { STARTERS } from '../../src/library/library.ts';
import { type Context, HOSTILE, mice, stored } from './contract-context.ts';
import { FABLE, story, versionFor } from './fixtures.ts';

/** Stories, names, and that no server sees what is another's. */
export function corporaContract(context: Context): void {
  describe('stories', () => {
    it('keeps them verbatim, in order, with their records', async () => {
      const text = '\ufeffOnce\r\n\tupon a “time”\u0000\u2028 🐭';
      const first = await context.library.addStories(mice, [story(text), story('two', 'bob')], 'append');
      context.clock.now = new Date('2026-11-25T00:00:00Z');
      const { corpus, added, already } = await context.library.addStories(mice, [story('three')], 'append');
      expect(already).toEqual([]);
      expect(added.map(({ at }) => at)).toEqual(['2026-11-25T00:00:00.000Z']);
      expect(corpus.changedAt).toBe('2026-11-25T00:00:00.000Z');
      expect(corpus.hash).not.toBe(first.corpus.hash);
      const read = await context.library.read(mice);
      expect(read.map((one) => one.text)).toEqual([text, 'two', 'three']);
      expect(read.map(({ text: _, ...record }) => record)).toEqual(corpus.stories);
      expect(read[1]).toMatchObject({ fileName: 'two.txt', by: 'bob', encoding: 'utf-8', bytes: 3 });
    });

    it('keeps the same text once, whoever hands it over', async () => {
      const before = await stored(context, 'one');
      context.clock.now = new Date('2026-11-25T00:00:00Z');
      const { corpus, added, already } = await context.library.addStories(mice, [story('one', 'bob')], 'append');
      expect(added).toEqual([]);
      expect(already).toEqual(before.stories);
      expect(corpus).toEqual(before);
      const twice = await context.library.addStories(mice, [story('two'), story('two')], 'append');
      expect([twice.added.length, twice.already.length, twice.corpus.stories.length]).toEqual([1, 1, 2]);
    });

    it('starts clean, keeping the records of texts that stay', async () => {
      const before = await stored(context, 'one', 'two');
      const { corpus, added, already } = await context.library.addStories(
        mice,
        [story('three'), story('two', 'bob')],
        'clean',
      );
      expect(added.map(({ fileName }) => fileName)).toEqual(['three.txt']);
      expect(already).toEqual([before.stories[1]]);
      expect((await context.library.read(mice)).map(({ text }) => text)).toEqual(['three', 'two']);
      expect(corpus.stories).toEqual([added[0], already[0]]);
    });

    it('hashes a corpus over its stories in order', async () => {
      const one = await context.library.addStories({ server: 's', name: 'a' }, [story('1'), story('2')], 'append');
      const two = await context.library.addStories(
        { server: 't', name: 'b' },
        [story('1', 'bob'), story('2')],
        'append',
      );
      const three = await context.library.addStories({ server: 't', name: 'c' }, [story('2'), story('1')], 'append');
      expect(two.corpus.hash).toBe(one.corpus.hash);
      expect(three.corpus.hash).not.toBe(one.corpus.hash);
    });

    it('refuses to store nothing, to change a starter, and to read what is not there', async () => {
      await expect(context.library.addStories(mice, [], 'clean')).rejects.toMatchObject({ code: 'usage' });
      const starter = { server: STARTERS, name: 'fable' };
      await expect(context.library.addStories(starter, [story('x')], 'append')).rejects.toMatchObject({
        code: 'not-allowed',
      });
      await expect(context.library.deleteCorpus(starter)).rejects.toMatchObject({ code: 'not-allowed' });
      await expect(context.library.forget(STARTERS, STARTERS)).rejects.toMatchObject({ code: 'not-allowed' });
      await expect(context.library.read(mice)).rejects.toMatchObject({ code: 'unknown-corpus' });
      await expect(context.library.deleteCorpus(mice)).rejects.toMatchObject({ code: 'unknown-corpus' });
      expect((await context.library.read(starter)).map(({ text }) => text)).toEqual([FABLE]);
    });

    it('takes many writers at once', async () => {
      const texts = Array.from({ length: 20 }, (_, index) => `story ${index}`);
      await Promise.all(texts.map((text) => context.library.addStories(mice, [story(text)], 'append')));
      expect((await context.library.read(mice)).map(({ text }) => text).sort()).toEqual(texts.sort());
    });
  });

  describe('names', () => {
    it('lists the own corpora by name, then the starters', async () => {
      for (const one of ['zebra', 'Ant', 'bee'])
        await context.library.addStories({ server: 'guild', name: one }, [story('x')], 'append');
      expect((await context.library.corpora('guild')).map((corpus) => corpus.name)).toEqual([
        'Ant',
        'bee',
        'zebra',
        'fable',
      ]);
      expect((await context.library.corpora(STARTERS)).map((corpus) => corpus.name)).toEqual(['fable']);
    });

    it('finds a name whatever its case and normalisation, and shows it as first typed', async () => {
      await context.library.addStories({ server: 'guild', name: 'Müesli' }, [story('x')], 'append');
      await context.library.addStories({ server: 'guild', name: 'MU\u0308ESLI' }, [story('y')], 'append');
      expect(await context.library.corpus('guild', 'mu\u0308esli')).toMatchObject({
        name: 'Müesli',
        stories: [{}, {}],
      });
      expect(await context.library.corpus('guild', 'FABLE')).toMatchObject({ name: 'fable', server: STARTERS });
    });

    it('prefers the own corpus to a starter of the same name', async () => {
      await context.library.addStories({ server: 'guild', name: 'Fable' }, [story('own')], 'append');
      expect(await context.library.corpus('guild', 'fable')).toMatchObject({ server: 'guild', name: 'Fable' });
      expect(await context.library.corpus('other', 'fable')).toMatchObject({ server: STARTERS });
      expect(await context.library.corpus(STARTERS, 'fable')).toMatchObject({ server: STARTERS });
    });

    it.each([
      ['', 'received none'],
      ['x'.repeat(201), 'received 201: “xxx'],
    ])('refuses %j', async (bad, sentence) => {
      const error = { code: 'usage', message: expect.stringContaining(sentence) };
      await expect(context.library.corpus('guild', bad)).rejects.toMatchObject(error);
      await expect(context.library.corpus(bad, 'x')).rejects.toMatchObject(error);
      await expect(context.library.corpora(bad)).rejects.toMatchObject(error);
      await expect(
        context.library.addStories({ server: 'guild', name: bad }, [story('x')], 'append'),
      ).rejects.toMatchObject(error);
      await expect(context.library.versions({ server: bad, name: 'x' })).rejects.toMatchObject(error);
      await expect(context.library.forget('guild', 'ann', bad)).rejects.toMatchObject(error);
    });

    it('keeps hostile names apart and shows them as typed', async () => {
      for (const one of HOSTILE)
        await context.library.addStories({ server: 'guild', name: one }, [story(one)], 'append');
      const names = (await context.library.corpora('guild')).map((corpus) => corpus.name);
      expect(new Set(names)).toEqual(new Set([...HOSTILE, 'fable']));
      for (const one of HOSTILE) {
        expect(await context.library.corpus('guild', one)).toMatchObject({
          name: one,
          stories: [{ fileName: story(one).fileName }],
        });
      }
    });
  });

  describe('isolation', () => {
    it('shows a server nothing but its own and the starters, whatever is tried', async () => {
      const corpus = await stored(context, 'secret');
      const version = await context.library.addVersion(mice, versionFor(corpus));
      for (const server of [...HOSTILE, 'Guild', 'guild ', 'local', STARTERS]) {
        expect((await context.library.corpora(server)).map((one) => one.name)).toEqual(['fable']);
        for (const asked of [...HOSTILE, 'Mice', '../guild/Mice', 'guild/Mice']) {
          expect(await context.library.corpus(server, asked)).toBeUndefined();
          const ref = { server, name: asked };
          await expect(context.library.read(ref)).rejects.toMatchObject({ code: 'unknown-corpus' });
          expect(await context.library.versions(ref)).toEqual({ versions: [], damaged: [], telling: null });
          await expect(context.library.readVersion(ref, version.id)).rejects.toMatchObject({ code: 'no-model' });
          expect(await context.library.readCheckpoint(ref)).toBeUndefined();
        }
        if (server !== STARTERS) expect(await context.library.forget(server, 'ann')).toEqual([]);
      }
      for (const id of HOSTILE)
        await expect(context.library.readVersion(mice, id)).rejects.toMatchObject({ code: 'no-model' });
      expect(await context.library.versions(mice)).toMatchObject({ telling: version.id });
    });

    it('keeps hostile servers apart', async () => {
      for (const server of HOSTILE) await context.library.addStories({ server, name: 'x' }, [story(server)], 'append');
      for (const server of HOSTILE) {
        expect(
          (await context.library.corpora(server)).map((one) => [one.server, one.name, one.stories[0]?.fileName]),
        ).toEqual([
          [server, 'x', story(server).fileName],
          [STARTERS, 'fable', 'fable.txt'],
        ]);
      }
      expect(await context.library.corpora('x')).toHaveLength(1);
    });

    it('names every corpus once to the nightly run', async () => {
      await stored(context, 'one');
      await context.library.addStories({ server: '__proto__', name: 'x' }, [story('two')], 'append');
      const names: string[] = [];
      for await (const corpus of context.library.everyCorpus()) names.push(`${corpus.server}: ${corpus.name}`);
      expect(names.sort()).toEqual(['__proto__: x', 'guild: Mice', 'starters: fable']);
    });
  });
}
