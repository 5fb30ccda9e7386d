import { describe, expect, it } from 'vitest';
import { STARTERS } from '../../src/library/library.ts';
import { type Context, mice, stored } from './contract-context.ts';
import { story, textOf, versionFor } from './fixtures.ts';

/** Versions, claims and checkpoints. */
export function modelsContract(context: Context): void {
  describe('versions', () => {
    it('tells from the newest that is not kept out', async () => {
      const corpus = await stored(context, 'one');
      expect(await context.library.versions(mice)).toEqual({ versions: [], damaged: [], telling: null });
      const worse = await context.library.addVersion(mice, versionFor(corpus, 'w', 'came out worse'));
      expect(await context.library.versions(mice)).toMatchObject({ versions: [{ id: worse.id }], telling: null });
      const first = await context.library.addVersion(mice, versionFor(corpus, 'first'));
      const second = await context.library.addVersion(mice, versionFor(corpus, 'second', 'came out worse'));
      expect(await context.library.versions(mice)).toEqual({
        versions: [second, first, worse],
        damaged: [],
        telling: first.id,
      });
      expect(textOf((await context.library.readVersion(mice, second.id))['weights.bin'])).toBe('second');
      expect(first).toMatchObject({ createdAt: '2026-11-24T21:55:41.000Z', corpusHash: corpus.hash, keptOut: null });
      expect(first.id).toMatch(/^20261124-215541-[0-9a-f]{4}$/);
    });

    it('reads those of its files that are wanted', async () => {
      const files = {
        'model.json': Buffer.from('{}'),
        'weights.bin': Buffer.alloc(1_000),
        'text.bin': Buffer.alloc(4),
      };
      const { id } = await context.library.addVersion(mice, { ...versionFor(await stored(context, 'one')), files });
      expect(Object.keys(await context.library.readVersion(mice, id)).sort()).toEqual(Object.keys(files).sort());
      const few = await context.library.readVersion(mice, id, ['text.bin', 'model.json', 'grams.bin']);
      expect(Object.keys(few).sort()).toEqual(['model.json', 'text.bin']);
      expect(textOf(few['model.json'])).toBe('{}');
      expect(await context.library.readVersion(mice, id, [])).toEqual({});
    });

    it('keeps ids in order when the clock goes back', async () => {
      const corpus = await stored(context, 'one');
      const ids: string[] = [];
      for (const at of [
        '2026-11-24T21:55:41Z',
        '2026-11-24T21:55:41Z',
        '2020-01-01T00:00:00Z',
        '2026-11-24T21:55:42Z',
      ]) {
        context.clock.now = new Date(at);
        ids.push((await context.library.addVersion(mice, versionFor(corpus))).id);
      }
      expect([...ids].sort()).toEqual(ids);
      expect(new Set(ids).size).toBe(4);
    });

    it('rolls back and forward; a later training tells again', async () => {
      const corpus = await stored(context, 'one');
      const [a, b] = [
        await context.library.addVersion(mice, versionFor(corpus)),
        await context.library.addVersion(mice, versionFor(corpus)),
      ];
      await context.library.tellFrom(mice, a.id);
      expect((await context.library.versions(mice)).telling).toBe(a.id);
      await context.library.addVersion(mice, versionFor(corpus, 'w', 'came out worse'));
      expect((await context.library.versions(mice)).telling).toBe(a.id);
      await context.library.tellFrom(mice, b.id);
      expect((await context.library.versions(mice)).telling).toBe(b.id);
      await context.library.tellFrom(mice, a.id);
      const c = await context.library.addVersion(mice, versionFor(corpus));
      expect((await context.library.versions(mice)).telling).toBe(c.id);
    });

    it('tells from one that was kept out when it is chosen', async () => {
      const corpus = await stored(context, 'one');
      await context.library.addVersion(mice, versionFor(corpus));
      const kept = await context.library.addVersion(mice, versionFor(corpus, 'w', 'came out worse'));
      await context.library.tellFrom(mice, kept.id);
      expect((await context.library.versions(mice)).telling).toBe(kept.id);
      await expect(context.library.tellFrom(mice, '20261124-215541-zzzz')).rejects.toMatchObject({ code: 'no-model' });
      await expect(context.library.tellFrom(mice, '20261124-215541-0000')).rejects.toMatchObject({ code: 'no-model' });
      await expect(context.library.tellFrom({ server: 'x', name: 'y' }, kept.id)).rejects.toMatchObject({
        code: 'no-model',
      });
    });

    it('keeps the last five and the one that tells', async () => {
      const corpus = await stored(context, 'one');
      const telling = await context.library.addVersion(mice, versionFor(corpus));
      const ids: string[] = [];
      for (let i = 0; i < 7; i++)
        ids.unshift((await context.library.addVersion(mice, versionFor(corpus, 'w', 'worse'))).id);
      const { versions } = await context.library.versions(mice);
      expect(versions.map(({ id }) => id)).toEqual([...ids.slice(0, 5), telling.id]);
      await expect(context.library.readVersion(mice, ids[5] ?? '')).rejects.toMatchObject({ code: 'no-model' });
      await context.library.addVersion(mice, versionFor(corpus));
      expect((await context.library.versions(mice)).versions).toHaveLength(5);
    });

    it('keeps models of starters, seen by every server', async () => {
      const corpus = await context.library.corpus('guild', 'fable');
      if (corpus === undefined) throw new Error('no starter');
      const version = await context.library.addVersion(corpus, versionFor(corpus));
      expect((await context.library.versions({ server: STARTERS, name: 'FABLE' })).telling).toBe(version.id);
      expect((await context.library.versions({ server: 'guild', name: 'fable' })).telling).toBeNull();
    });

    it('refuses a model of an unknown corpus, of a story that is gone, or with unsafe file names', async () => {
      const corpus = await stored(context, 'one', 'two');
      await expect(context.library.addVersion({ server: 'x', name: 'y' }, versionFor(corpus))).rejects.toMatchObject({
        code: 'unknown-corpus',
      });
      await context.library.addStories(mice, [story('of bob', 'bob')], 'append');
      await context.library.forget('guild', 'ann');
      await expect(context.library.addVersion(mice, versionFor(corpus))).rejects.toMatchObject({ code: 'cancelled' });
      for (const bad of ['../x', '', 'version.json', 'a/b', 'nul', '.hidden']) {
        const version = { ...versionFor(corpus), files: { [bad]: Buffer.from('x') } };
        await expect(context.library.addVersion(mice, version)).rejects.toMatchObject({ code: 'usage' });
      }
    });

    it('keeps a version that was trained while a clean start replaced its stories', async () => {
      const corpus = await stored(context, 'one');
      const claim = await context.library.claimTraining(mice);
      await context.library.addStories(mice, [story('two')], 'clean');
      const version = await context.library.addVersion(mice, versionFor(corpus), claim);
      expect((await context.library.versions(mice)).telling).toBe(version.id);
    });
  });

  describe('training', () => {
    it('gives the claim to one at a time', async () => {
      await stored(context, 'one');
      const claim = await context.library.claimTraining(mice);
      expect(claim?.held()).toBe(true);
      expect(await context.library.claimTraining({ ...mice, name: 'MICE' })).toBeUndefined();
      await claim?.release();
      await claim?.release();
      expect(claim?.held()).toBe(false);
      const next = await context.library.claimTraining(mice);
      expect(next?.held()).toBe(true);
      expect(claim?.held()).toBe(false);
      await expect(context.library.claimTraining({ server: 'x', name: 'y' })).rejects.toMatchObject({
        code: 'unknown-corpus',
      });
    });

    it('never blocks uploads, readers or other versions', async () => {
      const corpus = await stored(context, 'one');
      await context.library.claimTraining(mice);
      await context.library.addStories(mice, [story('two')], 'append');
      await context.library.addVersion(mice, versionFor(corpus));
      expect(await context.library.read(mice)).toHaveLength(2);
    });

    it('writes nothing under a claim that was given back', async () => {
      const corpus = await stored(context, 'one');
      const claim = await context.library.claimTraining(mice);
      if (claim === undefined) throw new Error('no claim');
      await context.library.saveCheckpoint(mice, { 'step.json': Buffer.from('1') }, claim);
      await claim.release();
      const lost = { code: 'cancelled' };
      await expect(
        context.library.saveCheckpoint(mice, { 'step.json': Buffer.from('2') }, claim),
      ).rejects.toMatchObject(lost);
      await expect(context.library.addVersion(mice, versionFor(corpus), claim)).rejects.toMatchObject(lost);
      expect(textOf((await context.library.readCheckpoint(mice))?.['step.json'])).toBe('1');
      expect((await context.library.versions(mice)).versions).toEqual([]);
    });

    it('replaces a checkpoint whole', async () => {
      await stored(context, 'one');
      const claim = await context.library.claimTraining(mice);
      if (claim === undefined) throw new Error('no claim');
      expect(await context.library.readCheckpoint(mice)).toBeUndefined();
      await context.library.saveCheckpoint(mice, { 'a.bin': Buffer.from('1'), 'b.bin': Buffer.from('1') }, claim);
      await context.library.saveCheckpoint(mice, { 'b.bin': Buffer.from('2') }, claim);
      const files = await context.library.readCheckpoint(mice);
      expect(Object.keys(files ?? {})).toEqual(['b.bin']);
      expect(textOf(files?.['b.bin'])).toBe('2');
      await context.library.clearCheckpoint(mice);
      await context.library.clearCheckpoint(mice);
      expect(await context.library.readCheckpoint(mice)).toBeUndefined();
    });
  });
}
