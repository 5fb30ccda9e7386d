import { PNG } from 'pngjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { curvePicture } from '../../../src/chat/pictures/curve-picture.ts';
import { learningCurveSvg } from '../../../src/chat/pictures/learning-curve.ts';
import { pngOf } from '../../../src/chat/pictures/png.ts';
import type { NewVersion, Version } from '../../../src/library/library.ts';
import { MemoryLibrary } from '../../../src/library/memory-library.ts';
import { FIGURES } from '../../story/fakes.ts';
import { curve } from './curves.ts';

/** How many pixels of a picture are not of its paper's colour. */
function ink({ data }: PNG, paper: readonly number[]): number {
  let pixels = 0;
  for (let at = 0; at < data.length; at += 4) if (paper.some((value, k) => data[at + k] !== value)) pixels++;
  return pixels;
}

describe('a PNG', () => {
  it('is three times as large as the SVG, opaque, and light enough to send', async () => {
    const png = await pngOf(learningCurveSvg(curve([90, 60, 70, 80]), { theme: 'dark', locale: 'en', title: 'Mice' }));
    const picture = PNG.sync.read(Buffer.from(png));
    expect([picture.width, picture.height]).toEqual([1_080, 1_080]);
    expect([...picture.data.subarray(0, 4)]).toEqual([0x1e, 0x1f, 0x22, 255]);
    expect(png.length).toBeLessThan(150_000);
  });

  it('holds its letters: the font is found', async () => {
    const without = { theme: 'light', locale: 'en' } as const;
    const [bare, titled] = await Promise.all(
      ['', 'A title of many letters'].map(async (title) =>
        PNG.sync.read(Buffer.from(await pngOf(learningCurveSvg(curve(), { ...without, title }), 1))),
      ),
    );
    const white = [255, 255, 255];
    expect(ink(titled as PNG, white) - ink(bare as PNG, white)).toBeGreaterThan(500);
  });
});

describe('the picture of a version', () => {
  const library = new MemoryLibrary();
  const corpus = { server: 'one', name: 'Mäuse “&” <mice>' };
  beforeAll(async () => {
    await library.addStories(
      corpus,
      [{ fileName: 'a.txt', by: 'ann', encoding: 'utf-8', bytes: 1, text: 'a' }],
      'append',
    );
  });

  const added = async (files: NewVersion['files']): Promise<Version> => {
    const stories = (await library.corpus(corpus.server, corpus.name))?.stories.map(({ hash }) => hash) ?? [];
    return library.addVersion(corpus, { corpusHash: 'x', stories, figures: FIGURES, keptOut: null, files });
  };

  it('is drawn of the curve that the training left, and described', async () => {
    const version = await added({ 'curve.json': Buffer.from(JSON.stringify(curve([90, 60]))) });
    const picture = await curvePicture(library, corpus, version, 'de');
    expect(PNG.sync.read(Buffer.from(picture?.png ?? [])).width).toBe(1_080);
    expect(picture?.alt).toMatch(/^Lernkurve über 40 Schritte/);
    const dark = await curvePicture(library, corpus, version, 'de', 'dark');
    expect(dark?.png).not.toEqual(picture?.png);
  });

  it.each([
    '',
    '[]',
    '{}',
    'null',
    '[{"step":"1"}]',
    `[${'{},'.repeat(9)}{}]`,
    '[1',
    JSON.stringify(Array(5_000).fill(curve()[0])),
  ])('is none where the curve is none: %.20s', async (text) => {
    const version = await added({ 'curve.json': Buffer.from(text) });
    expect(await curvePicture(library, corpus, version, 'en')).toBeUndefined();
  });

  it('is drawn once for all who ask, and again once it could not be', async () => {
    const version = await added({ 'curve.json': Buffer.from(JSON.stringify(curve())) });
    const read = vi.spyOn(library, 'readVersion').mockRejectedValueOnce(new Error('The disk is away.'));
    await expect(curvePicture(library, corpus, version, 'en')).rejects.toThrow('The disk is away.');
    const [one, same] = await Promise.all([1, 2].map(() => curvePicture(library, corpus, version, 'en')));
    expect(same).toBe(one);
    expect(read).toHaveBeenCalledTimes(2);
    for (let other = 0; other < 24; other++) {
      await curvePicture(library, corpus, await added({ 'curve.json': Buffer.from('[]') }), 'en');
    }
    // Whatever may be read no longer is not shown for ever.
    read.mockRejectedValueOnce(new Error('It is gone.'));
    await expect(curvePicture(library, corpus, version, 'en')).rejects.toThrow('It is gone.');
    read.mockRestore();
  });

  it('is none where there is no curve, and fails where there is no version', async () => {
    const version = await added({ 'model.json': Buffer.from('{}') });
    expect(await curvePicture(library, corpus, version, 'en')).toBeUndefined();
    await expect(curvePicture(library, corpus, { ...version, id: 'none' }, 'en')).rejects.toThrow(
      /none|version|model/i,
    );
  });
});
