import { describe, expect, it } from 'vitest';
import { exportCorpus, importCorpus } from '../../src/library/archive.ts';
import { STARTERS } from '../../src/library/library.ts';
import { type Context, HOSTILE, mice, stored } from './contract-context.ts';
import { story, versionFor } from './fixtures.ts';

/** Forgetting, documents, archives. */
export function keepingContract(context: Context): void {
  describe('forgetting', () => {
    it('removes what one person handed over, and the models that learned from it', async () => {
      const ofBob = (await context.library.addStories(mice, [story('of bob', 'bob')], 'append')).corpus;
      const clean = await context.library.addVersion(mice, versionFor(ofBob));
      const both = (await context.library.addStories(mice, [story('of ann')], 'append')).corpus;
      await context.library.addVersion(mice, versionFor(both));
      await context.library.addVersion(mice, versionFor(both, 'w', 'worse'));
      await context.library.addStories({ server: 'guild', name: 'all hers' }, [story('of ann too')], 'append');
      await context.library.addStories({ server: 'guild', name: 'his' }, [story('his', 'bob')], 'append');
      await context.library.addStories({ server: 'other', name: 'Mice' }, [story('of ann')], 'append');
      const claim = await context.library.claimTraining(mice);
      if (claim === undefined) throw new Error('no claim');
      await context.library.saveCheckpoint(mice, { 'step.json': Buffer.from('1') }, claim);

      context.clock.now = new Date('2026-11-25T00:00:00Z');
      const removed = await context.library.forget('guild', 'ann');
      expect(removed).toMatchObject([
        {
          corpus: { server: 'guild', name: 'all hers' },
          stories: [{ fileName: 'of ann too.txt' }],
          versions: 0,
          left: 0,
        },
        { corpus: mice, stories: [{ fileName: 'of ann.txt' }], versions: 2, left: 1 },
      ]);
      expect(await context.library.versions(mice)).toEqual({ versions: [clean], damaged: [], telling: clean.id });
      expect(await context.library.readCheckpoint(mice)).toBeUndefined();
      expect((await context.library.read(mice)).map(({ text }) => text)).toEqual(['of bob']);
      expect(await context.library.corpus('guild', 'Mice')).toMatchObject({
        hash: ofBob.hash,
        changedAt: context.clock.now.toISOString(),
      });
      expect((await context.library.corpora('guild')).map(({ name: one }) => one)).toEqual(['his', 'Mice', 'fable']);
      expect((await context.library.read({ server: 'other', name: 'Mice' })).map(({ text }) => text)).toEqual([
        'of ann',
      ]);
      expect(await context.library.forget('guild', 'ann')).toEqual([]);
      expect(claim.held()).toBe(false);
      expect((await context.library.claimTraining(mice))?.held()).toBe(true);
    });

    it('can be asked of one corpus', async () => {
      await stored(context, 'one');
      await context.library.addStories({ server: 'guild', name: 'Cats' }, [story('two')], 'append');
      expect(await context.library.forget('guild', 'ann', 'CATS')).toMatchObject([
        { corpus: { name: 'Cats' }, left: 0 },
      ]);
      expect(await context.library.forget('guild', 'ann', 'nothing')).toEqual([]);
      expect(await context.library.forget('guild', 'ann', 'fable')).toEqual([]);
      expect(await context.library.read(mice)).toHaveLength(1);
    });

    it('finds models that learned from a story which a clean start replaced', async () => {
      const corpus = await stored(context, 'one');
      await context.library.addVersion(mice, versionFor(corpus));
      await context.library.addStories(mice, [story('two', 'bob')], 'clean');
      await context.library.addStories(mice, [story('three', 'bob')], 'append');
      expect(await context.library.forget('guild', 'ann')).toMatchObject([
        { corpus: mice, stories: [], versions: 1, left: 2 },
      ]);
      expect((await context.library.versions(mice)).versions).toEqual([]);
    });

    it('starts from nothing after a corpus was deleted', async () => {
      const corpus = await stored(context, 'one');
      await context.library.addVersion(mice, versionFor(corpus));
      const claim = await context.library.claimTraining(mice);
      await context.library.deleteCorpus({ server: 'guild', name: 'MICE' });
      expect(await context.library.corpus('guild', 'Mice')).toBeUndefined();
      expect(claim?.held()).toBe(false);
      await context.library.addStories({ server: 'guild', name: 'mice' }, [story('one')], 'append');
      expect(await context.library.versions(mice)).toEqual({ versions: [], damaged: [], telling: null });
      expect(await context.library.corpus('guild', 'Mice')).toMatchObject({ name: 'mice' });
    });
  });

  describe('documents', () => {
    it('keeps JSON values by kind and key', async () => {
      expect(await context.library.readDocument('settings', 'a')).toBeUndefined();
      await context.library.writeDocument('settings', 'a', { corpus: 'Mice', words: [1, null] });
      await context.library.writeDocument('sessions', 'a', 'other');
      expect(await context.library.readDocument('settings', 'a')).toEqual({ corpus: 'Mice', words: [1, null] });
      await context.library.writeDocument('settings', 'a', null);
      expect(await context.library.readDocument('settings', 'a')).toBeNull();
      await context.library.deleteDocument('settings', 'a');
      await context.library.deleteDocument('settings', 'a');
      expect(await context.library.listDocuments('settings')).toEqual([]);
      expect(await context.library.listDocuments('sessions')).toEqual([{ key: 'a', value: 'other' }]);
    });

    it('keeps hostile keys apart, also in case', async () => {
      const keys = [...HOSTILE, 'A', 'a', '', 'é', 'e\u0301'];
      for (const key of keys) await context.library.writeDocument('requests', key, { key });
      for (const key of keys) expect(await context.library.readDocument('requests', key)).toEqual({ key });
      const listed = await context.library.listDocuments<{ key: string }>('requests');
      expect(new Set(listed.map(({ key }) => key))).toEqual(new Set(keys));
      expect(listed.every(({ key, value }) => key === value.key)).toBe(true);
    });

    it('keeps copies', async () => {
      const value = { words: [1] };
      await context.library.writeDocument('settings', 'a', value);
      value.words.push(2);
      expect(await context.library.readDocument('settings', 'a')).toEqual({ words: [1] });
    });
  });

  it('moves a corpus as one archive', async () => {
    await context.library.addStories(mice, [story('one'), story('two', 'bob')], 'append');
    const archive = await exportCorpus(context.library, mice);
    const corpus = await importCorpus(context.library, 'elsewhere', archive);
    expect(corpus).toMatchObject({ server: 'elsewhere', name: 'Mice', stories: [{ by: 'ann' }, { by: 'bob' }] });
    expect(await context.library.read(corpus)).toEqual(await context.library.read(mice));
    await expect(importCorpus(context.library, STARTERS, archive)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(exportCorpus(context.library, { server: 'guild', name: 'fable' })).rejects.toMatchObject({
      code: 'unknown-corpus',
    });
  });

  it('may be closed twice', async () => {
    await context.library.close();
    await context.library.close();
  });
}
